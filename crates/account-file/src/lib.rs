//! Accounts as code: the account file, read, compared with an account and written.
//!
//! Pure: text in, items and plans out. It knows no database and does no I/O; whoever applies a [`Plan`] reads the
//! account's [`CurrentItem`]s, and writes what the plan names. `parse.rs` is the way in, `sections/` reads the file part by part,
//! `diff.rs` compares, `export.rs` writes.

mod changes;
mod diff;
mod duration;
mod export;
mod file_form;
mod items;
mod merge_fields;
mod mjml;
mod names;
mod parse;
mod plan;
mod reader;
mod report;
mod sections;
mod shapes;

pub use diff::diff;
pub use duration::{format_duration, parse_duration};
pub use export::export;
pub use items::{AccountFile, CurrentItem, Item, ItemKind};
pub use merge_fields::{MergeContext, check_merge_fields};
pub use parse::parse;
pub use plan::{Change, Plan};
pub use report::{Fault, Place};
