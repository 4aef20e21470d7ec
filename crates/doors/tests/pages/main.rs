//! The pages a person meets, drawn and read without a server.

mod form;
mod json;
mod links;
mod locales;
mod preferences;
mod sample;
mod submission;
mod weight;

/// The sample account as it is.
fn account() -> model::AccountSnapshot {
    sample::account_with(|_, _| {})
}
