//! What the console reads: contacts by what people know of them, sign-ups, and the rows that its figures are made of.

use std::time::{Duration, Instant};

use model::{AccountId, ContactId, FieldId, FormId, ListId, Origin, SignUpId, Timestamp};

use crate::error::Result;
use crate::facts::contact_row;
use crate::outbox::{OutboxRow, outbox_row};
use crate::plan::{ContactRow, OutcomeName};
use crate::sql::{Conn, Row, Value, statements};

/// A contact's row, and what every search may narrow it by: -1 and '' fit everything. $2 and $3: contacts whose numbers
/// are below the one and not below the other. $4 tag, $5 list, $6 statement agreed to, $7 form of the last sign-up, $8 a
/// piece of the last sign-up's origin, $9 and $10 when it was made, $11 its state, $12 how many.
macro_rules! contacts {
    ($from:literal, $order:literal) => {
        concat!(
            "SELECT c.id, c.person_id, c.email, c.confirmed_at, c.suppressed_at, c.bad_address_at, c.source, \
             c.created_at, c.created_ip, c.created_referrer, c.modified_at, c.last_sign_up_id, c.customer_at, \
             c.public_id FROM ",
            $from,
            " AND c.id < $2 AND c.id >= $3 \
             AND (CAST($4 AS BIGINT) = -1 OR EXISTS (SELECT 1 FROM contact_tag AS t WHERE t.account_id = $1 \
                 AND t.tag_id = $4 AND t.contact_id = c.id)) \
             AND (CAST($5 AS BIGINT) = -1 OR EXISTS (SELECT 1 FROM contact_list AS l WHERE l.account_id = $1 \
                 AND l.list_id = $5 AND l.contact_id = c.id)) \
             AND (CAST($6 AS BIGINT) = -1 OR EXISTS (SELECT 1 FROM contact_statement AS s WHERE s.account_id = $1 \
                 AND s.contact_id = c.id AND s.statement_id = $6 AND s.agreed = 1)) \
             AND ((CAST($7 AS BIGINT) = -1 AND CAST($8 AS TEXT) = '') OR EXISTS (SELECT 1 FROM sign_up AS u \
                 WHERE u.account_id = $1 AND u.id = c.last_sign_up_id AND (CAST($7 AS BIGINT) = -1 OR u.form_id = $7) \
                 AND (CAST($8 AS TEXT) = '' OR u.origin LIKE $8))) \
             AND c.created_at >= $9 AND c.created_at < $10 \
             AND (CAST($11 AS BIGINT) = -1 \
                 OR ($11 = 0 AND c.confirmed_at IS NOT NULL AND c.suppressed_at IS NULL AND c.bad_address_at IS NULL) \
                 OR ($11 = 1 AND c.confirmed_at IS NULL) OR ($11 = 2 AND c.suppressed_at IS NOT NULL) \
                 OR ($11 = 3 AND c.bad_address_at IS NOT NULL)) ",
            $order,
            " LIMIT $12"
        )
    };
}

