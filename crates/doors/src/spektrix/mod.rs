//! The Spektrix v3 dialect: what an existing client of that API sends and reads.
//!
//! The routes (`routes`, `owner`, `web`, `details`, `login`, `customer_links`, `set_password`, `form`) tie the dialect to intake and store; everything else is pure:
//! bytes and values in, values and ready responses out, no store and no clock. `auth` decides who calls, `wire` reads JSON bodies, `customer`, `lists` and `addresses` translate to and
//! from the domain's words, `refusals` holds every error body. "Reference" in comments is the vendor's behaviour as
//! described in `docs/spektrix.md`.

pub mod addresses;
pub mod answers;
pub mod attributes;
pub mod auth;
mod call;
pub mod cors;
pub mod countries;
pub mod customer;
mod customer_links;
pub mod customer_object;
mod details;
mod door_state;
mod failed_logins;
mod form;
pub mod http_date;
pub mod ids;
pub mod lists;
mod login;
pub mod logins;
mod mode;
mod owner;
pub mod passwords;
pub mod public_id;
pub mod query;
pub mod refusals;
mod routes;
pub mod session;
mod set_password;
pub mod signup_aspx;
mod unknown_keys;
mod web;
pub mod wire;

pub use door_state::DoorState;
pub use mode::Mode;
pub(crate) use routes::routes;
pub use unknown_keys::UnknownKeys;
