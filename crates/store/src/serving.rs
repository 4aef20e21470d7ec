//! Whether a server works on a SQLite file: a lock on a file beside it, which the system lets go when the process ends.
//! Imports by a command hold the one writer for long at a stretch only where nobody waits for it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;

use crate::sql::Target;

fn beside(target: &Target) -> Option<PathBuf> {
    let Target::Sqlite(path) = target else { return None };
    let mut name = path.as_os_str().to_owned();
    name.push("-serving");
    Some(name.into())
}

fn open(target: &Target) -> Option<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(beside(target)?).ok()
}

/// Marks the file as served for as long as the result lives. Without the mark a server works as well, only imports
/// beside it are in its way more.
pub(crate) fn mark(target: &Target) -> Option<File> {
    let file = open(target)?;
    file.lock_shared().ok()?;
    Some(file)
}

/// Whether another process serves the file.
pub(crate) fn is_served(target: &Target) -> bool {
    let Some(file) = open(target) else { return false };
    matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_lasts_as_long_as_its_holder() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = Target::parse(&format!("sqlite://{}/t.db", folder.path().display())).expect("a target");
        assert!(!is_served(&target));
        let (one, other) = (mark(&target), mark(&target));
        assert!(one.is_some() && other.is_some() && is_served(&target));
        drop(one);
        assert!(is_served(&target));
        drop(other);
        assert!(!is_served(&target));
    }
}
