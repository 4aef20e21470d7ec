//! The store's own threads for reading, each with its connection. A connection that fails is opened anew, so that a
//! database that comes back is used again without a restart.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use crate::error::{Result, StoreError};
use crate::sql::{Conn, Target};

/// Opens connections to one database.
#[derive(Clone)]
pub(crate) struct Opener {
    pub(crate) target: Target,
    /// SQLite's page cache of a writer, in KiB.
    pub(crate) writer_cache: i64,
}

/// Page caches of SQLite, in KiB: bounded, since every thread has one.
pub(crate) const WRITER_CACHE: i64 = 8 * 1024;
const READER_CACHE: i64 = 1024;

impl Opener {
    pub(crate) fn open(&self, writable: bool) -> Result<Conn> {
        Conn::open(&self.target, writable, if writable { self.writer_cache } else { READER_CACHE })
    }
}

type Job = Box<dyn FnOnce(Result<&mut Conn>) + Send>;

/// Threads that run read-only work.
#[derive(Clone)]
pub(crate) struct Lanes {
    sender: mpsc::SyncSender<Job>,
}

impl Lanes {
    /// Starts the threads. At most `waiting` jobs queue in front of them.
    pub(crate) fn start(opener: &Opener, threads: usize, waiting: usize) -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::sync_channel::<Job>(waiting);
        let receiver = Arc::new(Mutex::new(receiver));
        for n in 0..threads {
            let (receiver, opener) = (Arc::clone(&receiver), opener.clone());
            std::thread::Builder::new().name(format!("reader-{n}")).stack_size(512 * 1024).spawn(move || {
                let mut conn = None;
                loop {
                    let job = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(job) = job else { break };
                    work(&opener, &mut conn, job);
                }
            })?;
        }
        Ok(Self { sender })
    }

    /// Runs work on one of the threads and waits for its result without blocking.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let _ = reply.send(conn.and_then(work));
        });
        self.sender.try_send(job).map_err(|_| StoreError::Busy)?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Fault("a read panicked".into())))
    }
}

fn work(opener: &Opener, conn: &mut Option<Conn>, job: Job) {
    if conn.as_mut().is_none_or(Conn::is_closed) {
        *conn = None;
        match opener.open(false) {
            Ok(opened) => *conn = Some(opened),
            Err(error) => {
                tracing::error!(%error, "could not open a connection for reading");
                let _ = catch_unwind(AssertUnwindSafe(|| job(Err(error))));
                return;
            }
        }
    }
    if let Some(open) = conn
        && catch_unwind(AssertUnwindSafe(|| job(Ok(open)))).is_err()
    {
        tracing::error!("a read panicked");
        *conn = None;
    }
}
