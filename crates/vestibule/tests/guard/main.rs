//! The guard from outside: the real program, both engines, an SMTP sink for the mails.

mod bombing;
mod captchas;
mod commands;
mod doors;
mod forms;
mod modes;
mod node;
mod nodes;
mod public;
mod solving;
mod verdicts;
