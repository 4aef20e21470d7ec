//! `POST /webhooks/contact/signup.ashx`: one contact signup through a form (reference, section 2).

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use bytes::Bytes;
use model::{Caller, Door, EmailAddress, GivenSignUp, MailState, Origin, Outcome, Refusal};

use super::refusals::{self, Status};
use super::wire;
use crate::client::{Client, header_text};
use crate::{Doors, body};

/// Takes a signup in; the order of the checks is the reference's section 2.3.
pub(super) async fn handle(
    State(doors): State<Doors>,
    client: Client,
    headers: HeaderMap,
    request_body: axum::body::Body,
) -> Response {
    let bytes = match body::read(request_body, body::LIMIT, doors.body_patience).await {
        Ok(bytes) => bytes,
        Err(body::Unread::TooLarge) => return refusals::respond(&Status::too_large()),
        Err(body::Unread::Broken | body::Unread::TooSlow) => return refusals::respond(&Status::invalid("JSON")),
    };
    match take(&doors, &client, &headers, &bytes).await {
        // In quarantine no mail goes out either: the caller is told the same.
        Ok(Outcome::Pending { mail: MailState::Owed | MailState::Withheld, .. } | Outcome::Quiet { .. }) => {
            refusals::respond(&Status::mail_failed())
        }
        Ok(_) => refusals::ok(),
        Err(status) => refusals::respond(&status),
    }
}

async fn take(doors: &Doors, client: &Client, headers: &HeaderMap, bytes: &Bytes) -> Result<Outcome, Status> {
    let body = wire::parse(bytes).ok_or_else(|| Status::invalid("JSON"))?;
    let key = body.api_key.text().ok_or_else(Status::no_key)?;
    let account = doors.directory().by_sentori_key(key).map(|(a, _)| a.clone());
    let account = account.filter(|a| client.may_see(a.id)).ok_or_else(Status::no_account)?;
    let email = body.email_address.text().filter(|e| EmailAddress::parse(e).is_ok());
    let email = email.ok_or_else(|| Status::invalid("EmailAddress"))?.to_owned();
    let form = body.form.text().ok_or_else(|| Status::invalid("SignUpFormExternalID"))?.to_owned();
    let lists = body.mailing_lists.texts().map_err(|()| Status::invalid("MailingLists"))?;
    let values = body.contact_fields.fields().map_err(|()| Status::invalid("ContactFields"))?;
    let tags = body.tags.texts().map_err(|()| Status::invalid("Tags"))?;
    let confirm = body.require_confirmation.confirmation().map_err(|()| Status::invalid("RequireConfirmation"))?;
    let page = header_text(headers, &header::REFERER).filter(|r| r.starts_with("http://") || r.starts_with("https://"));
    let given = GivenSignUp {
        door: Door::Sentori,
        caller: Caller::Credentials,
        form: Some(form.into()),
        email: email.into(),
        values,
        lists,
        tags,
        statements: Vec::new(),
        confirm: Some(confirm),
        language: None,
        origin: Origin {
            ip: Some(client.ip),
            user_agent: header_text(headers, &header::USER_AGENT),
            page,
            ..Origin::default()
        },
    };
    doors.intake.sign_up(&account, given).await.map_err(|refusal| match refusal {
        Refusal::Faults(faults) => faults.first().map_or_else(Status::internal, Status::of_fault),
        other => Status::of_refusal(&other),
    })
}
