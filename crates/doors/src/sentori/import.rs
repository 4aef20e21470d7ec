//! `POST /v1/contacts.asmx/Import` and `GET /v1/contacts.asmx/XmlTemplate` (reference, section 12). The body is read as
//! it comes, checked, and staged in pieces; only when all of it was good it is applied.

use std::io::{Error, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt as _;
use intake::{Column, Staging, UploadCounts};
use model::{AccountSnapshot, FieldId, Refusal, ValueFault};
use tokio::sync::mpsc;

use super::contacts::account;
use super::import_xml::{self, XmlFault};
use super::refusals::{self, Status};
use crate::client::{Client, header_text};
use crate::{Doors, body};

/// The largest body on the wire: 1 GiB.
const LIMIT: u64 = 1024 * 1024 * 1024;
/// The largest body once unpacked: 4 GiB.
const UNPACKED_LIMIT: u64 = 4 * LIMIT;
/// A packed body may grow to so many times its size; contacts come to 10 or 20. Small ones may do as they like.
const GROWTH: u64 = 100;
const SMALL: u64 = 16 * 1024 * 1024;
/// How long nothing may come of a body.
const PATIENCE: Duration = Duration::from_secs(30);
/// Faults that a report names.
const REPORTED: usize = 20;

/// Why nothing was imported.
enum Failure {
    Key,
    InProgress,
    NoAddress,
    /// An element that is no field, or values that do not fit theirs.
    Fields(Vec<String>),
    Broken(String),
    Encoding,
    Refused(Refusal),
}

impl Failure {
    fn respond(self) -> Response {
        match self {
            Self::Key => refusals::import_refused(StatusCode::FORBIDDEN, "Invalid API Key", &[]),
            Self::InProgress => {
                refusals::import_refused(StatusCode::CONFLICT, "A Contact Import Is Already In Progress", &[])
            }
            Self::NoAddress => {
                refusals::import_refused(StatusCode::BAD_REQUEST, "Failed To Match Email Address Field", &[])
            }
            Self::Fields(report) => {
                refusals::import_refused(StatusCode::BAD_REQUEST, "Failed To Match All Fields", &report)
            }
            Self::Broken(why) => refusals::import_refused(StatusCode::BAD_REQUEST, "Invalid XML", &[why]),
            Self::Encoding => {
                refusals::import_refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type", &[])
            }
            Self::Refused(refusal) => refusals::respond(&Status::of_refusal(&refusal)),
        }
    }
}

/// Takes an import in.
pub(super) async fn import(State(doors): State<Doors>, client: Client, headers: HeaderMap, body: Body) -> Response {
    let (feed, source) = mpsc::channel(4);
    // A task of its own: a caller that goes away does not leave half an import behind.
    let work = tokio::spawn(take(doors, client, headers, source));
    pump(body, feed).await;
    match work.await {
        Ok(Ok(counts)) => created(&counts),
        Ok(Err(failure)) => failure.respond(),
        Err(_) => Failure::Refused(Refusal::Internal).respond(),
    }
}

/// Hands the body over, bit by bit. When nobody takes it any more, some of the rest is thrown away: a caller that is cut
/// off while it sends often loses the answer too.
async fn pump(mut body: Body, feed: mpsc::Sender<Result<Bytes, ()>>) {
    loop {
        let piece = match tokio::time::timeout(PATIENCE, body.frame()).await {
            Ok(None) => return,
            Ok(Some(Ok(frame))) => match frame.into_data() {
                Ok(bytes) => Ok(bytes),
                Err(_) => continue,
            },
            Ok(Some(Err(_))) | Err(_) => Err(()),
        };
        let broken = piece.is_err();
        if feed.send(piece).await.is_err() {
            body::throw_away(body).await;
            return;
        }
        if broken {
            return;
        }
    }
}

async fn take(
    doors: Doors,
    client: Client,
    headers: HeaderMap,
    source: mpsc::Receiver<Result<Bytes, ()>>,
) -> Result<UploadCounts, Failure> {
    let account = account(&doors, &client, &headers).map_err(|_| Failure::Key)?;
    let packed = match header_text(&headers, &header::CONTENT_ENCODING).map(|e| e.to_ascii_lowercase()).as_deref() {
        None | Some("" | "identity") => false,
        Some("gzip" | "x-gzip") => true,
        Some(_) => return Err(Failure::Encoding),
    };
    let text = |name: &'static str| header_text(&headers, &HeaderName::from_static(name));
    let name = text("audience-name").unwrap_or_else(|| "Import".to_owned());
    let begun = doors.intake.begin_import(&account, name, text("audience-description")).await;
    let staging = begun.map_err(Failure::Refused)?.ok_or(Failure::InProgress)?;
    let runtime = tokio::runtime::Handle::current();
    let staged = tokio::task::spawn_blocking(move || {
        let mut staging = staging;
        let read = stage(&mut staging, &account, source, packed, &runtime);
        (staging, read)
    });
    let (staging, read) = staged.await.map_err(|_| Failure::Refused(Refusal::Internal))?;
    match read {
        Ok(()) => staging.apply().await.map_err(Failure::Refused),
        Err(failure) => {
            staging.give_up().await;
            Err(failure)
        }
    }
}

/// Reads the whole body. Blocks.
fn stage(
    staging: &mut Staging,
    account: &AccountSnapshot,
    source: mpsc::Receiver<Result<Bytes, ()>>,
    packed: bool,
    runtime: &tokio::runtime::Handle,
) -> Result<(), Failure> {
    let arrived = Arc::new(AtomicU64::new(0));
    let wire = Wire { source, piece: Bytes::new(), arrived: Arc::clone(&arrived) };
    let text: Box<dyn Read> = if packed {
        Box::new(Unpacked { source: MultiGzDecoder::new(wire), arrived, total: 0 })
    } else {
        Box::new(wire)
    };
    let staging = std::cell::RefCell::new(staging);
    let mut faults: Vec<String> = Vec::new();
    let read = import_xml::read(
        text,
        Column::Email,
        |name| staging.borrow().column(name),
        |row| {
            let mut staging = staging.borrow_mut();
            match staging.add(row) {
                Ok(full) if full && faults.is_empty() => runtime.block_on(staging.keep()).map_err(Failure::Refused),
                Ok(_) => Ok(()),
                Err(wrong) => {
                    let at = staging.rows();
                    faults.extend(wrong.into_iter().map(|(field, why)| described(account, at, field, why)));
                    if faults.len() >= REPORTED { Err(Failure::Fields(Vec::new())) } else { Ok(()) }
                }
            }
        },
    );
    match read {
        Ok(()) | Err(XmlFault::Row(Failure::Fields(_))) if !faults.is_empty() => {
            faults.truncate(REPORTED);
            Err(Failure::Fields(faults))
        }
        Ok(()) => Ok(()),
        Err(XmlFault::Row(failure)) => Err(failure),
        Err(XmlFault::NoAddress) => Err(Failure::NoAddress),
        Err(XmlFault::UnknownElement(name)) => Err(Failure::Fields(vec![format!("{name} is no contact field")])),
        Err(XmlFault::Broken(why)) => Err(Failure::Broken(format!("contact {}: {why}", staging.borrow().rows() + 1))),
    }
}

fn described(account: &AccountSnapshot, at: u64, field: FieldId, why: ValueFault) -> String {
    let name = account.field(field).map_or("a field", |f| f.system_name.as_str());
    let why = match why {
        ValueFault::TooLong(most) => format!("longer than {most} characters"),
        ValueFault::WrongType => {
            format!("not of the type {}", account.field(field).map_or("", |f| f.kind.sentori_name()))
        }
        ValueFault::NotAnOption => "none of the field's options".into(),
        ValueFault::Control => "holds a control character".into(),
    };
    format!("contact {at}: {name} is {why}")
}

/// The body as it comes over the wire.
struct Wire {
    source: mpsc::Receiver<Result<Bytes, ()>>,
    piece: Bytes,
    arrived: Arc<AtomicU64>,
}

impl Read for Wire {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        while self.piece.is_empty() {
            match self.source.blocking_recv() {
                None => return Ok(0),
                Some(Ok(piece)) => {
                    let all = self.arrived.fetch_add(piece.len() as u64, Ordering::Relaxed) + piece.len() as u64;
                    if all > LIMIT {
                        return Err(Error::new(ErrorKind::InvalidData, "the body is too large"));
                    }
                    self.piece = piece;
                }
                Some(Err(())) => return Err(Error::new(ErrorKind::UnexpectedEof, "the body did not arrive whole")),
            }
        }
        let length = self.piece.len().min(to.len());
        to[..length].copy_from_slice(&self.piece.split_to(length));
        Ok(length)
    }
}