statements! {
    NEWEST = contacts!("contact AS c WHERE c.account_id = $1", "ORDER BY c.id DESC");
    ON_LIST = contacts!("contact_list AS d JOIN contact AS c ON c.account_id = d.account_id AND c.id = d.contact_id \
        WHERE d.account_id = $1 AND d.list_id = $5", "ORDER BY d.contact_id DESC");
    TAGGED = contacts!("contact_tag AS d JOIN contact AS c ON c.account_id = d.account_id AND c.id = d.contact_id \
        WHERE d.account_id = $1 AND d.tag_id = $4", "ORDER BY d.contact_id DESC");
    // $13 and $14 are the ends of the range.
    BY_ADDRESS = contacts!("contact AS c WHERE c.account_id = $1 AND c.email_key >= $13 AND c.email_key < $14",
        "ORDER BY c.email_key");
    BY_ID = contacts!("contact AS c WHERE c.account_id = $1 AND c.id = $13", "");
    NAMED = "SELECT v.contact_id FROM contact_value AS v WHERE v.account_id = $1 AND v.searchable = 1 \
        AND lower(v.value) COLLATE \"C\" >= lower($2) AND lower(v.value) COLLATE \"C\" < lower($2) || $3 LIMIT 2000";
    // Names that are not in the order of names yet: see `names`.
    FRESH_NAMED = "SELECT n.contact_id FROM (SELECT v.contact_id, v.value FROM contact_value AS v \
        WHERE v.account_id = $1 AND v.field_id IN (2, 3) AND v.searchable IS NULL ORDER BY v.contact_id DESC LIMIT 10000) AS n \
        WHERE lower(n.value) COLLATE \"C\" >= lower($2) AND lower(n.value) COLLATE \"C\" < lower($2) || $3 LIMIT 2000";
    NAMES = "SELECT field_id, value FROM contact_value WHERE account_id = $1 AND contact_id = $2 AND field_id IN (2, 3)";
    BY_VERSION = "SELECT version, COUNT(*) FROM contact_statement WHERE account_id = $1 AND statement_id = $2 \
        AND agreed = 1 GROUP BY version ORDER BY version";
    HIGHEST = "SELECT COALESCE(MAX(id), 0) FROM contact WHERE account_id = $1";
    SIGN_UPS = "SELECT s.id, s.contact_id, c.email, s.form_id, s.door, s.kind, s.outcome, s.verdict, s.origin, s.at, \
        p.used_at, q.released_at, s.delivery_id FROM sign_up AS s \
        LEFT JOIN contact AS c ON c.account_id = s.account_id AND c.id = s.contact_id \
        LEFT JOIN pending_sign_up AS p ON p.account_id = s.account_id AND p.id = s.pending_id \
        LEFT JOIN quarantine AS q ON q.account_id = s.account_id AND q.id = s.id \
        WHERE s.account_id = $1 AND s.id < $2 AND s.id >= $3 AND (CAST($4 AS TEXT) = '' OR s.outcome = $4) \
        AND (CAST($5 AS TEXT) = '' OR s.door = $5) AND (CAST($6 AS BIGINT) = -1 OR s.form_id = $6) \
        ORDER BY s.id DESC LIMIT $7";
    SIGN_UP = "SELECT s.id, s.contact_id, c.email, s.form_id, s.door, s.kind, s.outcome, s.verdict, s.origin, s.at, \
        p.used_at, q.released_at, s.delivery_id FROM sign_up AS s \
        LEFT JOIN contact AS c ON c.account_id = s.account_id AND c.id = s.contact_id \
        LEFT JOIN pending_sign_up AS p ON p.account_id = s.account_id AND p.id = s.pending_id \
        LEFT JOIN quarantine AS q ON q.account_id = s.account_id AND q.id = s.id \
        WHERE s.account_id = $1 AND s.id = $2";
    OF_CONTACT = "SELECT s.id, s.contact_id, c.email, s.form_id, s.door, s.kind, s.outcome, s.verdict, s.origin, s.at, \
        p.used_at, q.released_at, s.delivery_id FROM ( \
        WITH RECURSIVE chain AS (SELECT u.id, u.previous_id, 0 AS back FROM contact AS k \
            JOIN sign_up AS u ON u.account_id = k.account_id AND u.id = k.last_sign_up_id \
            WHERE k.account_id = $1 AND k.id = $2 \
        UNION ALL SELECT u.id, u.previous_id, b.back + 1 FROM chain AS b \
            JOIN sign_up AS u ON u.account_id = $1 AND u.id = b.previous_id WHERE b.back < 50) SELECT id FROM chain) AS h \
        JOIN sign_up AS s ON s.account_id = $1 AND s.id = h.id \
        LEFT JOIN contact AS c ON c.account_id = s.account_id AND c.id = s.contact_id \
        LEFT JOIN pending_sign_up AS p ON p.account_id = s.account_id AND p.id = s.pending_id \
        LEFT JOIN quarantine AS q ON q.account_id = s.account_id AND q.id = s.id ORDER BY s.id DESC";
    HIGHEST_SIGN_UP = "SELECT COALESCE(MAX(id), 0) FROM sign_up WHERE account_id = $1";
    DELIVERIES_OF = "SELECT id, kind, lane, state, due_at, attempts, leased_by, contact_id, payload, last_error, \
        created_at, finished_at FROM delivery WHERE account_id = $1 AND contact_id = $2 ORDER BY id DESC LIMIT $3";
    // The waiting sign-up whose link still works, or died last.
    WAITING = "SELECT id, used_at, expires_at FROM pending_sign_up WHERE account_id = $1 AND contact_id = $2 \
        AND used_at IS NULL ORDER BY id DESC LIMIT 1";
    FIRST_FROM = "SELECT at FROM sign_up WHERE account_id = $1 AND id >= $2 ORDER BY id LIMIT 1";
    FIGURES = "SELECT s.id, s.at, s.door, s.form_id, s.outcome, s.origin, p.used_at, q.released_at FROM sign_up AS s \
        LEFT JOIN pending_sign_up AS p ON p.account_id = s.account_id AND p.id = s.pending_id \
        LEFT JOIN quarantine AS q ON q.account_id = s.account_id AND q.id = s.id \
        WHERE s.account_id = $1 AND s.id >= $2 AND s.id < $3 ORDER BY s.id";
    REFUSED = "SELECT door, at FROM refused_attempt WHERE account_id = $1 AND at >= $2";
    LIST_SIZE = "SELECT COUNT(*) FROM contact_list WHERE account_id = $1 AND list_id = $2";
    CONTACT_COUNTS = "SELECT COUNT(*), COUNT(confirmed_at), COUNT(suppressed_at) FROM contact WHERE account_id = $1";
    OWED = "SELECT lane, COUNT(*), MIN(created_at), MAX(attempts) FROM delivery WHERE account_id = $1 AND state = 0 GROUP BY lane";
    DEAD = "SELECT lane, COUNT(*) FROM delivery WHERE account_id = $1 AND state = 2 GROUP BY lane";
}

