//! What a customer's own calls change: its object, statements and addresses. The same for a server about any customer and
//! for a browser about the one that is logged in (reference, sections 7.2 and 7.4).

use http::Method;
use intake::{CustomerRef, StatementChange, Through};
use model::{EmailAddress, GivenSignUp, Refusal, StatementId};
use store::AddressRow;

use super::addresses::{self, Address, GivenAddresses, Parts};
use super::call::{Answer, Call, Stop, agreed_of};
use super::customer::{CustomerChange, Sent};
use super::refusals::{self, Resource};
use super::wire::{Ids, InputFault, Invalid};
use super::{answers, customer_object, web};

fn reference(customer: &store::Customer) -> CustomerRef {
    CustomerRef { id: customer.contact.row.id, email: customer.contact.row.email.clone() }
}

/// `PATCH customers/{id}` and `PATCH customer`.
pub(super) async fn patch(call: &Call<'_>, customer: store::Customer) -> Answer {
    let change = CustomerChange::parse(call.body, call.setting())
        .map_err(|fault| Stop::from(refusals::input(Resource::Customer, &fault)))?;
    call.count_unknown(&change.sent);
    let sent_email = change.email.as_deref().unwrap_or_default().to_owned();
    let new_email = match change.email.as_deref().map(EmailAddress::parse) {
        None => None,
        Some(Ok(email)) => Some(email),
        Some(Err(_)) => {
            return Err(refusals::invalid(Resource::Customer, &[Invalid::not_an_email("Email")]).into());
        }
    };
    let password = match change.password {
        Some(password) => Some(web::hash(call, password).await?),
        None => None,
    };
    let who = reference(&customer);
    let given = GivenSignUp {
        door: call.mode.door(),
        caller: call.mode.caller(),
        form: None,
        email: who.email.as_str().into(),
        values: change.values,
        lists: Vec::new(),
        tags: Vec::new(),
        statements: Vec::new(),
        confirm: Some(false),
        language: None,
        origin: call.origin(),
    };
    let done = call.doors.intake.update_customer(call.account, &who, given, new_email, password).await;
    done.map_err(|refusal| call.refused(Resource::Customer, &refusal, &sent_email, &change.sent))?;
    Ok(call.show(&call.again(who.id).await?, call.query.expand()))
}

/// `{base}/agreed-statements…` and `{base}/addresses…`.
pub(super) async fn answer(call: &Call<'_>, customer: store::Customer, rest: &[&str]) -> Answer {
    let first = rest.first().map(|s| s.to_ascii_lowercase()).unwrap_or_default();
    match (first.as_str(), &rest[1..], call.method) {
        ("agreed-statements", [], _) if call.reads() => Ok(agreed(call, &customer)),
        ("agreed-statements", [], &Method::POST) => statements(call, &customer, What::Add, None).await,
        ("agreed-statements", [], &Method::PUT) => statements(call, &customer, What::Replace, None).await,
        ("agreed-statements", [], &Method::DELETE) => statements(call, &customer, What::Withdraw, None).await,
        ("agreed-statements", [], _) => {
            Err(refusals::method_not_allowed(Resource::Statement, "GET, POST, PUT, DELETE").into())
        }
        ("agreed-statements", [id], &Method::DELETE) => statements(call, &customer, What::Withdraw, Some(id)).await,
        ("agreed-statements", [_], _) => Err(refusals::method_not_allowed(Resource::Statement, "DELETE").into()),
        ("addresses", [], _) if call.reads() => Ok(answers::private(&call.addresses(&customer.addresses))),
        ("addresses", [], &Method::POST) => add_addresses(call, &customer, false).await,
        ("addresses", [], &Method::PUT) => add_addresses(call, &customer, true).await,
        ("addresses", [], _) => Err(refusals::method_not_allowed(Resource::Address, "GET, POST, PUT").into()),
        ("addresses", [id], &Method::PATCH) => patch_address(call, &customer, id).await,
        ("addresses", [id], &Method::DELETE) => drop_address(call, &customer, id).await,
        ("addresses", [_], _) => Err(refusals::method_not_allowed(Resource::Address, "PATCH, DELETE").into()),
        _ => Err(refusals::not_found(Resource::Customer, &[]).into()),
    }
}

fn agreed(call: &Call<'_>, customer: &store::Customer) -> http::Response<bytes::Bytes> {
    answers::private(&customer_object::agreed(call.account, call.mode, &agreed_of(customer)))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Add,
    Replace,
    Withdraw,
}

