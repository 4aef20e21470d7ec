//! v2.0 calls that read: one contact, the lists, a list's subscribers (reference, section 11).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use model::{AccountSnapshot, ContactId, EmailAddress, ListId, MailingList};
use store::{ContactKey, Store, StoreError};

use super::record::Record;
use super::refusals::{ApiFault, api_json};
use crate::Doors;
use crate::client::Client;

/// Subscribers read at a time.
const PAGE: i64 = 2000;

/// The account whose key the `ApiKey` header holds.
pub(super) fn account(doors: &Doors, client: &Client, headers: &HeaderMap) -> Result<Arc<AccountSnapshot>, ApiFault> {
    let key = headers.get("apikey").and_then(|v| v.to_str().ok()).filter(|k| !k.trim().is_empty());
    let found = key.and_then(|key| doors.directory().by_sentori_key(key).map(|(a, _)| a.clone()));
    found.filter(|a| client.may_see(a.id)).ok_or(ApiFault::KEY)
}

/// The last segment of the path, decoded; `None` when it is no UTF-8.
fn last_segment(uri: &Uri) -> Option<String> {
    let segment = uri.path().rsplit('/').next()?;
    percent_encoding::percent_decode_str(segment).decode_utf8().ok().map(Into::into)
}

/// `GET /v2.0/contact/get/{SystemID or EmailAddress}/`
pub(super) async fn get(State(doors): State<Doors>, client: Client, headers: HeaderMap, uri: Uri) -> Response {
    let account = match account(&doors, &client, &headers) {
        Ok(account) => account,
        Err(fault) => return fault.respond(),
    };
    let Some(wanted) = last_segment(&uri) else { return ApiFault::EMAIL.respond() };
    let key = if !wanted.is_empty() && wanted.bytes().all(|b| b.is_ascii_digit()) {
        match wanted.parse() {
            Ok(id) => ContactKey::Id(ContactId(id)),
            Err(_) => return ApiFault::CONTACT.respond(),
        }
    } else {
        match EmailAddress::parse(&wanted) {
            Ok(email) => ContactKey::Email(email.key().to_owned()),
            Err(_) => return ApiFault::EMAIL.respond(),
        }
    };
    match doors.intake.store().contact(account.id, key).await {
        Ok(Some(contact)) => {
            let record = Record { account: &account, contact: &contact };
            api_json(StatusCode::OK, serde_json::to_string(&record).unwrap_or_default())
        }
        Ok(None) => ApiFault::CONTACT.respond(),
        Err(error) => ApiFault::of_store(&error),
    }
}

/// A mailing list, keys in the vendor's order.
#[derive(serde::Serialize)]
struct ListRecord<'a> {
    #[serde(rename = "ExternalID")]
    external_id: &'a str,
    #[serde(rename = "Name")]
    name: &'a str,
    #[serde(rename = "Description")]
    description: Option<&'a str>,
}

fn list_record<'a>(account: &'a AccountSnapshot, list: &'a MailingList) -> ListRecord<'a> {
    let language = &account.settings.language.0;
    ListRecord {
        external_id: &list.external_id,
        name: list.name.pick(language, language),
        description: list.description.as_ref().map(|d| d.pick(language, language)),
    }
}

/// `GET /v2.0/mailinglists/`
pub(super) async fn lists(State(doors): State<Doors>, client: Client, headers: HeaderMap) -> Response {
    match account(&doors, &client, &headers) {
        Ok(account) => {
            let lists: Vec<_> = account.lists.iter().map(|(_, list)| list_record(&account, list)).collect();
            api_json(StatusCode::OK, serde_json::to_string(&lists).unwrap_or_default())
        }
        Err(fault) => fault.respond(),
    }
}

/// `GET /v2.0/mailinglists/{MailingListExternalID}/`
pub(super) async fn list(State(doors): State<Doors>, client: Client, headers: HeaderMap, uri: Uri) -> Response {
    let account = match account(&doors, &client, &headers) {
        Ok(account) => account,
        Err(fault) => return fault.respond(),
    };
    match last_segment(&uri).and_then(|id| account.list_by_external_id(&id).map(|(_, l)| list_record(&account, l))) {
        Some(list) => api_json(StatusCode::OK, serde_json::to_string(&list).unwrap_or_default()),
        None => ApiFault::LIST.respond(),
    }
}

/// `GET /v2.0/mailinglists/subscribers/{MailingListExternalID}`: streamed, so that a large list needs little memory.
pub(super) async fn subscribers(State(doors): State<Doors>, client: Client, headers: HeaderMap, uri: Uri) -> Response {
    let account = match account(&doors, &client, &headers) {
        Ok(account) => account,
        Err(fault) => return fault.respond(),
    };
    let Some(list) = last_segment(&uri).and_then(|id| account.list_by_external_id(&id).map(|(list, _)| list)) else {
        return ApiFault::LIST.respond();
    };
    let mut pages =
        Pages { store: doors.intake.store().clone(), account, list, after: Some(ContactId(0)), first: true };
    // The first page is read before the answer begins, so that a store out of reach is a 503.
    let first = match pages.next().await {
        Ok(first) => first,
        Err(error) => return ApiFault::of_store(&error),
    };
    let body = stream::unfold((first, pages), |(ready, mut pages)| async move {
        let page = match ready {
            Some(page) => page,
            None => match pages.next().await {
                Ok(page) => page?,
                Err(error) => return Some((Err(error), (None, pages))),
            },
        };
        Some((Ok(page), (None, pages)))
    });
    api_json(StatusCode::OK, axum::body::Body::from_stream(body))
}

/// A subscriber, keys in the vendor's order.
#[derive(serde::Serialize)]
struct Subscriber<'a> {
    #[serde(rename = "SystemID")]
    id: i64,
    #[serde(rename = "EmailAddress")]
    email: &'a str,
}

/// Reads a list page by page as pieces of one JSON array.
struct Pages {
    store: Store,
    account: Arc<AccountSnapshot>,
    list: ListId,
    /// Where to go on; `None` when the array is closed.
    after: Option<ContactId>,
    first: bool,
}

impl Pages {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        let Some(after) = self.after else { return Ok(None) };
        let rows = self.store.subscribers(self.account.id, self.list, after, PAGE).await.inspect_err(|_| {
            self.after = None;
        })?;
        let mut text = String::from(if self.first { "[" } else { "" });
        for (id, email) in &rows {
            if !std::mem::take(&mut self.first) {
                text.push(',');
            }
            text.push_str(&serde_json::to_string(&Subscriber { id: id.0, email }).unwrap_or_default());
        }
        self.first = false;
        self.after = if rows.len() as i64 == PAGE { rows.last().map(|(id, _)| *id) } else { None };
        if self.after.is_none() {
            text.push(']');
        }
        Ok(Some(text.into()))
    }
}
