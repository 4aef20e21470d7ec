//! All that is kept about a contact, as JSON: what a person has a right to (GDPR, article 15).

use axum::http::{HeaderValue, header};
use axum::response::IntoResponse as _;
use serde_json::{Value, json};

use super::contact::contact;
use crate::ctx::{Answer, Ctx};

pub(crate) async fn export(ctx: Ctx) -> Answer {
    let account = ctx.account()?;
    let store = ctx.console.store();
    let found = contact(&ctx).await?;
    let row = &found.row;
    let at = |at: Option<model::Timestamp>| at.map(model::Timestamp::to_rfc3339);
    let values = found.values.iter().filter_map(|(id, value)| {
        let field = account.field(*id)?;
        Some((field.system_name.clone(), Value::from(value.clone())))
    });
    let lists = found.lists.iter().filter_map(|(id, since)| {
        let list = account.list(*id)?;
        Some(json!({ "external_id": list.external_id, "name": list.name, "since": since.to_rfc3339() }))
    });
    let tags = found.tags.iter().filter_map(|g| {
        let tag = account.tag(g.tag)?;
        let (first, last) = (g.first_at.to_rfc3339(), g.last_at.to_rfc3339());
        Some(json!({ "name": tag.name, "applied": g.applied, "first": first, "last": last }))
    });
    let events = store.consents(account.id, row.person).await?.into_iter().map(|record| {
        let (subject, wording) = match record.subject {
            model::ConsentSubject::Statement(id, version) => {
                let known = account.statement(id);
                let text = known.and_then(|(_, all)| all.iter().find(|v| v.version == version)).map(|v| &v.text);
                let key = known.map(|(s, _)| s.key.as_str());
                (json!({ "statement": key, "version": version }), json!(text))
            }
            model::ConsentSubject::List(id) => {
                (json!({ "list": account.list(id).map(|l| l.external_id.as_str()) }), Value::Null)
            }
            model::ConsentSubject::Everything => (json!("all mail"), Value::Null),
        };
        let evidence: Vec<Value> = record
            .evidence
            .iter()
            .map(|e| {
                json!({
                    "at": e.at.to_rfc3339(), "door": e.door.name(), "page": e.page, "ip": e.ip,
                    "user_agent": e.user_agent,
                    "form": e.form.and_then(|f| account.form(f)).map(|f| f.form.external_id.as_str()),
                })
            })
            .collect();
        json!({
            "at": record.at.to_rfc3339(), "action": record.action, "subject": subject, "wording": wording,
            "language": record.language, "basis": record.basis, "shown": record.shown, "evidence": evidence,
        })
    });
    let events: Vec<Value> = events.collect();
    let sign_ups: Vec<Value> = store
        .sign_ups_of(account.id, row.id)
        .await?
        .into_iter()
        .map(|s| {
            let form = s.form.and_then(|f| account.form(f)).map(|f| f.form.external_id.clone());
            json!({
                "id": s.id, "at": s.at.to_rfc3339(), "door": s.door, "kind": s.kind, "form": form,
                "outcome": s.outcome.as_str(), "confirmed": at(s.confirmed_at), "origin": s.origin,
            })
        })
        .collect();
    let mails: Vec<Value> = store
        .deliveries_of(account.id, row.id, 10_000)
        .await?
        .into_iter()
        .map(|d| {
            json!({
                "kind": d.kind, "state": d.state.name(), "since": d.created_at.to_rfc3339(),
                "finished": at(d.finished_at),
            })
        })
        .collect();
    let whole = json!({
        "account": account.settings.name, "id": row.id, "email": row.email, "source": row.source,
        "created": row.created_at.to_rfc3339(), "created_ip": row.created_ip, "created_page": row.created_referrer,
        "confirmed": at(row.confirmed_at), "suppressed": at(row.suppressed_at),
        "bad_address": at(row.bad_address_at), "changed": row.modified_at.to_rfc3339(),
        "values": values.collect::<serde_json::Map<_, _>>(), "lists": lists.collect::<Vec<_>>(),
        "tags": tags.collect::<Vec<_>>(), "consents": events, "sign_ups": sign_ups, "mails": mails,
    });
    let text = serde_json::to_string_pretty(&whole).unwrap_or_default();
    ctx.note("contact.export", ctx.words.one("contact-number", "number", &row.id.to_string()), Some(row.id), "", "")
        .await?;
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    let name = format!("attachment; filename=\"contact-{}.json\"", row.id);
    if let Ok(value) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
