//! Calls below `customers`: signed, from servers (reference, sections 4 and 7.1 to 7.4).

use bytes::Bytes;
use http::{Method, Response};
use intake::{CustomerRef, TagChange};
use model::{EmailAddress, TagId};
use store::CustomerKey;

use super::call::{Answer, Call, Stop, tags_of};
use super::customer_object::{self, Expand};
use super::lists::TagObject;
use super::refusals::{self, Resource};
use super::wire::{Ids, Invalid};
use super::{answers, details, web};

/// Answers a signed call; `rest` is what follows `customers`.
pub(super) async fn answer(call: &Call<'_>, rest: &[&str]) -> Answer {
    let lower: Vec<String> = rest.iter().map(|s| s.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let method = call.method;
    match (lower.as_slice(), method) {
        ([], _) if call.reads() => look_up(call).await,
        ([], &Method::POST) => web::create(call).await,
        ([], _) => allow("GET, POST"),
        (["tags", _], &Method::DELETE) => {
            let id = call.query.get("id").unwrap_or_default().to_owned();
            change_tags(call, &id, Change::Remove, Wanted::One(rest[1])).await
        }
        (["tags", _], _) => allow("DELETE"),
        ([_], _) if call.reads() => Ok(call.show(&call.by_id(rest[0]).await?, call.query.expand())),
        ([_], &Method::PATCH) => {
            let customer = call.by_id(rest[0]).await?;
            details::patch(call, customer).await
        }
        ([_], _) => allow("GET, PATCH"),
        ([_, "orders"], _) if call.reads() => {
            call.by_id(rest[0]).await?;
            Ok(answers::private(&[0; 0]))
        }
        ([_, "tags"], _) if call.reads() => {
            let customer = call.by_id(rest[0]).await?;
            Ok(answers::private(&customer_object::tags(call.account, call.mode, &tags_of(&customer))))
        }
        ([_, "tags"], &Method::POST) => change_tags(call, rest[0], Change::Add, Wanted::Body).await,
        ([_, "tags"], &Method::PUT) => change_tags(call, rest[0], Change::Replace, Wanted::Body).await,
        ([_, "tags"], &Method::DELETE) => change_tags(call, rest[0], Change::Remove, Wanted::Body).await,
        ([_, "tags"], _) => allow("GET, POST, PUT, DELETE"),
        ([_, "tags", _], &Method::DELETE) => change_tags(call, rest[0], Change::Remove, Wanted::One(rest[2])).await,
        ([_, "tags", _], _) => allow("DELETE"),
        ([_, "agreed-statements" | "addresses", ..], _) => {
            let customer = call.by_id(rest[0]).await?;
            details::answer(call, customer, &rest[1..]).await
        }
        _ => Err(refusals::not_found(Resource::Customer, &[]).into()),
    }
}

fn allow(methods: &str) -> Answer {
    Err(refusals::method_not_allowed(Resource::Customer, methods).into())
}

async fn look_up(call: &Call<'_>) -> Answer {
    let Some(emails) = call.query.emails("email") else {
        return Err(refusals::invalid(Resource::Customer, &[Invalid::required("Email")]).into());
    };
    for email in &emails {
        let Ok(parsed) = EmailAddress::parse(email) else { continue };
        if let Some(customer) = call.find(CustomerKey::Email(parsed.key().to_owned())).await? {
            return Ok(call.show(&customer, call.query.expand()));
        }
    }
    Err(refusals::not_found(Resource::Customer, &[&refusals::shown(&emails[0])]).into())
}

#[derive(Clone, Copy)]
enum Change {
    Add,
    Replace,
    Remove,
}

enum Wanted<'a> {
    One(&'a str),
    Body,
}

async fn change_tags(call: &Call<'_>, id: &str, change: Change, wanted: Wanted<'_>) -> Answer {
    let customer = call.by_id(id).await?;
    let (ids, single): (Vec<String>, bool) = match wanted {
        Wanted::One(id) => (vec![id.to_owned()], true),
        Wanted::Body => {
            let ids = Ids::parse(call.body).map_err(|fault| Stop::from(refusals::unreadable(Resource::Tag, fault)))?;
            (ids.ids.iter().map(|id| id.clone().into_owned()).collect(), ids.single)
        }
    };
    if ids.is_empty() && matches!(change, Change::Remove) {
        return Err(refusals::invalid(Resource::Tag, &[Invalid::required("Tags")]).into());
    }
    let mut tags: Vec<TagId> = Vec::with_capacity(ids.len());
    for id in &ids {
        match call.mode.tag(call.account, id) {
            Some((tag, _)) if tags.contains(&tag) => {}
            Some((tag, _)) => tags.push(tag),
            None => return Err(refusals::not_found(Resource::Tag, &[&refusals::shown(id)]).into()),
        }
    }
    let row = &customer.contact.row;
    let who = CustomerRef { id: row.id, email: row.email.clone() };
    let wish = match change {
        Change::Add => TagChange::Add(tags.clone()),
        Change::Replace => TagChange::Replace(tags.clone()),
        Change::Remove => TagChange::Remove(tags.clone()),
    };
    let changed = call.doors.intake.change_tags(call.account, &who, wish).await;
    changed.map_err(|r| call.refused(Resource::Tag, &r, "", &super::customer::Sent::default()))?;
    Ok(match change {
        Change::Remove => answers::removed(),
        Change::Add | Change::Replace => shown(call, &tags, single && matches!(change, Change::Add)),
    })
}

fn shown(call: &Call<'_>, tags: &[TagId], single: bool) -> Response<Bytes> {
    let objects: Vec<TagObject<'_>> = tags.iter().filter_map(|id| call.account.tag(*id)).map(TagObject::of).collect();
    match objects.first() {
        Some(only) if single => answers::private(only),
        _ => answers::private(&objects),
    }
}

/// What a fresh customer shows.
pub(super) const PLAIN: Expand = Expand {
    tags: false,
    all_statements: false,
    agreed_statements: false,
    addresses: false,
    billing_address: false,
    delivery_address: false,
    subscriptions: false,
};
