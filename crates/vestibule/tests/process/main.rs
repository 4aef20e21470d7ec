//! The real program as a process: what its operator sees of it, and what becomes of its promises when it, its database
//! or its mail server is killed, cut off or full.

mod account_apply;
mod crash;
mod import;
mod observability;
mod postgres_tls;
mod several_nodes;
mod store_faults;
mod support;
