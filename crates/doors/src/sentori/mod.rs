//! The Sentori door: `signup.ashx`, and v1 and v2.0 for contacts, lists and automations.
//!
//! An existing client of Sentori's Contact Signup works unchanged. Wire facts are in the reference's sections 1, 2 and
//! 11; this module only translates.

mod acts;
mod contacts;
#[cfg(test)]
mod fuzz;
mod import;
mod import_xml;
mod record;
mod refusals;
mod routes;
mod signup;
mod wire;

pub use routes::routes;