/// What a contact's state is narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactState {
    /// Confirmed, and may be mailed.
    Confirmed,
    /// Known only by an unconfirmed sign-up.
    Unconfirmed,
    /// Nothing is mailed to it.
    Suppressed,
    /// Its address is known to be bad.
    BadAddress,
}

/// What contacts are looked for by.
#[derive(Clone, Debug, Default)]
pub struct ContactSearch {
    /// The beginning of an address or of a name; empty = all.
    pub text: String,
    /// With this tag.
    pub tag: Option<i64>,
    /// On this list.
    pub list: Option<i64>,
    /// Having agreed to this statement.
    pub statement: Option<i64>,
    /// Whose last sign-up came by this form.
    pub form: Option<i64>,
    /// Whose last sign-up's origin holds this.
    pub origin: String,
    /// Made at that moment or later.
    pub since: Option<Timestamp>,
    /// Made before that moment.
    pub until: Option<Timestamp>,
    /// In this state.
    pub state: Option<ContactState>,
    /// Numbers below this one only: for the next page.
    pub before: Option<i64>,
}

/// A contact as a search shows it.
#[derive(Clone, Debug)]
pub struct FoundContact {
    /// Its row.
    pub row: ContactRow,
    /// First and last name, as far as known.
    pub name: String,
}

/// What a search found.
#[derive(Clone, Debug, Default)]
pub struct FoundContacts {
    /// The contacts, the newest first; those found by address in its order.
    pub found: Vec<FoundContact>,
    /// Where to go on looking; `None` when there is nothing more.
    pub more: Option<i64>,
}

/// A sign-up as people see it.
#[derive(Clone, Debug)]
pub struct SignUpRow {
    /// Its number.
    pub id: SignUpId,
    /// Whom it is about; `None` once erased, or while in quarantine.
    pub contact: Option<ContactId>,
    /// The address, while there is a contact.
    pub email: Option<String>,
    /// The form.
    pub form: Option<FormId>,
    /// The door's name.
    pub door: String,
    /// `signup` or `update`.
    pub kind: String,
    /// How it ended.
    pub outcome: OutcomeName,
    /// The verdict as JSON.
    pub verdict: Option<String>,
    /// Where it came from.
    pub origin: Origin,
    /// When.
    pub at: Timestamp,
    /// When its link was followed.
    pub confirmed_at: Option<Timestamp>,
    /// When it was released from quarantine.
    pub released_at: Option<Timestamp>,
    /// Its mail.
    pub delivery: Option<i64>,
}

/// Which sign-ups are wanted.
#[derive(Clone, Debug, Default)]
pub struct SignUpSearch {
    /// With this outcome.
    pub outcome: Option<OutcomeName>,
    /// Through this door.
    pub door: String,
    /// By this form.
    pub form: Option<i64>,
    /// Numbers below this one only: for the next page.
    pub before: Option<i64>,
    /// Numbers from this one on only.
    pub from: Option<i64>,
    /// At most so many.
    pub most: i64,
}

/// A sign-up as figures are made of it.
#[derive(Clone, Debug)]
pub struct Figure {
    /// When.
    pub at: Timestamp,
    /// The door's name.
    pub door: String,
    /// The form.
    pub form: Option<FormId>,
    /// How it ended.
    pub outcome: OutcomeName,
    /// Where it came from, as JSON.
    pub origin: String,
    /// Whether its link was followed.
    pub confirmed: bool,
    /// Whether it was released from quarantine.
    pub released: bool,
}

