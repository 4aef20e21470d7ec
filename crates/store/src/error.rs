//! What can go wrong between the program and its database, sorted by what a caller can do about it.

/// Why the store could not do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached or written just now; nothing is known to have been kept. Try again.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// More is queued than can be taken. Try again.
    #[error("the store is busy")]
    Busy,
    /// Two changes collided. The committer tries again by itself; others may.
    #[error("conflicting change: {0}")]
    Conflict(String),
    /// A fault of the program or of the data: a statement that does not fit the schema, a panic, an unreadable row.
    #[error("internal fault: {0}")]
    Fault(String),
}

/// The usual result of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(Code::ConstraintViolation) => Self::Conflict(text),
            Some(
                Code::DatabaseBusy
                | Code::DatabaseLocked
                | Code::DiskFull
                | Code::ReadOnly
                | Code::SystemIoFailure
                | Code::CannotOpen
                | Code::PermissionDenied
                | Code::DatabaseCorrupt
                | Code::NotADatabase
                | Code::OutOfMemory
                | Code::FileLockingProtocolFailed,
            ) => Self::Unavailable(text),
            _ => Self::Fault(text),
        }
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            // No answer of the server's: the connection is gone, or a value did not fit on our side.
            let text = error.to_string();
            let ours = text.contains("serializing parameter") || text.contains("deserializing column");
            return if ours { Self::Fault(text) } else { Self::Unavailable(text) };
        };
        let text = format!("{} ({})", db.message(), db.code().code());
        // A lock that somebody else holds for too long: the same statement works as soon as it is let go.
        if *db.code() == tokio_postgres::error::SqlState::LOCK_NOT_AVAILABLE {
            return Self::Unavailable(text);
        }
        match &db.code().code()[..2] {
            // Unique violations, serialization failures and deadlocks.
            "23" | "40" => Self::Conflict(text),
            // Connection trouble, resources, operator intervention, disk, read-only transactions, start-up.
            "08" | "53" | "57" | "58" | "25" | "28" | "3D" => Self::Unavailable(text),
            _ => Self::Fault(text),
        }
    }
}
