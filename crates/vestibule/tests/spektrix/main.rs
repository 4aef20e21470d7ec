//! The Spektrix door through the real server on both engines: the reference's HTTP cases (section 10.3) and what the
//! cases leave out.

mod bad_input;
mod clients;
mod commands;
mod fixture;
mod http_cases;
mod login;
mod manual;
mod one_store;
mod races;
mod web_calls;
mod webhooks;