/// How an account's outbox stands.
#[derive(Clone, Debug, Default)]
pub struct OutboxHealth {
    /// Owed rows by lane: how many, since when the oldest, most attempts.
    pub owed: Vec<(crate::Lane, i64, Timestamp, i64)>,
    /// Given-up rows by lane.
    pub dead: Vec<(crate::Lane, i64)>,
}

/// How many contacts a page holds.
pub const CONTACTS_A_PAGE: usize = 50;
/// How long one search may look; then it says how far it has come.
const PATIENCE: Duration = Duration::from_millis(30);
/// Numbers looked through at a time, at first.
const WINDOW: i64 = 5_000;
/// Higher than any text of that beginning.
const END: &str = "\u{10ffff}";

/// Looks contacts up.
pub(crate) fn contacts(conn: &mut Conn, account: AccountId, search: &ContactSearch) -> Result<FoundContacts> {
    let text: String = search.text.trim().chars().filter(|c| *c != '\0').collect();
    let mut rows = Vec::new();
    let mut more = None;
    if text.is_empty() {
        let sql = match (search.list, search.tag) {
            (Some(_), _) => &ON_LIST,
            (None, Some(_)) => &TAGGED,
            (None, None) => &NEWEST,
        };
        let highest = conn.row(&HIGHEST, &[account.0.into()], |r| r.int())?.unwrap_or(0) + 1;
        let mut before = search.before.unwrap_or(highest).min(highest);
        let (started, mut window) = (Instant::now(), WINDOW);
        while rows.len() <= CONTACTS_A_PAGE && before > 0 {
            let from = before.saturating_sub(window).max(0);
            let wanted = (CONTACTS_A_PAGE + 1 - rows.len()) as i64;
            rows.extend(ask(conn, account, sql, search, (before, from), wanted, &[])?);
            before = from;
            window = window.saturating_mul(2);
            if started.elapsed() > PATIENCE {
                break;
            }
        }
        if rows.len() > CONTACTS_A_PAGE {
            rows.truncate(CONTACTS_A_PAGE);
            more = rows.last().map(|r| r.id.0);
        } else if before > 0 {
            more = Some(before);
        }
    } else {
        let all = (search.before.unwrap_or(i64::MAX), 0);
        let wanted = CONTACTS_A_PAGE as i64 + 1;
        // As addresses are compared.
        let key = text.to_lowercase();
        let end = format!("{key}{END}");
        rows = ask(conn, account, &BY_ADDRESS, search, all, wanted, &[(&key).into(), (&end).into()])?;
        if !text.contains('@') {
            let words: Vec<&str> = text.split_whitespace().collect();
            let first = words.last().copied().unwrap_or(&text);
            for id in named(conn, account, first, all.0)? {
                if rows.len() > CONTACTS_A_PAGE {
                    break;
                }
                if rows.iter().any(|r| r.id == id) {
                    continue;
                }
                if words.len() > 1 {
                    let name = name_of(conn, account, id)?.to_lowercase();
                    if !words.iter().all(|w| name.contains(&w.to_lowercase())) {
                        continue;
                    }
                }
                rows.extend(ask(conn, account, &BY_ID, search, all, 1, &[id.0.into()])?);
            }
        }
        rows.truncate(CONTACTS_A_PAGE);
    }
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let name = name_of(conn, account, row.id)?;
        found.push(FoundContact { row, name });
    }
    Ok(FoundContacts { found, more })
}

fn ask(
    conn: &mut Conn,
    account: AccountId,
    sql: &'static crate::sql::Sql,
    search: &ContactSearch,
    (before, from): (i64, i64),
    most: i64,
    more: &[Value<'_>],
) -> Result<Vec<ContactRow>> {
    let letters: String = search.origin.chars().filter(|c| !matches!(c, '%' | '_' | '\\' | '"' | '\0')).collect();
    let origin = if letters.trim().is_empty() { String::new() } else { format!("%{}%", letters.trim()) };
    let state = search.state.map_or(-1, |state| state as i64);
    let mut values: Vec<Value<'_>> = vec![
        account.0.into(),
        before.into(),
        from.into(),
        search.tag.unwrap_or(-1).into(),
        search.list.unwrap_or(-1).into(),
        search.statement.unwrap_or(-1).into(),
        search.form.unwrap_or(-1).into(),
        (&origin).into(),
        search.since.map_or(0, |t| t.0).into(),
        search.until.map_or(i64::MAX, |t| t.0).into(),
        state.into(),
        most.into(),
    ];
    values.extend(more);
    conn.rows(sql, &values, contact_row)
}

