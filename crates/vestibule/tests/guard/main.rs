//! The guard from outside: the real program, both engines, an SMTP sink for the mails.

mod bombing;
mod commands;
mod doors;
mod modes;
mod node;
mod public;
mod solving;
mod verdicts;
