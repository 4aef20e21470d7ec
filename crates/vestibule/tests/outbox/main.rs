//! What a sign-up sets off, from outside: the outbox and its commands, mail servers that fail in every way, automations
//! over days, kill -9 between commit and delivery.

mod addresses;
mod alerts;
mod automations;
mod crash;
mod deliveries;
mod documents;
mod nodes;
mod real_faults;
mod real_server;
mod server;
mod starting;
mod ways;
mod world;
