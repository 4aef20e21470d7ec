//! Imports of many: rows in pieces, each one transaction, with a group that remembers how far they came. Imports fire
//! no webhooks, and start no automations.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use model::{
    AccountId, AccountSnapshot, Caller, ContactId, Door, EmailAddress, FieldId, Given, Origin, Refusal, SignUp,
    ValueFault, Wish,
};
use store::{Facts, NewUpload, Numbers, PersonKey, Piece, StoreError, Upload, Wants};

use crate::import::{ImportRow, Imported, decide};
use crate::{Intake, refusal};

/// How often to look for imports that were left behind.
const LOOKED_EVERY: Duration = Duration::from_secs(30);
/// How long trouble of the store's is sat out before the caller is told; what is sealed is finished all the same.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(500);
/// Most rows of a staged piece.
const STAGED_ROWS: usize = 1000;

/// Local parts that belong to a role and not to a person (Sentori reference, section 12).
const ROLES: &[&str] = &[
    "abuse",
    "admin",
    "billing",
    "help",
    "hostmaster",
    "info",
    "mail",
    "marketing",
    "noc",
    "no-reply",
    "noreply",
    "office",
    "postmaster",
    "root",
    "sales",
    "security",
    "support",
    "webmaster",
];

/// What came of an import's rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct UploadCounts {
    /// Every row.
    pub total: u64,
    /// Contacts that were made and can be mailed.
    pub created: u64,
    /// Contacts that were there and can be mailed.
    pub updated: u64,
    /// Contacts that were made, whether or not they can be mailed.
    pub new: u64,
    /// Contacts that were there and were changed.
    pub changed: u64,
    /// Contacts about which nothing was news.
    pub same: u64,
    /// Contacts that are suppressed.
    pub suppressed: u64,
    /// Contacts whose address is bad.
    pub bad_address: u64,
    /// Rows left out: the address stood before.
    pub duplicates: u64,
    /// Rows left out: no address, or a malformed one.
    pub invalid: u64,
    /// Rows left out: an address of a role.
    pub role_based: u64,
    /// Rows refused for anything else.
    pub refused: u64,
}

impl UploadCounts {
    /// As kept in the store.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// From what is kept.
    pub fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    fn count(&mut self, came_to: Imported, facts: &Facts) {
        let contact = facts.contact.as_ref();
        match came_to {
            Imported::New => self.new += 1,
            Imported::Changed => self.changed += 1,
            Imported::Same => self.same += 1,
            Imported::OtherId | Imported::IdTaken => {
                self.refused += 1;
                return;
            }
        }
        match came_to {
            _ if facts.suppressed.is_some() || contact.is_some_and(|c| c.suppressed_at.is_some()) => {
                self.suppressed += 1;
            }
            _ if contact.is_some_and(|c| c.bad_address_at.is_some()) => self.bad_address += 1,
            Imported::New => self.created += 1,
            _ => self.updated += 1,
        }
    }
}

/// Addresses that stood in an import before, as hashes: a million take some tens of megabytes.
#[derive(Debug, Default)]
pub struct Seen {
    hashes: HashSet<u128>,
    keys: (RandomState, RandomState),
}

impl Seen {
    /// Notes an address or id; whether it is the first time.
    pub fn first(&mut self, text: &str) -> bool {
        let hash = u128::from(self.keys.0.hash_one(text)) << 64 | u128::from(self.keys.1.hash_one(text));
        self.hashes.insert(hash)
    }
}

/// A staged row: address, and values by field.
type Entry = (String, Vec<(i64, String)>);

/// Where a value of a row belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The address.
    Email,
    /// A field.
    Field(FieldId),
}

/// An import that is being taken in: nothing of it shows until [`Staging::apply`].
pub struct Staging {
    intake: Intake,
    account: Arc<AccountSnapshot>,
    upload: Upload,
    entries: Vec<Entry>,
    most: usize,
    pieces: i64,
    seen: Seen,
    counts: UploadCounts,
}

impl Intake {
    /// Begins an import. `None` while another one of the account is under way.
    pub async fn begin_import(
        &self,
        account: &Arc<AccountSnapshot>,
        name: String,
        description: Option<String>,
    ) -> Result<Option<Staging>, Refusal> {
        let counts = UploadCounts::default();
        let new = NewUpload { name, description, counts: counts.json() };
        let upload = self.store.begin_upload(account.id, new).await.map_err(|e| refusal(&e))?;
        Ok(upload.map(|upload| Staging {
            intake: self.clone(),
            account: Arc::clone(account),
            upload,
            entries: Vec::new(),
            most: self.store.import_pace().rows.min(STAGED_ROWS),
            pieces: 0,
            seen: Seen::default(),
            counts,
        }))
    }

