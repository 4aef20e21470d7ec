//! Imports: many people changed in one transaction, piece by piece, with a group that remembers how far it came.
//!
//! Every piece is one transaction of its own: its people, the group's members and how far the import has come are
//! written together, so that a kill at any moment neither doubles nor loses a row. Between two pieces the committer
//! takes a batch of sign-ups: nobody waits for more than one piece.
//!
//! `staging` takes rows in until all are there, `applying` changes people with them, `groups` is what is left to look at.

pub(crate) mod applying;
pub(crate) mod groups;
pub(crate) mod staging;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::{AccountId, Timestamp};

use crate::error::StoreError;
use crate::ids::Ids;
use crate::plan::{PersonKey, Wants};

/// How long a staged import may be silent before it counts as abandoned, and an applied one as left by its node.
const SILENCE: Duration = Duration::from_secs(120);

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadState {
    /// Its rows are being taken in; nothing of it shows yet.
    Staging,
    /// Its rows are being applied; it will be finished, whatever happens.
    Applying,
    /// Finished.
    Done,
    /// A command reads it from a file; running that again goes on where it stopped.
    Reading,
}

impl UploadState {
    /// Its word in commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Staging => "staging",
            Self::Applying => "applying",
            Self::Done => "done",
            Self::Reading => "reading",
        }
    }

    fn code(self) -> i64 {
        match self {
            Self::Staging => 0,
            Self::Applying => 1,
            Self::Done => 2,
            Self::Reading => 3,
        }
    }

    fn from_code(code: i64) -> Self {
        [Self::Staging, Self::Applying, Self::Done].into_iter().find(|s| s.code() == code).unwrap_or(Self::Reading)
    }
}

/// An import to begin.
#[derive(Clone, Debug)]
pub struct NewUpload {
    /// What people call it.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Counts so far, as JSON.
    pub counts: String,
}

/// An import at work.
#[derive(Clone)]
pub struct Upload {
    /// Whose.
    pub account: AccountId,
    /// Its group.
    pub id: i64,
    /// How far an earlier run of it came.
    pub progress: i64,
    /// Counts of that run, as JSON.
    pub counts: String,
    /// Numbers that were taken and not used up yet.
    numbers: Arc<Mutex<(Ids, Ids)>>,
}

impl Upload {
    fn new(account: AccountId, id: i64, progress: i64, counts: String) -> Self {
        Self { account, id, progress, counts, numbers: Arc::new(Mutex::new((Ids::contacts(), Ids::rows()))) }
    }
}

/// People that one transaction is about.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Who, each once.
    pub keys: Vec<PersonKey>,
    /// What to know about each; `numbers`: row numbers that each may take.
    pub wants: Wants,
    /// Where the import must stand.
    pub from: i64,
    /// Where it stands afterwards.
    pub to: i64,
    /// A staged piece that is done with.
    pub staged: Option<i64>,
}

/// An import and its group, for people.
#[derive(Clone, Debug)]
pub struct UploadGroup {
    /// Its number.
    pub id: i64,
    /// What people call it.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Where it stands.
    pub state: UploadState,
    /// Pieces applied, or rows of the file taken.
    pub progress: i64,
    /// What came of its rows, as JSON.
    pub counts: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was finished.
    pub finished_at: Option<Timestamp>,
    /// How many contacts are in it.
    pub contacts: i64,
}

/// How imports go about it here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Most rows of one transaction.
    pub rows: usize,
    /// How long to leave the database to others after each.
    pub pause: Duration,
}

fn gone() -> StoreError {
    StoreError::Fault("this import was ended or taken over by somebody else".into())
}