/// Contacts below a number of whom a name begins with a word, the newest first. Their rows are looked up one by one: a
/// planner that does not know how few they are would read the whole account.
fn named(conn: &mut Conn, account: AccountId, word: &str, before: i64) -> Result<Vec<ContactId>> {
    let mut ids = Vec::new();
    for word in spellings(word) {
        for sql in [&NAMED, &FRESH_NAMED] {
            ids.extend(conn.rows(sql, &[account.0.into(), (&word).into(), END.into()], |r| Ok(ContactId(r.int()?)))?);
        }
    }
    ids.retain(|id| id.0 < before);
    ids.sort_unstable_by(|a, b| b.cmp(a));
    ids.dedup();
    Ok(ids)
}

/// A word as it may stand in a name. SQLite's `lower` leaves letters beyond ASCII as they are: for those, the usual ways to
/// write them are asked for.
fn spellings(word: &str) -> Vec<String> {
    let mut ways = vec![word.to_owned()];
    if !word.is_ascii() {
        let small = word.to_lowercase();
        let mut letters = small.chars();
        let capital = letters.next().map(|c| c.to_uppercase().chain(letters).collect());
        ways.extend(capital.into_iter().chain([small]));
        ways.dedup();
    }
    ways
}

fn name_of(conn: &mut Conn, account: AccountId, id: ContactId) -> Result<String> {
    let mut names = conn.rows(&NAMES, &[account.0.into(), id.0.into()], |r| Ok((FieldId(r.int()?), r.text()?)))?;
    names.sort_by_key(|(field, _)| *field);
    Ok(names.into_iter().map(|(_, value)| value).collect::<Vec<_>>().join(" "))
}

fn sign_up_row(row: &mut Row<'_>) -> Result<SignUpRow> {
    Ok(SignUpRow {
        id: SignUpId(row.int()?),
        contact: Some(ContactId(row.int()?)).filter(|c| c.0 > 0),
        email: row.text_opt()?,
        form: row.int_opt()?.map(FormId),
        door: row.text()?,
        kind: row.text()?,
        outcome: OutcomeName::from_stored(&row.text()?),
        verdict: row.text_opt()?,
        origin: row.json()?,
        at: row.time()?,
        confirmed_at: row.time_opt()?,
        released_at: row.time_opt()?,
        delivery: row.int_opt()?,
    })
}

/// A page of sign-ups, the newest first, and where to go on looking.
pub(crate) fn sign_ups(
    conn: &mut Conn,
    account: AccountId,
    search: &SignUpSearch,
) -> Result<(Vec<SignUpRow>, Option<i64>)> {
    let highest = conn.row(&HIGHEST_SIGN_UP, &[account.0.into()], |r| r.int())?.unwrap_or(0) + 1;
    let lowest = search.from.unwrap_or(0);
    let mut before = search.before.unwrap_or(highest).min(highest);
    let (started, mut window) = (Instant::now(), WINDOW);
    let outcome = search.outcome.map_or("", OutcomeName::as_str);
    let mut rows = Vec::new();
    while (rows.len() as i64) <= search.most && before > lowest {
        let from = before.saturating_sub(window).max(lowest);
        let wanted = search.most + 1 - rows.len() as i64;
        rows.extend(conn.rows(
            &SIGN_UPS,
            &[
                account.0.into(),
                before.into(),
                from.into(),
                outcome.into(),
                search.door.as_str().into(),
                search.form.unwrap_or(-1).into(),
                wanted.into(),
            ],
            sign_up_row,
        )?);
        before = from;
        window = window.saturating_mul(4);
        if started.elapsed() > PATIENCE {
            break;
        }
    }
    let more = if rows.len() as i64 > search.most {
        rows.truncate(search.most as usize);
        rows.last().map(|r| r.id.0)
    } else {
        (before > lowest).then_some(before)
    };
    Ok((rows, more))
}

pub(crate) fn sign_up(conn: &mut Conn, account: AccountId, id: SignUpId) -> Result<Option<SignUpRow>> {
    conn.row(&SIGN_UP, &[account.0.into(), id.0.into()], sign_up_row)
}