    /// Begins an import that a command reads from a file, or goes on with an earlier one of the same fingerprint.
    pub async fn open_import(
        &self,
        account: AccountId,
        name: String,
        fingerprint: [u8; 32],
    ) -> Result<Upload, StoreError> {
        let new = NewUpload { name, description: None, counts: UploadCounts::default().json() };
        self.store.open_upload(account, new, fingerprint).await
    }

    /// Takes rows in, all in one transaction; each address may stand among them only once. `to`: how far the file was
    /// read with them. `counts`: of all rows so far, these included. `decode`: the contact whose own id a customer id
    /// would be, if it brought none along.
    pub async fn import_rows(
        &self,
        account: &Arc<AccountSnapshot>,
        upload: &mut Upload,
        rows: Vec<ImportRow>,
        to: i64,
        counts: UploadCounts,
        decode: impl Fn(&str) -> Option<ContactId>,
    ) -> Result<(Vec<Imported>, UploadCounts), StoreError> {
        let ids: Vec<_> = rows.iter().filter_map(|r| r.public_id()).map(|id| (id.to_owned(), decode(id))).collect();
        let mut holders =
            if ids.is_empty() { Vec::new() } else { self.store.holders(account.id, ids).await? }.into_iter();
        let taken: Vec<bool> = rows
            .iter()
            .map(|row| row.public_id.is_some() && holders.next().flatten().is_some_and(|key| key != row.key()))
            .collect();
        let (from, staged) = (upload.progress, None);
        let done = self.piece(account, upload, Arc::new(rows), taken, counts, (from, to, staged)).await?;
        upload.progress = to;
        Ok(done)
    }

    async fn piece(
        &self,
        account: &Arc<AccountSnapshot>,
        upload: &Upload,
        rows: Arc<Vec<ImportRow>>,
        taken: Vec<bool>,
        counts: UploadCounts,
        (from, to, staged): (i64, i64, Option<i64>),
    ) -> Result<(Vec<Imported>, UploadCounts), StoreError> {
        let key = |row: &ImportRow| PersonKey { account: account.id, email_key: row.key().to_owned() };
        let numbers = rows.iter().map(|row| row.sign_up.wish.statements.len()).max().unwrap_or(0);
        let wants = Wants { values: true, tags: true, numbers, ..Wants::default() };
        let piece = Piece { keys: rows.iter().map(key).collect(), wants, from, to, staged };
        let (account, group) = (Arc::clone(account), upload.id);
        let work = move |facts: &[Facts], numbers: &mut dyn Numbers| {
            let (mut counts, mut all) = (counts, Vec::with_capacity(rows.len()));
            let plans = rows
                .iter()
                .enumerate()
                .map(|(at, row)| {
                    let (plan, came_to) = match taken.get(at) {
                        Some(true) => (store::Plan::default(), Imported::IdTaken),
                        _ => decide(&account, row, group, &facts[at], numbers),
                    };
                    counts.count(came_to, &facts[at]);
                    all.push(came_to);
                    plan
                })
                .collect();
            (plans, counts.json(), (all, counts))
        };
        self.store.import_piece(upload, piece, work).await
    }

    /// Applies what is staged, piece by piece, and ends the import.
    async fn apply_staged(&self, account: &Arc<AccountSnapshot>, upload: &mut Upload) -> Result<UploadCounts, Refusal> {
        let mut counts = UploadCounts::read(&upload.counts);
        let mut trouble = Duration::ZERO;
        loop {
            match self.next_piece(account, upload, counts).await {
                Ok(Some(now)) => counts = now,
                Ok(None) => return Ok(counts),
                Err(StoreError::Unavailable(_) | StoreError::Busy) if trouble < PATIENCE => {
                    tokio::time::sleep(PAUSE).await;
                    trouble += PAUSE;
                }
                Err(error) => return Err(refusal(&error)),
            }
        }
    }

    async fn next_piece(
        &self,
        account: &Arc<AccountSnapshot>,
        upload: &mut Upload,
        counts: UploadCounts,
    ) -> Result<Option<UploadCounts>, StoreError> {
        let number = upload.progress;
        let Some(text) = self.store.staged_piece(upload, number).await? else {
            self.store.finish_upload(upload, counts.json()).await?;
            return Ok(None);
        };
        let entries: Vec<Entry> =
            serde_json::from_str(&text).map_err(|e| StoreError::Fault(format!("unreadable piece: {e}")))?;
        let rows = Arc::new(entries.into_iter().filter_map(entry_row).collect());
        let place = (number, number + 1, Some(number));
        let (_, counts) = self.piece(account, upload, rows, Vec::new(), counts, place).await?;
        upload.progress = number + 1;
        Ok(Some(counts))
    }

