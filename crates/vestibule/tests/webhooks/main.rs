//! Webhooks from outside: what is told and in which order, checked with the published libraries of two other languages;
//! receivers in a process of their own that fail in every way; kill -9 in the middle of calls; days of failure.

mod crash;
mod days;
mod documented;
mod faults;
mod receiver;
mod secrets;
mod told;
#[allow(dead_code, reason = "shared with the tests of the outbox, which use more of it")]
#[path = "../outbox/world.rs"]
mod world;
