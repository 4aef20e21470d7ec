//! The console: the pages of the people who run an audience. Server-rendered, and changing things only through the same
//! verbs as every other door: contacts through the intake, configuration through the account file's plan.
//!
//! | module | subject |
//! |---|---|
//! | `routes` | the one table of routes, each with what it needs; `access` holds every request against it |
//! | `pages` | one file a page |
//! | `shell`, `words`, `assets` | the frame around pages, their words, their files |
//! | `figures`, `chart` | what the overview shows |
//! | `edit`, `input` | structured changes of an account, and the controls they are made with |
//! | [`accounts`] | between the account file, the store and whoever changes an account |

mod access;
pub mod accounts;
mod assets;
pub mod callers;
mod chart;
mod cookie;
mod ctx;
mod demo;
mod edit;
mod figures;
mod form_draft;
mod input;
mod invite;
mod pages;
mod routes;
mod second_factor;
mod shell;
mod slow_down;
mod words;

use std::path::PathBuf;
use std::sync::Arc;

use doors::Doors;
use doors::spektrix::passwords::{PasswordFault, Passwords};
use tokio::sync::watch;

pub use demo::{DemoFault, DemoUser, demo_user};
pub use invite::{LINK_LIFE, new_link};
pub use routes::{Method, Need, ROUTES, Route, router};

/// Passwords that are worked on at once, and that may wait.
const PASSWORDS_AT_ONCE: usize = 1;
const PASSWORDS_WAITING: usize = 32;

/// What the console needs. Cheap to clone.
#[derive(Clone)]
pub struct Console {
    inner: Arc<Inner>,
}

struct Inner {
    doors: Doors,
    passwords: Passwords,
    failures: slow_down::Failures,
    figures: figures::Figures,
    /// Where DKIM keys lie, to check mail settings.
    data_dir: PathBuf,
    stopped: watch::Receiver<bool>,
    live: Arc<tokio::sync::Semaphore>,
}

impl Console {
    /// The console beside these doors. `stopped` ends the pages that stay open.
    pub fn new(doors: Doors, data_dir: PathBuf, stopped: watch::Receiver<bool>) -> Result<Self, PasswordFault> {
        let random = doors.intake.store().ambient().random();
        let passwords = Passwords::new(PASSWORDS_AT_ONCE, PASSWORDS_WAITING, random)?;
        let inner = Inner {
            doors,
            passwords,
            failures: slow_down::Failures::default(),
            figures: figures::Figures::default(),
            data_dir,
            stopped,
            live: Arc::new(tokio::sync::Semaphore::new(pages::live::MOST_OPEN)),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    fn doors(&self) -> &Doors {
        &self.inner.doors
    }

    fn intake(&self) -> &intake::Intake {
        &self.inner.doors.intake
    }

    fn store(&self) -> &store::Store {
        self.inner.doors.intake.store()
    }

    fn https(&self) -> bool {
        self.inner.doors.links.base().starts_with("https://")
    }
}
