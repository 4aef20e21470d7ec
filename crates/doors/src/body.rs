//! Reading a request's body within limits of size and time, so that a slow or endless caller cannot hold a place.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// The largest body of a sign-up: 256 KiB.
pub const LIMIT: usize = 256 * 1024;
/// How long a body may take to arrive, where nothing else is set.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// Larger than the limit.
    TooLarge,
    /// The connection broke, or the encoding is wrong.
    Broken,
    /// Did not arrive in time.
    TooSlow,
}

/// How much more than the limit is taken and thrown away: a caller that is cut off while it sends often loses the
/// answer too.
const THROWN_AWAY: usize = 16 * 1024 * 1024;

/// The whole body, when it fits and arrives in time.
pub async fn read(mut body: Body, limit: usize, patience: Duration) -> Result<Bytes, Unread> {
    let collected = async {
        match Limited::new(&mut body, limit).collect().await {
            Ok(whole) => Ok(whole.to_bytes()),
            Err(error) if error.downcast_ref::<LengthLimitError>().is_some() => Err(Unread::TooLarge),
            Err(_) => Err(Unread::Broken),
        }
    };
    let read = tokio::time::timeout(patience, collected).await.unwrap_or(Err(Unread::TooSlow));
    if read == Err(Unread::TooLarge) {
        let _ = tokio::time::timeout(patience, throw_away(body)).await;
    }
    read
}

/// Reads to the end, for some while, and keeps nothing.
pub async fn throw_away(body: Body) {
    let mut rest = Limited::new(body, THROWN_AWAY);
    let all = async { while let Some(Ok(_)) = rest.frame().await {} };
    let _ = tokio::time::timeout(PATIENCE, all).await;
}
