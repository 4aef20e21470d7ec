//! What a sign-up sets off, from outside: the outbox and its commands, mail servers that fail in every way, automations
//! over days, kill -9 between commit and delivery.

mod deliveries;
mod world;
