//! Moving the write-ahead log of SQLite into the database file beside the writer, which then need not wait for it.
//!
//! SQLite begins a log anew only when all of it has been moved, and a writer that never rests is always ahead of anybody
//! else. So a thread with a connection of its own moves the bulk while the writer goes on, and the writer itself the
//! little that came meanwhile.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::{Result, StoreError};

/// The log's pages from which it is moved. Larger logs raise the slowest answers: docs/decisions/0001-storage.md.
const MANY: i32 = 1000;
/// Pages at which the writer moves the log itself, come what may: a log must not grow without end.
const TOO_MANY: i32 = 8 * MANY;

/// Moves the log of one writing connection.
pub(super) struct Checkpoints {
    /// The log's pages after the last commit.
    pages: Arc<AtomicI32>,
    /// Whether the thread has moved what there was when it was asked.
    moved: Arc<AtomicBool>,
    asked: bool,
    thread: Option<(SyncSender<()>, JoinHandle<()>)>,
}

impl Checkpoints {
    /// Takes over from SQLite's own: nothing is moved any more but by [`Checkpoints::after_commit`] and at the end.
    pub(super) fn of(connection: &mut Connection, path: &Path) -> Result<Self> {
        let pages = Arc::new(AtomicI32::new(0));
        let noted = Arc::clone(&pages);
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, now: i32| {
            noted.store(now, Ordering::Relaxed);
            Ok(())
        }))?;
        let moved = Arc::new(AtomicBool::new(false));
        let thread = (path.as_os_str() != ":memory:").then(|| start(path, &moved)).transpose()?;
        Ok(Self { pages, moved, asked: false, thread })
    }

    /// To be called by the writer between two transactions.
    pub(super) fn after_commit(&mut self, connection: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < MANY {
            return;
        }
        let Some((ask, _)) = &self.thread else { return move_log(connection) };
        if !self.asked {
            self.moved.store(false, Ordering::Relaxed);
            self.asked = ask.try_send(()).is_ok();
            if self.asked {
                return;
            }
        }
        if self.moved.load(Ordering::Acquire) || pages >= TOO_MANY {
            self.asked = false;
            // So that the next commit does not ask again before SQLite has told how long the log is now.
            self.pages.store(0, Ordering::Relaxed);
            move_log(connection);
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        if let Some((ask, thread)) = self.thread.take() {
            drop(ask);
            // Its connection is closed before the writer's, which then moves what is left and removes the log.
            let _ = thread.join();
        }
    }
}

fn start(path: &Path, moved: &Arc<AtomicBool>) -> Result<(SyncSender<()>, JoinHandle<()>)> {
    let (ask, asked) = sync_channel::<()>(1);
    let (path, moved) = (path.to_owned(), Arc::clone(moved));
    let thread = std::thread::Builder::new().name("checkpoints".into()).stack_size(256 * 1024);
    let thread = thread.spawn(move || {
        let mut connection = None;
        while asked.recv().is_ok() {
            if connection.is_none() {
                connection = open(&path).ok();
            }
            if let Some(open) = &connection {
                move_log(open);
            }
            moved.store(true, Ordering::Release);
        }
    });
    Ok((ask, thread.map_err(|e| StoreError::Unavailable(format!("no thread for checkpoints: {e}")))?))
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::ZERO)?;
    // It moves pages and reads none.
    connection.pragma_update(None, "cache_size", -64)?;
    connection.pragma_update(None, "synchronous", "full")?;
    Ok(connection)
}

/// Moves as much as nobody else still reads from the log. A fault harms nothing: the log stays, and grows until it is
/// moved; one that lasts makes the next commit fail, which tells.
fn move_log(connection: &Connection) {
    let moved = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    if let Err(error) = moved {
        tracing::debug!(%error, "could not move the log");
    }
}
