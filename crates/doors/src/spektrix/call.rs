//! One call with all that its answer needs, and what several calls share: finding the customer, showing it, refusing.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{self, HeaderMap};
use http::{Method, Response};
use jiff::civil::Date;
use model::{AccountSnapshot, ContactId, FieldId, Origin, Refusal, StatementId, TagId};
use store::{AddressRow, CustomerKey, StoreError};

use super::addresses::{Address, Parts};
use super::customer::{Sent, Setting};
use super::customer_object::{Customer, CustomerObject, Expand};
use super::query::Query;
use super::refusals::{self, About, Resource};
use super::{Mode, answers, ids};
use crate::Doors;
use crate::client::{Client, header_text};

/// An answer that ends a call early.
pub(super) struct Stop(Box<Response<Bytes>>);

impl From<Response<Bytes>> for Stop {
    fn from(response: Response<Bytes>) -> Self {
        Self(Box::new(response))
    }
}

/// How a call ends.
pub(super) type Answer = Result<Response<Bytes>, Stop>;

/// The answer of either way.
pub(super) fn whole(answer: Answer) -> Response<Bytes> {
    answer.unwrap_or_else(|stop| *stop.0)
}

/// A call to one account.
pub(super) struct Call<'a> {
    pub(super) doors: &'a Doors,
    pub(super) account: &'a Arc<AccountSnapshot>,
    pub(super) client: &'a Client,
    pub(super) mode: Mode,
    pub(super) method: &'a Method,
    pub(super) headers: &'a HeaderMap,
    pub(super) query: &'a Query,
    pub(super) body: &'a Bytes,
    /// The account's segment of the path, as sent.
    pub(super) client_segment: &'a str,
}

impl<'a> Call<'a> {
    /// The current day, UTC.
    pub(super) fn today(&self) -> Date {
        let now = self.doors.intake.store().ambient().now().to_jiff();
        jiff::tz::Offset::UTC.to_datetime(now).date()
    }

    pub(super) fn setting(&self) -> Setting<'a> {
        Setting { account: self.account, mode: self.mode, today: self.today() }
    }

    /// Where the call came from, for the evidence of a consent.
    pub(super) fn origin(&self) -> Origin {
        let http = |text: &String| text.starts_with("http://") || text.starts_with("https://");
        let referer = header_text(self.headers, &header::REFERER).filter(http);
        let page = referer.clone().or_else(|| header_text(self.headers, &header::ORIGIN).filter(http));
        let query = referer.as_deref().and_then(|r| r.split_once('?')).map_or("", |(_, q)| q);
        let utm = form_urlencoded::parse(query.as_bytes()).filter(|(k, _)| k.starts_with("utm_")).take(10);
        Origin {
            ip: Some(self.client.ip),
            user_agent: header_text(self.headers, &header::USER_AGENT),
            page,
            utm: utm.map(|(k, v)| (k.chars().take(50).collect(), v.chars().take(255).collect())).collect(),
            ..Origin::default()
        }
    }

    /// Whether this is GET, or HEAD, which the server answers as GET without its body.
    pub(super) fn reads(&self) -> bool {
        matches!(*self.method, Method::GET | Method::HEAD)
    }

    /// The customer with this vendor id.
    pub(super) async fn by_id(&self, id: &str) -> Result<store::Customer, Stop> {
        let found = self.find(self.doors.spektrix.key_of(id)).await?;
        found.ok_or_else(|| refusals::not_found(Resource::Customer, &[&refusals::shown(id)]).into())
    }

    /// A customer, read.
    pub(super) async fn find(&self, key: CustomerKey) -> Result<Option<store::Customer>, Stop> {
        let found = self.doors.intake.store().customer(self.account.id, key).await;
        found.map_err(|error| self.store_fault(&error))
    }

    /// The customer as it stands now.
    pub(super) async fn again(&self, id: ContactId) -> Result<store::Customer, Stop> {
        let found = self.find(CustomerKey::Id(id)).await?;
        found.ok_or_else(|| refusals::not_found(Resource::Customer, &[]).into())
    }

    pub(super) fn store_fault(&self, error: &StoreError) -> Stop {
        self.refused(Resource::Customer, &intake::refusal(error), "", &Sent::default())
    }

    /// A refusal of the intake.
    pub(super) fn refused(&self, resource: Resource, refusal: &Refusal, email: &str, sent: &Sent<'_>) -> Stop {
        let about = About { resource, identifiers: &[], email, account: self.account, sent };
        refusals::from_refusal(refusal, &about).into()
    }

    /// Counts the keys of a body that nothing knows.
    pub(super) fn count_unknown(&self, sent: &Sent<'_>) {
        self.doors.spektrix.unknown_keys.note(&self.account.settings.slug, &sent.unknown);
    }

    /// A customer that was read, as answers show one.
    pub(super) fn show(&self, customer: &store::Customer, expand: Expand) -> Response<Bytes> {
        let row = &customer.contact.row;
        self.object(
            &self.doors.spektrix.public_id(row.id, row.public_id.as_deref()),
            &row.email,
            &customer.contact.values,
            customer.password.is_some(),
            &tags_of(customer),
            &agreed_of(customer),
            &self.addresses(&customer.addresses),
            expand,
        )
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a customer")]
    pub(super) fn object(
        &self,
        id: &str,
        email: &str,
        values: &[(FieldId, String)],
        password_set: bool,
        tags: &[TagId],
        agreed: &[StatementId],
        addresses: &[Address],
        expand: Expand,
    ) -> Response<Bytes> {
        let customer = Customer { id, email, values, password_set, tags, agreed, addresses };
        answers::private(&CustomerObject {
            customer,
            account: self.account,
            mode: self.mode,
            today: self.today(),
            expand,
        })
    }

    /// Addresses as answers show them.
    pub(super) fn addresses(&self, rows: &[AddressRow]) -> Vec<Address> {
        rows.iter()
            .map(|row| Address {
                id: self.address_id(row.id),
                is_billing: row.is_billing,
                is_delivery: row.is_delivery,
                parts: serde_json::from_str::<Parts>(&row.details).unwrap_or_default(),
            })
            .collect()
    }

    /// The vendor's id of an address.
    pub(super) fn address_id(&self, row: i64) -> String {
        ids::derived("address", self.account.id, row)
    }
}

/// A customer's tags, the oldest first.
pub(super) fn tags_of(customer: &store::Customer) -> Vec<TagId> {
    let mut tags: Vec<_> = customer.contact.tags.iter().map(|t| (t.first_at, t.tag)).collect();
    tags.sort_unstable();
    tags.into_iter().map(|(_, tag)| tag).collect()
}

/// The statements that a customer has said yes to.
pub(super) fn agreed_of(customer: &store::Customer) -> Vec<StatementId> {
    customer.contact.statements.iter().filter(|s| s.agreed).map(|s| s.statement).collect()
}
