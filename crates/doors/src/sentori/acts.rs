//! v2.0 calls that change one contact (reference, sections 9 and 11): acts of a user, so they count at once.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use intake::{ActRefusal, By};
use model::{AccountSnapshot, Caller, Door, EmailAddress, Fault, Given, GivenSignUp, Origin, Refusal};
use percent_encoding::percent_decode_str;
use store::ContactKey;

use super::contacts::account;
use super::record::Record;
use super::refusals::{ApiFault, api_json};
use super::wire;
use crate::client::{Client, header_text};
use crate::paths::RawTarget;
use crate::{Doors, body};

/// One call: who calls, and about whom.
struct Call {
    doors: Doors,
    account: Arc<AccountSnapshot>,
    email: EmailAddress,
    /// The segment beside the address: a list's or an automation's external id.
    item: String,
    by: By,
}

/// Everything a call is made of, as axum gives it.
type Parts = (State<Doors>, Client, HeaderMap, Extension<RawTarget>);

impl Call {
    /// `email` and `item`: which segments of the path they are, counted from its end.
    fn of((State(doors), client, headers, target): Parts, email: usize, item: usize) -> Result<Self, ApiFault> {
        let account = account(&doors, &client, &headers)?;
        let segment = |at: usize| {
            let path = target.0.0.path().trim_end_matches('/');
            percent_decode_str(path.rsplit('/').nth(at)?).decode_utf8().ok()
        };
        let email = segment(email).and_then(|e| EmailAddress::parse(&e).ok()).ok_or(ApiFault::EMAIL)?;
        let item = segment(item).unwrap_or_default().into_owned();
        let user_agent = header_text(&headers, &header::USER_AGENT);
        let origin = Origin { ip: Some(client.ip), user_agent, ..Origin::default() };
        Ok(Self { doors, account, email, item, by: By { door: Door::Sentori, origin } })
    }

    /// The same with the body, when it fits. The error is the answer.
    async fn with_body(parts: Parts, email: usize, item: usize, body: Body) -> Result<(Self, Bytes), Response> {
        let call = Self::of(parts, email, item).map_err(|fault| fault.respond())?;
        let bytes = body::read(body, body::LIMIT, call.doors.body_patience).await.map_err(|why| match why {
            body::Unread::TooLarge => ApiFault::TOO_LARGE.respond(),
            body::Unread::Broken | body::Unread::TooSlow => ApiFault::REQUEST.respond(),
        })?;
        Ok((call, bytes))
    }

    fn given<'a>(&'a self, values: Values<'a>) -> GivenSignUp<'a> {
        GivenSignUp {
            door: Door::Sentori,
            caller: Caller::Credentials,
            form: None,
            email: self.email.given().into(),
            values,
            lists: Vec::new(),
            tags: Vec::new(),
            statements: Vec::new(),
            confirm: Some(false),
            language: None,
            origin: self.by.origin.clone(),
        }
    }

    /// The contact's record as it is now.
    async fn record(&self, email: &EmailAddress) -> Response {
        match self.doors.intake.store().contact(self.account.id, ContactKey::Email(email.key().to_owned())).await {
            Ok(Some(contact)) => {
                let record = Record { account: &self.account, contact: &contact };
                api_json(StatusCode::OK, serde_json::to_string(&record).unwrap_or_default())
            }
            Ok(None) => ApiFault::CONTACT.respond(),
            Err(error) => ApiFault::of_store(&error),
        }
    }

    async fn answer(&self, done: Result<(), ActRefusal>, email: &EmailAddress) -> Response {
        match done {
            Ok(()) => self.record(email).await,
            Err(why) => refused(&why),
        }
    }
}

fn refused(why: &ActRefusal) -> Response {
    match why {
        ActRefusal::NotFound => ApiFault::CONTACT.respond(),
        ActRefusal::InUse => ApiFault::IN_USE.respond(),
        ActRefusal::Suppressed => ApiFault::SUPPRESSED.respond(),
        ActRefusal::BadAddress => ApiFault::BAD_ADDRESS.respond(),
        ActRefusal::Faults(faults) => match faults.first() {
            Some(Fault::Email(_)) => ApiFault::EMAIL.respond(),
            _ => ApiFault::FIELDS.respond(),
        },
        ActRefusal::Other(refusal) => ApiFault::of_refusal(refusal),
    }
}

/// Names and values of a body.
type Values<'a> = Vec<(Cow<'a, str>, Given<'a>)>;

/// What a body says about a contact, and apart from that the address that it names.
fn about_contact(body: &Bytes) -> Result<(Values<'_>, Named), ApiFault> {
    let mut values = wire::object(body).map_err(|()| ApiFault::REQUEST)?;
    let named = named(&values);
    values.retain(|(name, _)| !is_address(name));
    Ok((values, named))
}

fn is_address(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case("EmailAddress")
}

/// The address that a body names.
enum Named {
    None,
    Invalid,
    Address(EmailAddress),
}

fn named(values: &[(Cow<'_, str>, Given<'_>)]) -> Named {
    match values.iter().rfind(|(name, _)| is_address(name)) {
        None => Named::None,
        Some((_, Given::Text(text))) => EmailAddress::parse(text).map_or(Named::Invalid, Named::Address),
        Some(_) => Named::Invalid,
    }
}

