//! The measure of all figures: a bare axum handler that parses the same body and answers 200 without storing.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::process::{Child, Command};

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use axum::serve::ListenerExt;

use crate::control;
use crate::people::SIGN_UP_PATH;
use crate::process::free_address;

/// The documented body, borrowed where JSON lets it.
#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "parsed to be measured, not read")]
struct SignUp<'a> {
    #[serde(borrow)]
    api_key: Cow<'a, str>,
    email_address: Cow<'a, str>,
    #[serde(rename = "SignUpFormExternalID")]
    form: Cow<'a, str>,
    #[serde(default)]
    mailing_lists: Vec<Cow<'a, str>>,
    #[serde(default)]
    contact_fields: HashMap<Cow<'a, str>, Cow<'a, str>>,
    #[serde(default)]
    tags: Vec<Cow<'a, str>>,
    require_confirmation: Option<Cow<'a, str>>,
}

async fn accept(body: Bytes) -> StatusCode {
    match serde_json::from_slice::<SignUp>(&body) {
        Ok(sign_up) => {
            std::hint::black_box(&sign_up);
            StatusCode::OK
        }
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

/// Serves the baseline until the process is ended.
pub fn serve(listen: SocketAddr) -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener =
            tokio::net::TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
        let listener = listener.tap_io(|stream| {
            // Without it small answers wait for the peer's acknowledgement; a refusal to set it only costs speed.
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, Router::new().route(SIGN_UP_PATH, post(accept))).await?;
        Ok(())
    })
}

/// The baseline in a process of its own; ended when dropped.
#[derive(Debug)]
pub struct Baseline {
    child: Child,
    /// Where it answers.
    pub address: SocketAddr,
}

impl Baseline {
    /// Starts this program again as the baseline.
    pub fn start() -> Result<Self> {
        let address = free_address()?;
        let child = Command::new(std::env::current_exe()?)
            .args(["serve-baseline", "--listen", &address.to_string()])
            .spawn()
            .context("cannot start the baseline")?;
        let mut baseline = Self { child, address };
        control::wait_until_listening(address, &mut baseline.child)?;
        Ok(baseline)
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Baseline {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
