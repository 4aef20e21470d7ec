//! `vestibule serve`: the server, until it is told to stop.

use std::time::Duration;

use model::Ambient;
use tokio::signal::unix::{SignalKind, signal};

use super::{CommandFault, runtime, say};
use crate::DEMO_ACCOUNT;
use crate::settings::{CommonSettings, ServeSettings};
use crate::wire_up::{Node, NodeParts};
use console::accounts;

/// The whole stop takes no longer than this.
const STOP_PATIENCE: Duration = Duration::from_secs(28);

pub(super) fn run(common: &CommonSettings, serve: ServeSettings, demo: bool) -> Result<(), CommandFault> {
    let runtime = runtime()?;
    let result = until_told_to_stop(common, serve, demo, &runtime);
    // A database that stands still must not keep the process from ending.
    runtime.shutdown_background();
    result
}

fn until_told_to_stop(
    common: &CommonSettings,
    serve: ServeSettings,
    demo: bool,
    runtime: &tokio::runtime::Runtime,
) -> Result<(), CommandFault> {
    outlive_the_file_size_limit(runtime)?;
    let parts = NodeParts::prepare(common, serve, demo, Ambient::system(), runtime.handle())?;
    runtime.block_on(async {
        if demo {
            apply_demo(&parts).await?;
        }
        // Before the first answer, so that a stop at any later moment is an orderly one.
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let node = parts.start().await?;
        tracing::info!(address = %node.address, ops = ?node.ops_address, "listening");
        if demo {
            // Callers are answered by now: whatever happens to the demo's user must not end that.
            let user = console::demo_user(node.store()).await;
            if let Err(error) = &user {
                tracing::warn!(%error, "the console has no demo user");
            }
            greet(&node, user.ok().as_ref());
        }
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        if tokio::time::timeout(STOP_PATIENCE, node.stop()).await.is_err() {
            tracing::warn!("stopped before everything had ended");
        }
        tracing::info!("stopped");
        Ok(())
    })
}

/// A file-size limit is like a full disk: the write fails and callers are told to come back. By itself the system would
/// end the process instead.
fn outlive_the_file_size_limit(runtime: &tokio::runtime::Runtime) -> std::io::Result<()> {
    // SIGXFSZ, the same number on Linux, macOS and the BSDs.
    const FILE_SIZE_EXCEEDED: i32 = 25;
    let _runtime = runtime.enter();
    // Once listened to, a signal keeps its listener for the life of the process, and nobody needs to be told.
    signal(SignalKind::from_raw(FILE_SIZE_EXCEEDED)).map(drop)
}

/// Applies the demo account to an empty store.
async fn apply_demo(parts: &NodeParts) -> Result<(), CommandFault> {
    if !parts.store.directory().all().is_empty() {
        return Ok(());
    }
    let applied = accounts::apply_account(&parts.store, DEMO_ACCOUNT, "demo.toml").await;
    // Another node may have come first; what it made must be known here before the first answer.
    parts.store.refresh().await?;
    if !parts.store.directory().all().is_empty() {
        return Ok(());
    }
    applied.map_err(CommandFault)
}

fn greet(node: &Node, user: Option<&console::DemoUser>) {
    let url = &node.public_url;
    let who = user.map_or_else(String::new, |u| format!(": {}, password {}", u.email, u.password));
    let mail = "the mail that would have been sent";
    say(format_args!(
        r#"
Vestibule is ready, with the account "demo".

  {url}/demo/forms/12ABCDE3    the sign-up form
  {url}/console                the console{who}
  {url}/mailbox                {mail} (as JSON: {url}/mailbox.json)

Try:

  # Someone signs up; the answer comes when the confirmation mail is in the mailbox.
  curl -i {url}/webhooks/contact/signup.ashx -H 'Content-Type: application/json' -d '{{"ApiKey":"00000000-0000-0000-0000-000000000000","EmailAddress":"example@sentoriapp.com","SignUpFormExternalID":"12ABCDE3","MailingLists":["QWERTY1A"],"ContactFields":{{"FirstName":"Example","LastName":"Contact"}}}}'

  # Follow the link in the mail: it confirms when its button is pressed.
  curl -s {url}/mailbox.json | grep -o '{url}/confirm/[A-Za-z0-9_-]*' | head -n 1

  # Read the contact back.
  curl -s {url}/v2.0/contact/get/example%40sentoriapp.com/ -H 'ApiKey: 00000000-0000-0000-0000-000000000000'
"#
    ));
}