/// A packed body, unpacked as far as it grows within reason.
struct Unpacked<R> {
    source: R,
    arrived: Arc<AtomicU64>,
    total: u64,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let length = self.source.read(to)?;
        self.total += length as u64;
        let most = (self.arrived.load(Ordering::Relaxed) * GROWTH).clamp(SMALL, UNPACKED_LIMIT);
        if self.total > most {
            return Err(Error::new(ErrorKind::InvalidData, "the packed body grows beyond reason"));
        }
        Ok(length)
    }
}

fn created(counts: &UploadCounts) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::CREATED;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private"));
    for (name, count) in [
        ("total-rows", counts.total),
        ("emailable-rows-created", counts.created),
        ("emailable-rows-updated", counts.updated),
        ("suppressed-rows-updated", counts.suppressed),
        ("bad-email-address-rows-updated", counts.bad_address),
        ("excluded-duplicates", counts.duplicates),
        ("excluded-invalid-emails", counts.invalid),
        ("excluded-role-based", counts.role_based),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(count));
    }
    response
}

/// `GET /v1/contacts.asmx/XmlTemplate`: an import with each field's type where its value would be.
pub(super) async fn template(State(doors): State<Doors>, client: Client, headers: HeaderMap) -> Response {
    let Ok(account) = account(&doors, &client, &headers) else { return Failure::Key.respond() };
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Contacts>\n  <Contact>\n");
    text.push_str("    <EmailAddress>Email Address</EmailAddress>\n");
    for (_, field) in &account.fields {
        let (name, kind) = (&field.system_name, field.kind.sentori_name());
        text.extend(["    <", name, ">", kind, "</", name, ">\n"]);
    }
    text.push_str("  </Contact>\n</Contacts>\n");
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private"));
    response
}
