//! The Spektrix v3 dialect: what an existing client of that API sends and reads.
//!
//! Everything in this module is pure: bytes and values in, values and ready responses out. It knows no store and reads
//! no clock. `auth` decides who calls, `wire` reads JSON bodies, `customer`, `lists` and `addresses` translate to and
//! from the domain's words, `refusals` holds every error body. "Reference" in comments is the vendor's behaviour as
//! described in `docs/spektrix.md`.

pub mod addresses;
pub mod answers;
pub mod attributes;
pub mod auth;
pub mod cors;
pub mod countries;
pub mod customer;
pub mod customer_object;
pub mod http_date;
pub mod ids;
pub mod lists;
pub mod logins;
mod mode;
pub mod passwords;
pub mod public_id;
pub mod query;
pub mod refusals;
pub mod session;
pub mod signup_aspx;
pub mod wire;

pub use mode::Mode;