/// `POST /v2.0/contact/add/{email}/`
pub(super) async fn add(
    state: State<Doors>,
    client: Client,
    headers: HeaderMap,
    target: Extension<RawTarget>,
    body: Body,
) -> Result<Response, Response> {
    let (call, bytes) = Call::with_body((state, client, headers, target), 0, 0, body).await?;
    let (values, named) = about_contact(&bytes).map_err(|fault| fault.respond())?;
    let same = match named {
        Named::None => true,
        Named::Address(named) => named.key() == call.email.key(),
        Named::Invalid => false,
    };
    if !same {
        return Err(ApiFault::MISMATCH.respond());
    }
    let added = call.doors.intake.add_contact(&call.account, call.given(values)).await;
    Ok(call.answer(added.map(|_| ()), &call.email).await)
}

/// `POST /v2.0/contact/update/{email}/`
pub(super) async fn update(
    state: State<Doors>,
    client: Client,
    headers: HeaderMap,
    target: Extension<RawTarget>,
    body: Body,
) -> Result<Response, Response> {
    let (call, bytes) = Call::with_body((state, client, headers, target), 0, 0, body).await?;
    let (values, named) = about_contact(&bytes).map_err(|fault| fault.respond())?;
    let new = match named {
        Named::None => None,
        Named::Address(new) => Some(new),
        Named::Invalid => return Err(ApiFault::EMAIL.respond()),
    };
    let changed = call.doors.intake.change_contact(&call.account, call.given(values), new.clone()).await;
    Ok(call.answer(changed, new.as_ref().unwrap_or(&call.email)).await)
}

/// `GET /v2.0/contact/subscribe/{email}/{MailingListExternalID}/`
pub(super) async fn subscribe(
    state: State<Doors>,
    client: Client,
    headers: HeaderMap,
    target: Extension<RawTarget>,
) -> Response {
    let call = match Call::of((state, client, headers, target), 1, 0) {
        Ok(call) => call,
        Err(fault) => return fault.respond(),
    };
    let Some((list, _)) = call.account.list_by_external_id(&call.item) else { return ApiFault::LIST.respond() };
    let joined = call.doors.intake.join_list(&call.account, &call.email, list, call.by.clone()).await;
    call.answer(joined, &call.email).await
}

/// `GET /v2.0/contact/unsubscribe/{email}/{MailingListExternalID}/`
pub(super) async fn unsubscribe(
    state: State<Doors>,
    client: Client,
    headers: HeaderMap,
    target: Extension<RawTarget>,
) -> Response {
    let call = match Call::of((state, client, headers, target), 1, 0) {
        Ok(call) => call,
        Err(fault) => return fault.respond(),
    };
    let Some((list, _)) = call.account.list_by_external_id(&call.item) else { return ApiFault::LIST.respond() };
    let left = call.doors.intake.leave_lists(&call.account, &call.email, Some(list), call.by.clone()).await;
    call.answer(left, &call.email).await
}

/// `GET /v2.0/contact/unsubscribe/{email}/`: off every list, and never mailed again.
pub(super) async fn unsubscribe_all(
    state: State<Doors>,
    client: Client,
    headers: HeaderMap,
    target: Extension<RawTarget>,
) -> Response {
    let call = match Call::of((state, client, headers, target), 0, 0) {
        Ok(call) => call,
        Err(fault) => return fault.respond(),
    };
    let left = call.doors.intake.leave_lists(&call.account, &call.email, None, call.by.clone()).await;
    call.answer(left, &call.email).await
}

/// `POST /v2.0/automation/{AutomationExternalID}/addcontact/{email}/`
pub(super) async fn add_to_automation(
    state: State<Doors>,
    client: Client,
    headers: HeaderMap,
    target: Extension<RawTarget>,
    body: Body,
) -> Result<Response, Response> {
    let (call, bytes) = Call::with_body((state, client, headers, target), 0, 2, body).await?;
    let trx = wire::object(&bytes).ok().and_then(merge_values).ok_or_else(invalid_json)?;
    if call.account.automation_by_external_id(&call.item).is_none() {
        return Err(ApiFault::AUTOMATION.respond());
    }
    Ok(match call.doors.intake.start_automation(&call.account, &call.item, &call.email, trx).await {
        // Who may not run it again is passed over in silence.
        Ok(_) => call.record(&call.email).await,
        Err(Refusal::NotFound) => ApiFault::CONTACT.respond(),
        Err(other) => ApiFault::of_refusal(&other),
    })
}

/// Values for `{{trx:…}}`: one flat object of texts, numbers and booleans. `None` when anything is nested.
fn merge_values(values: Values<'_>) -> Option<BTreeMap<String, String>> {
    let text = |value: Given<'_>| {
        Some(match value {
            Given::Nothing => String::new(),
            Given::Text(text) => text.into_owned(),
            Given::Number(digits) => digits,
            Given::Bool(yes) => yes.to_string(),
            Given::Many(_) | Given::Nested => return None,
        })
    };
    values.into_iter().map(|(name, value)| Some((name.into_owned(), text(value)?))).collect()
}

/// The one error whose code is a text (reference, section 9).
fn invalid_json() -> Response {
    api_json(StatusCode::BAD_REQUEST, r#"{"Code":"-1","Message":"Invalid JSON found in Request Body."}"#)
}