async fn statements(call: &Call<'_>, customer: &store::Customer, what: What, one: Option<&str>) -> Answer {
    let ids: Vec<String> = match one {
        Some(id) => vec![id.to_owned()],
        None => Ids::parse(call.body)
            .map_err(|fault| Stop::from(refusals::unreadable(Resource::Statement, fault)))?
            .ids
            .into_iter()
            .map(std::borrow::Cow::into_owned)
            .collect(),
    };
    if ids.is_empty() && what == What::Withdraw {
        return Err(refusals::invalid(Resource::Statement, &[Invalid::required("AgreedStatements")]).into());
    }
    let mut found: Vec<StatementId> = Vec::with_capacity(ids.len());
    for id in &ids {
        match call.mode.statement(call.account, id) {
            Some((statement, _)) if found.contains(&statement) => {}
            Some((statement, _)) => found.push(statement),
            None => return Err(refusals::not_found(Resource::Statement, &[&refusals::shown(id)]).into()),
        }
    }
    let change = match what {
        What::Add => StatementChange::Add(found),
        What::Replace => {
            let all = call.account.statements.iter();
            let visible = all.filter(|(_, s, _)| call.mode.sees_statement(s)).map(|(id, ..)| *id).collect();
            StatementChange::Replace { agreed: found, visible }
        }
        What::Withdraw => StatementChange::Withdraw(found),
    };
    let through = Through { door: call.mode.door(), origin: call.origin() };
    let who = reference(customer);
    let done = call.doors.intake.change_statements(call.account, &who, through, change).await;
    done.map_err(|r| call.refused(Resource::Statement, &r, "", &Sent::default()))?;
    if what == What::Withdraw {
        return Ok(answers::removed());
    }
    Ok(agreed(call, &call.again(who.id).await?))
}

fn input_fault(fault: &InputFault) -> Stop {
    refusals::input(Resource::Address, fault).into()
}

fn details(parts: &Parts) -> String {
    serde_json::to_string(parts).unwrap_or_default()
}

async fn add_addresses(call: &Call<'_>, customer: &store::Customer, replace: bool) -> Answer {
    let given = GivenAddresses::parse(call.body).map_err(|fault| input_fault(&fault))?;
    let new: Vec<AddressRow> = given
        .addresses
        .iter()
        .map(|parts| AddressRow { id: 0, is_billing: false, is_delivery: false, details: details(parts) })
        .collect();
    let count = new.len();
    let edit = move |old: Vec<AddressRow>| {
        let mut all = if replace { Vec::new() } else { old };
        all.extend(new.iter().cloned());
        Ok(flagged(all))
    };
    let kept = change(call, customer, count, edit).await?;
    // The new ones stand at the end.
    let shown = call.addresses(&kept[kept.len().saturating_sub(count)..]);
    Ok(match shown.as_slice() {
        [only] if given.single && !replace => answers::private(only),
        all => answers::private(&all),
    })
}

async fn patch_address(call: &Call<'_>, customer: &store::Customer, id: &str) -> Answer {
    let row = find(call, customer, id)?;
    let current: Parts = serde_json::from_str(&row.details).unwrap_or_default();
    // Faults are told before anything is decided; the decision reads the address anew.
    current.patched(call.body).map_err(|fault| input_fault(&fault))?;
    let (number, body) = (row.id, call.body.clone());
    let edit = move |mut all: Vec<AddressRow>| {
        let row = all.iter_mut().find(|a| a.id == number).ok_or(Refusal::NotFound)?;
        let current: Parts = serde_json::from_str(&row.details).unwrap_or_default();
        row.details = details(&current.patched(&body).map_err(|_| Refusal::NotFound)?);
        Ok(all)
    };
    let kept = change(call, customer, 0, edit).await?;
    let shown = call.addresses(&kept);
    let own = call.address_id(number);
    match shown.iter().find(|a| a.id == own) {
        Some(address) => Ok(answers::private(address)),
        None => Err(refusals::not_found(Resource::Address, &[&refusals::shown(id)]).into()),
    }
}

async fn drop_address(call: &Call<'_>, customer: &store::Customer, id: &str) -> Answer {
    let number = find(call, customer, id)?.id;
    let edit = move |mut all: Vec<AddressRow>| {
        all.retain(|a| a.id != number);
        Ok(flagged(all))
    };
    change(call, customer, 0, edit).await?;
    Ok(answers::removed())
}

fn find<'c>(call: &Call<'_>, customer: &'c store::Customer, id: &str) -> Result<&'c AddressRow, Stop> {
    let found = customer.addresses.iter().find(|a| call.address_id(a.id).eq_ignore_ascii_case(id.trim()));
    found.ok_or_else(|| refusals::not_found(Resource::Address, &[&refusals::shown(id)]).into())
}

async fn change(
    call: &Call<'_>,
    customer: &store::Customer,
    most_new: usize,
    edit: impl FnMut(Vec<AddressRow>) -> Result<Vec<AddressRow>, Refusal> + Send + 'static,
) -> Result<Vec<AddressRow>, Stop> {
    let done = call.doors.intake.change_addresses(call.account, &reference(customer), most_new, edit).await;
    done.map_err(|r| call.refused(Resource::Address, &r, "", &Sent::default()))
}

/// Sees to the billing and delivery flags.
fn flagged(mut rows: Vec<AddressRow>) -> Vec<AddressRow> {
    let mut flags: Vec<Address> = rows
        .iter()
        .map(|r| Address { is_billing: r.is_billing, is_delivery: r.is_delivery, ..Address::default() })
        .collect();
    addresses::assign_flags(&mut flags);
    for (row, flags) in rows.iter_mut().zip(flags) {
        (row.is_billing, row.is_delivery) = (flags.is_billing, flags.is_delivery);
    }
    rows
}