    /// Finishes imports that were left by a node that is gone, for as long as the program runs.
    pub async fn keep_uploads(self) {
        let mut any = true;
        loop {
            match self.store.take_uploads(any).await {
                Ok(left) => {
                    any = false;
                    for mut upload in left {
                        let Some(account) = self.store.directory().by_id(upload.account).cloned() else { continue };
                        tracing::info!(group = upload.id, "goes on with an import");
                        // What cannot be finished now is taken up again later.
                        let _ = self.apply_staged(&account, &mut upload).await;
                    }
                }
                Err(error) => tracing::warn!(%error, "could not look for imports that were left behind"),
            }
            tokio::time::sleep(LOOKED_EVERY).await;
        }
    }
}

fn entry_row((email, values): Entry) -> Option<ImportRow> {
    let values = values.into_iter().map(|(field, value)| (FieldId(field), Some(value))).collect();
    Some(ImportRow {
        sign_up: SignUp {
            door: Door::Import,
            caller: Caller::Credentials,
            form: None,
            email: EmailAddress::parse(&email).ok()?,
            wish: Wish { values, ..Wish::default() },
            confirm: false,
            language: None,
            origin: Origin::default(),
        },
        public_id: None,
        answered: Vec::new(),
    })
}

impl Staging {
    /// Where values of that name belong; `None` for no field of the account's.
    pub fn column(&self, name: &str) -> Option<Column> {
        if name.eq_ignore_ascii_case("EmailAddress") {
            return Some(Column::Email);
        }
        self.account.field_by_name(name).map(|(id, _)| Column::Field(id))
    }

    /// How many rows came so far.
    pub fn rows(&self) -> u64 {
        self.counts.total
    }

    /// Takes one row; blank values change nothing. `Err` names the values that do not fit their fields: the caller gives
    /// the whole import up. Whether there are enough rows to [`Staging::keep`].
    pub fn add(&mut self, row: &[(Column, &str)]) -> Result<bool, Vec<(FieldId, ValueFault)>> {
        self.counts.total += 1;
        let email = row.iter().rfind(|(column, _)| *column == Column::Email).map_or("", |(_, text)| text);
        let (mut values, mut faults) = (Vec::with_capacity(row.len()), Vec::new());
        for (column, text) in row {
            let Column::Field(id) = column else { continue };
            let Some(field) = self.account.field(*id) else { continue };
            match field.parse(&Given::Text((*text).into()), id.0 < 100) {
                Ok(Some(value)) => {
                    // The last of several counts.
                    values.retain(|(known, _)| *known != id.0);
                    values.push((id.0, value));
                }
                Ok(None) => {}
                Err(fault) => faults.push((*id, fault)),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let Ok(email) = EmailAddress::parse(email) else {
            self.counts.invalid += 1;
            return Ok(false);
        };
        let local = email.key().rsplit_once('@').map_or("", |(local, _)| local);
        if ROLES.contains(&local) {
            self.counts.role_based += 1;
        } else if !self.seen.first(email.key()) {
            self.counts.duplicates += 1;
        } else {
            self.entries.push((email.given().to_owned(), values));
        }
        Ok(self.entries.len() >= self.most)
    }

    /// Keeps in the store what was taken so far.
    pub async fn keep(&mut self) -> Result<(), Refusal> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let text = serde_json::to_string(&self.entries).map_err(|_| Refusal::Internal)?;
        let store = &self.intake.store;
        store.stage_upload(&self.upload, self.pieces, text).await.map_err(|e| refusal(&e))?;
        self.entries.clear();
        self.pieces += 1;
        Ok(())
    }

    /// Applies all of it. From the moment it is sealed it will be applied, whatever happens to this node.
    pub async fn apply(mut self) -> Result<UploadCounts, Refusal> {
        self.keep().await?;
        self.upload.counts = self.counts.json();
        let sealed = self.intake.store.seal_upload(&self.upload, self.upload.counts.clone()).await;
        sealed.map_err(|e| refusal(&e))?;
        self.intake.apply_staged(&self.account, &mut self.upload).await
    }

    /// Gives it up: nothing of it stays.
    pub async fn give_up(self) {
        if let Err(error) = self.intake.store.drop_upload(&self.upload).await {
            tracing::warn!(%error, "what is left of an import is cleared up later");
        }
    }
}
