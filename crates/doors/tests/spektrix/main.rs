//! The Spektrix door's pure parts: wire samples, signatures and refusal tables. No database, no server.

mod addresses;
mod auth;
mod cors;
mod create;
mod fixture;
mod fuzz;
mod logins;
mod objects;
mod patch;
mod refusals;
mod signup_aspx;
