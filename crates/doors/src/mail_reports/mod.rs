//! What comes back by mail: raw reports that a mail server hands over (RFC 3464, RFC 5965), and Amazon SES's notifications
//! by way of Amazon SNS.
//!
//! | path | who |
//! |---|---|
//! | `POST /api/v1/mail-reports` | a mail server, with the token of a `native` API user |
//! | `POST /api/v1/mail-reports/ses/{client}` | Amazon SNS, by its signature and a topic that the account names |

mod certificates;
mod mime;
mod plain;
mod problem;
mod report;
mod routes;
mod ses;
mod sns;
#[cfg(test)]
mod tests;

mod status;

pub use certificates::Certificates;
pub(crate) use routes::routes;
