//! What tests stand on: a fresh database of either engine, a raw HTTP client, an SMTP sink, the real program as a process.
//!
//! For `[dev-dependencies]` only; never shipped. It knows the program from outside alone (URLs, wire bytes, settings) and
//! depends on no crate of the workspace, so that a test cannot share a mistake with the code it tests. Faults of the
//! surroundings, such as a missing PostgreSQL server, panic with what to do about them: a test never passes silently.

pub mod database;
pub mod fuzz;
pub mod http;
pub mod postgres_server;
pub mod process;
pub mod smtp_sink;

pub use database::{Engine, TestDatabase, both_engines_case, engines, postgres_url};
pub use postgres_server::PostgresServer;
pub use process::{Launch, Running};
pub use smtp_sink::{Mail, SmtpSink};
