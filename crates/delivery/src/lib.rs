//! What is owed to the outside: mail, and later webhooks and automations.
//!
//! [`mail`] writes and sends mail and knows no store; the outbox workers that use it live beside it.

pub mod mail;
