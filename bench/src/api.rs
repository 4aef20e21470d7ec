//! What the server says about a contact, read back through its v2.0 API.

use std::collections::HashSet;
use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use futures_util::future::join_all;
use std::cell::Cell;

use crate::client::Connection;
use crate::people::api_key;

/// Connections that read back at once.
const READERS: usize = 16;

/// A contact record, as far as the bench looks.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Contact {
    /// Whether the link was followed, or none was needed.
    pub is_confirmed: bool,
    /// As given.
    pub first_name: Option<String>,
    /// As given.
    pub last_name: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Subscriber {
    email_address: String,
}

/// The contact of an address, if there is one.
pub async fn contact(connection: &mut Connection, account: u32, address: &str) -> Result<Option<Contact>> {
    let path = format!("/v2.0/contact/get/{}/", address.replace('@', "%40"));
    let answer = connection.exchange(&get(&path, account)).await?;
    match answer.status {
        200 => Ok(Some(serde_json::from_slice(answer.body).context("contact record")?)),
        404 => Ok(None),
        status => bail!("{path} answered {status} {}", answer.reason),
    }
}

/// The addresses on a mailing list.
pub async fn subscribers(connection: &mut Connection, account: u32, list: &str) -> Result<HashSet<String>> {
    let path = format!("/v2.0/mailinglists/subscribers/{list}");
    let answer = connection.exchange(&get(&path, account)).await?;
    if answer.status != 200 {
        bail!("{path} answered {} {}", answer.status, answer.reason);
    }
    let all: Vec<Subscriber> = serde_json::from_slice(answer.body).context("subscribers")?;
    Ok(all.into_iter().map(|subscriber| subscriber.email_address).collect())
}

/// Follows a confirm link; the status of the answer.
pub async fn confirm(connection: &mut Connection, token: &str) -> Result<u16, crate::client::Fault> {
    let request = format!("POST /confirm/{token} HTTP/1.1\r\nHost: bench\r\nContent-Length: 0\r\n\r\n");
    Ok(connection.exchange(request.as_bytes()).await?.status)
}

/// Does the same for each item, over several connections at once.
pub async fn for_each<T>(
    address: SocketAddr,
    items: &mut [T],
    act: impl AsyncFn(&mut Connection, &mut T) -> Result<()>,
) -> Result<()> {
    let size = items.len().div_ceil(READERS).max(1);
    let failed = Cell::new(false);
    let readers = items.chunks_mut(size).map(async |chunk| {
        let mut connection = Connection::open(address).await?;
        for item in chunk {
            if failed.get() {
                break;
            }
            if connection.is_spent() {
                connection = Connection::open(address).await?;
            }
            act(&mut connection, item).await.inspect_err(|_| failed.set(true))?;
        }
        Ok(())
    });
    join_all(readers).await.into_iter().collect()
}

fn get(path: &str, account: u32) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nApiKey: {}\r\n\r\n", api_key(account)).into_bytes()
}