/// A contact's sign-ups, the newest first.
pub(crate) fn sign_ups_of(conn: &mut Conn, account: AccountId, contact: ContactId) -> Result<Vec<SignUpRow>> {
    conn.rows(&OF_CONTACT, &[account.0.into(), contact.0.into()], sign_up_row)
}

/// What is owed to a contact and was sent, the newest first.
pub(crate) fn deliveries_of(
    conn: &mut Conn,
    account: AccountId,
    contact: ContactId,
    most: i64,
) -> Result<Vec<OutboxRow>> {
    conn.rows(&DELIVERIES_OF, &[account.0.into(), contact.0.into(), most.into()], outbox_row)
}

/// The last sign-up of a contact that waits for its link, and when that dies.
pub(crate) fn waiting(
    conn: &mut Conn,
    account: AccountId,
    contact: ContactId,
) -> Result<Option<(model::PendingId, Timestamp)>> {
    conn.row(&WAITING, &[account.0.into(), contact.0.into()], |r| {
        let id = model::PendingId(r.int()?);
        r.int_opt()?;
        Ok((id, r.time()?))
    })
}

/// The number from which on sign-ups are no older than `since`, give or take what several writers mix up; and the end.
pub(crate) fn figures_range(conn: &mut Conn, account: AccountId, since: Timestamp) -> Result<(i64, i64)> {
    // Blocks of numbers that writers hold at the same time.
    const MIXED: i64 = 50_000;
    let end = conn.row(&HIGHEST_SIGN_UP, &[account.0.into()], |r| r.int())?.unwrap_or(0) + 1;
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = low + (high - low) / 2;
        let at = conn.row(&FIRST_FROM, &[account.0.into(), middle.into()], |r| r.time())?;
        if at.is_some_and(|at| at < since) { low = middle + 1 } else { high = middle }
    }
    Ok(((low - MIXED).max(0), end))
}

/// A piece of what figures are made of.
pub(crate) fn figures(conn: &mut Conn, account: AccountId, from: i64, until: i64) -> Result<Vec<Figure>> {
    conn.rows(&FIGURES, &[account.0.into(), from.into(), until.into()], |r| {
        r.int()?;
        Ok(Figure {
            at: r.time()?,
            door: r.text()?,
            form: r.int_opt()?.map(FormId),
            outcome: OutcomeName::from_stored(&r.text()?),
            origin: r.text()?,
            confirmed: r.time_opt()?.is_some(),
            released: r.time_opt()?.is_some(),
        })
    })
}

/// Attempts that were turned away since a moment: door and when.
pub(crate) fn refused(conn: &mut Conn, account: AccountId, since: Timestamp) -> Result<Vec<(String, Timestamp)>> {
    conn.rows(&REFUSED, &[account.0.into(), since.into()], |r| Ok((r.text()?, r.time()?)))
}

/// How many contacts are on a list.
pub(crate) fn list_size(conn: &mut Conn, account: AccountId, list: ListId) -> Result<i64> {
    Ok(conn.row(&LIST_SIZE, &[account.0.into(), list.0.into()], |r| r.int())?.unwrap_or(0))
}

/// How many contacts there are, are confirmed, are suppressed.
pub(crate) fn contact_counts(conn: &mut Conn, account: AccountId) -> Result<(i64, i64, i64)> {
    let counts = conn.row(&CONTACT_COUNTS, &[account.0.into()], |r| Ok((r.int()?, r.int()?, r.int()?)))?;
    Ok(counts.unwrap_or_default())
}

/// How the outbox stands.
pub(crate) fn health(conn: &mut Conn, account: AccountId) -> Result<OutboxHealth> {
    use crate::Lane;
    Ok(OutboxHealth {
        owed: conn
            .rows(&OWED, &[account.0.into()], |r| Ok((Lane::from_code(r.int()?), r.int()?, r.time()?, r.int()?)))?,
        dead: conn.rows(&DEAD, &[account.0.into()], |r| Ok((Lane::from_code(r.int()?), r.int()?)))?,
    })
}

/// How many contacts have agreed to which version of a statement, and to none newer.
pub(crate) fn agreed_by_version(conn: &mut Conn, account: AccountId, statement: i64) -> Result<Vec<(i64, i64)>> {
    conn.rows(&BY_VERSION, &[account.0.into(), statement.into()], |row| Ok((row.int()?, row.int()?)))
}
