//! A thin layer over one driver per engine: one SQL text for both, three types of value, and statements that run
//! once for each row of a batch. Nothing outside this folder knows which engine is below.

mod conn;
mod each;
mod migrate;
mod postgres;
mod sqlite;
mod target;
mod value;

pub use conn::{Conn, Step};
pub use each::{Batch, Each};
pub use migrate::{SCHEMA_VERSION, schema_version, set_up_or_check, upgrade};
#[cfg(test)]
pub(crate) use migrate::{STATEMENTS as MIGRATE_STATEMENTS, upgrade_to};
pub use target::{Target, TargetFault};
pub use value::{Row, Type, Value};

/// A statement with `$1`, `$2` … for values, the same text for both engines.
#[derive(Debug)]
pub struct Sql(pub &'static str);

/// Declares statements, and lists them so that a test can prepare every one on both engines.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$doc])* pub(crate) static $name: $crate::sql::Sql = $crate::sql::Sql($text);)*
        /// Every plain statement of this module.
        #[cfg(test)]
        pub(crate) static STATEMENTS: &[&$crate::sql::Sql] = &[$(&$name),*];
    };
}

/// Declares statements that run once for each row of a batch: see [`Each`].
macro_rules! each_statements {
    ($($(#[$doc:meta])* $name:ident ($($type:ident),*) = $text:expr;)*) => {
        $($(#[$doc])* pub(crate) static $name: $crate::sql::Each =
            $crate::sql::Each { text: $text, types: &[$($crate::sql::Type::$type),*] };)*
        /// Every batch statement of this module.
        #[cfg(test)]
        pub(crate) static EACH: &[&$crate::sql::Each] = &[$(&$name),*];
    };
}

pub(crate) use {each_statements, statements};
