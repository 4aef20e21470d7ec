//! Reading a request's body within limits of size and time, so that a slow or endless caller cannot hold a place.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// The largest body of a sign-up: 256 KiB.
pub const LIMIT: usize = 256 * 1024;
/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);

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

/// The whole body, when it fits and arrives in time.
pub async fn read(body: Body, limit: usize) -> Result<Bytes, Unread> {
    let collected = tokio::time::timeout(PATIENCE, Limited::new(body, limit).collect());
    match collected.await {
        Err(_) => Err(Unread::TooSlow),
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => Err(Unread::TooLarge),
        Ok(Err(_)) => Err(Unread::Broken),
    }
}
