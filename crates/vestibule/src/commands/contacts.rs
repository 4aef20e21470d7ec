//! `vestibule contacts export|import`: contacts as CSV. The same columns both ways: `CustomerId`, `Email`, a column for
//! each field by SystemName (or `Attribute_<label>`), `Tags` (names, separated by `;`), and for each statement
//! `Statement <key>` (yes, no or blank), `Statement <key> at` and `Statement <key> source`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use doors::spektrix::{DoorState, attributes};
use futures_util::StreamExt as _;
use intake::{Imported, ImportedContact, Intake, IntakeSettings};
use model::{
    AccountSnapshot, Caller, ContactId, Door, Field, Given, GivenAnswer, GivenSignUp, Origin, Shown, Timestamp,
};
use store::{ContactKey, CustomerKey, Store};

use super::account::{chosen, with_store};
use super::{CommandFault, csv, say};
use crate::settings::CommonSettings;

/// Rows on their way at a time: they share commits.
const AT_ONCE: usize = 64;
const PAGE: i64 = 500;

#[derive(Debug, clap::Subcommand)]
pub(super) enum ContactsCommand {
    /// Writes customers to standard output
    Export {
        /// Only those with this tag, in the order in which they got it
        #[arg(long, value_name = "NAME")]
        tag: Option<String>,
        /// Which account; needed only when there are several
        #[arg(long, value_name = "SLUG")]
        account: Option<String>,
    },
    /// Takes customers in; what is there is neither doubled nor overruled
    Import {
        /// The file
        file: PathBuf,
        /// Shows what would be taken in, and takes nothing in
        #[arg(long)]
        dry_run: bool,
        /// Where rows that are not taken go, with line and reason; FILE.rejected.csv otherwise
        #[arg(long, value_name = "FILE")]
        rejected: Option<PathBuf>,
        /// Which account; needed only when there are several
        #[arg(long, value_name = "SLUG")]
        account: Option<String>,
    },
}

pub(super) fn run(common: &CommonSettings, command: ContactsCommand) -> Result<(), CommandFault> {
    with_store(common, async |store| match command {
        ContactsCommand::Export { tag, account } => export(store, tag.as_deref(), account.as_deref()).await,
        ContactsCommand::Import { file, dry_run, rejected, account } => {
            let rejected = rejected.unwrap_or_else(|| file.with_extension("rejected.csv"));
            import(store, &file, dry_run, &rejected, account.as_deref()).await
        }
    })
}

async fn snapshot(store: &Store, slug: Option<&str>) -> Result<Arc<AccountSnapshot>, CommandFault> {
    let id = chosen(store, slug).await?.id;
    store.directory().by_id(id).cloned().ok_or_else(|| CommandFault::new("the account is gone"))
}

fn printed(text: &str) {
    say(text.trim_end_matches('\n'));
}

async fn export(store: &Store, tag: Option<&str>, slug: Option<&str>) -> Result<(), CommandFault> {
    let account = snapshot(store, slug).await?;
    let state = DoorState::new(store).map_err(CommandFault::new)?;
    let mut head = vec!["CustomerId".to_owned(), "Email".into()];
    head.extend(account.fields.iter().map(|(_, f)| f.system_name.clone()));
    head.push("Tags".into());
    for (_, s, _) in &account.statements {
        head.extend([format!("Statement {}", s.key), format!("Statement {} at", s.key)]);
    }
    if let Some(tag) = tag {
        let known = account.tag_by_name(tag).ok_or_else(|| CommandFault::new(format_args!("there is no tag {tag}")))?;
        head.push("Entered".into());
        printed(&csv::row(&head));
        for (contact, at) in store.with_tag(account.id, known.0).await? {
            write(store, &account, &state, contact, Some(at)).await?;
        }
        return Ok(());
    }
    printed(&csv::row(&head));
    let mut after = ContactId(0);
    loop {
        let page = store.contacts_after(account.id, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = *last;
        for contact in page {
            write(store, &account, &state, contact, None).await?;
        }
    }
}

/// Writes one contact; those that are no customers are left out.
async fn write(
    store: &Store,
    account: &AccountSnapshot,
    state: &DoorState,
    id: ContactId,
    entered: Option<Timestamp>,
) -> Result<(), CommandFault> {
    let Some(contact) = store.contact(account.id, ContactKey::Id(id)).await? else { return Ok(()) };
    if !contact.row.is_customer() {
        return Ok(());
    }
    let mut row = vec![state.public_id(id, contact.row.public_id.as_deref()), contact.row.email.clone()];
    for (field, _) in &account.fields {
        row.push(contact.values.iter().find(|(f, _)| f == field).map(|(_, v)| v.clone()).unwrap_or_default());
    }
    let tags = contact.tags.iter().filter_map(|t| Some(account.tag(t.tag)?.name.as_str()));
    row.push(tags.collect::<Vec<_>>().join(";"));
    for (statement, ..) in &account.statements {
        let answer = contact.statements.iter().find(|a| a.statement == *statement);
        row.push(answer.map_or("", |a| if a.agreed { "yes" } else { "no" }).to_owned());
        row.push(answer.map(|a| a.at.to_rfc3339()).unwrap_or_default());
    }
    row.extend(entered.map(Timestamp::to_rfc3339));
    printed(&csv::row(&row));
    Ok(())
}

/// What a column holds.
enum Column {
    CustomerId,
    Email,
    Field(String),
    Tags,
    Answer(String),
    AnsweredAt(String),
    AnsweredBy(String),
    Ignored,
}

fn column(account: &AccountSnapshot, name: &str) -> Option<Column> {
    let name = name.trim();
    let lower = name.to_lowercase();
    let statement = |key: &str| Some(account.statement_by_key(key.trim())?.1.key.clone());
    if let Some(rest) = lower.strip_prefix("statement ") {
        let (key, what) = rest.rsplit_once(' ').unwrap_or((rest, ""));
        return match what {
            "at" => Some(Column::AnsweredAt(statement(key)?)),
            "source" => Some(Column::AnsweredBy(statement(key)?)),
            _ => Some(Column::Answer(statement(rest)?)),
        };
    }
    let own = |f: &Field| {
        attributes::input_key(account, f).eq_ignore_ascii_case(name)
            || attributes::output_key(account, f).eq_ignore_ascii_case(name)
    };
    Some(match lower.as_str() {
        "customerid" | "customer id" | "id" => Column::CustomerId,
        "email" | "emailaddress" | "email address" => Column::Email,
        "tags" => Column::Tags,
        "entered" => Column::Ignored,
        _ => {
            let by_name = account.field_by_name(name).map(|(_, f)| f);
            let field = by_name.or_else(|| account.fields.iter().map(|(_, f)| f).find(|f| own(f)))?;
            Column::Field(field.system_name.clone())
        }
    })
}

fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.replace(' ', "T") };
    let zoned = if whole.ends_with('Z') || whole.get(10..).is_some_and(|t| t.contains(['+', '-'])) {
        whole
    } else {
        whole + "Z"
    };
    zoned.parse::<jiff::Timestamp>().ok().map(|at| Timestamp(at.as_microsecond()))
}

/// A row for the intake, or why it is none.
fn contact<'r>(columns: &'r [Column], fields: &'r [String]) -> Result<ImportedContact<'r>, String> {
    if fields.len() > columns.len() {
        return Err(format!("{} fields, but only {} columns", fields.len(), columns.len()));
    }
    let mut row = ImportedContact {
        given: GivenSignUp {
            door: Door::Import,
            caller: Caller::Credentials,
            form: None,
            email: "".into(),
            values: Vec::new(),
            lists: Vec::new(),
            tags: Vec::new(),
            statements: Vec::new(),
            confirm: Some(false),
            language: None,
            origin: Origin::default(),
        },
        public_id: None,
        answered: Vec::new(),
    };
    for (column, text) in columns.iter().zip(fields).filter(|(_, text)| !text.trim().is_empty()) {
        let text = text.trim();
        match column {
            Column::CustomerId => row.public_id = Some(customer_id(text)?),
            Column::Email => row.given.email = text.into(),
            Column::Field(name) => row.given.values.push((name.as_str().into(), Given::Text(text.into()))),
            Column::Tags => row.given.tags.extend(text.split(';').map(|t| t.trim().into())),
            Column::Answer(key) => {
                let yes = match text.to_lowercase().as_str() {
                    "yes" | "true" | "1" | "y" => true,
                    "no" | "false" | "0" | "n" => false,
                    _ => return Err(format!("Statement {key}: {text} is neither yes nor no")),
                };
                row.given.statements.push(GivenAnswer { statement: key.as_str().into(), yes, shown: Shown::Declared });
            }
            Column::AnsweredAt(key) => {
                let at = moment(text).ok_or_else(|| format!("Statement {key} at: {text} is no date"))?;
                answered(&mut row, key).1 = Some(at);
            }
            Column::AnsweredBy(key) => answered(&mut row, key).2 = Some(text.chars().take(255).collect()),
            Column::Ignored => {}
        }
    }
    Ok(row)
}

fn answered<'r>(row: &'r mut ImportedContact<'_>, key: &str) -> &'r mut (String, Option<Timestamp>, Option<String>) {
    let at = row.answered.iter().position(|(known, ..)| known == key).unwrap_or_else(|| {
        row.answered.push((key.to_owned(), None, None));
        row.answered.len() - 1
    });
    &mut row.answered[at]
}

/// A vendor's customer id: taken as it is, but for its case.
fn customer_id(text: &str) -> Result<String, String> {
    let fits = text.len() <= 50 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fits { Ok(text.to_ascii_uppercase()) } else { Err(format!("CustomerId: {text} is no customer id")) }
}

async fn import(
    store: &Store,
    file: &Path,
    dry_run: bool,
    rejected: &Path,
    slug: Option<&str>,
) -> Result<(), CommandFault> {
    let account = snapshot(store, slug).await?;
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|e| CommandFault::new(format_args!("{name}: {e}")))?;
    let mut rows = csv::parse(&text).map_err(|e| CommandFault::new(format_args!("{name}: {e}")))?.into_iter();
    let head = rows.next().ok_or_else(|| CommandFault::new(format_args!("{name} is empty")))?;
    let found: Vec<_> = head.fields.iter().map(|f| column(&account, f).ok_or(f)).collect();
    let unknown: Vec<_> = found
        .iter()
        .filter_map(|c| Some(format!("vestibule: {name}: no field or statement goes by {}", c.as_ref().err()?)))
        .collect();
    if !unknown.is_empty() {
        return Err(CommandFault(unknown));
    }
    let columns: Vec<Column> = found.into_iter().flatten().collect();
    if !columns.iter().any(|c| matches!(c, Column::Email)) {
        return Err(CommandFault::new(format_args!("{name}: there is no column Email")));
    }
    let intake = Intake::new(store.clone(), IntakeSettings::default());
    let state = DoorState::new(store).map_err(CommandFault::new)?;
    let rows: Vec<csv::Row> = rows.collect();

    // The plan: every row is looked at before any is taken in.
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    let (mut emails, mut ids) = (std::collections::HashSet::new(), std::collections::HashSet::new());
    let (mut new, mut known) = (0_u64, 0_u64);
    for row in &rows {
        match looked_at(&intake, &account, &columns, row, &mut emails, &mut ids) {
            Err(why) => bad.push((row, why)),
            Ok(key) => {
                let there = store.customer(account.id, CustomerKey::Email(key)).await?.is_some();
                *(if there { &mut known } else { &mut new }) += 1;
                good.push(row);
            }
        }
    }
    say(format_args!("{name}: {new} new, {known} known already, {} not to be taken", bad.len()));
    let mut counts = [0_u64; 3];
    if dry_run {
        say("Nothing was changed: this was a dry run.");
    } else {
        let columns = columns.as_slice();
        let (intake, account, state) = (&intake, &account, &state);
        let taking = good.into_iter().map(async |row| {
            let imported = contact(columns, &row.fields).map_err(|why| (row, why))?;
            let decode = |id: &str| match state.key_of(id) {
                CustomerKey::Public(_, made_from) => made_from,
                _ => None,
            };
            match intake.import(account, imported, decode).await {
                Ok(Imported::OtherId) => Err((row, "the address belongs to a customer with another id".to_owned())),
                Ok(Imported::IdTaken) => Err((row, "the customer id belongs to another address".into())),
                Ok(done) => Ok(done),
                Err(refusal) => Err((row, format!("{refusal:?}"))),
            }
        });
        let mut taking = futures_util::stream::iter(taking).buffer_unordered(AT_ONCE);
        while let Some(done) = taking.next().await {
            match done {
                Ok(Imported::New) => counts[0] += 1,
                Ok(Imported::Changed) => counts[1] += 1,
                Ok(_) => counts[2] += 1,
                Err(refused) => bad.push(refused),
            }
        }
        say(format_args!("Taken in: {} new, {} changed, {} as they were.", counts[0], counts[1], counts[2]));
    }
    if bad.is_empty() {
        return Ok(());
    }
    bad.sort_by_key(|(row, _)| row.line);
    let mut text = csv::row(&[&["Line".to_owned(), "Reason".into()], head.fields.as_slice()].concat());
    for (row, why) in &bad {
        text.push_str(&csv::row(&[&[row.line.to_string(), why.clone()], row.fields.as_slice()].concat()));
    }
    std::fs::write(rejected, text).map_err(|e| CommandFault::new(format_args!("{}: {e}", rejected.display())))?;
    Err(CommandFault::new(format_args!("{} rows were not taken; see {}", bad.len(), rejected.display())))
}

/// The key of a row's address, or all that is wrong with the row.
fn looked_at(
    intake: &Intake,
    account: &AccountSnapshot,
    columns: &[Column],
    row: &csv::Row,
    emails: &mut std::collections::HashSet<String>,
    ids: &mut std::collections::HashSet<String>,
) -> Result<String, String> {
    let imported = contact(columns, &row.fields)?;
    let id = imported.public_id.clone();
    let email = imported.given.email.clone().into_owned();
    let faults = intake.check_import(account, imported);
    if !faults.is_empty() {
        return Err(faults.iter().map(|f| format!("{f:?}")).collect::<Vec<_>>().join("; "));
    }
    let key = model::EmailAddress::parse(&email).map_err(|_| "Email".to_owned())?.key().to_owned();
    if !emails.insert(key.clone()) {
        return Err("the address stands in the file before".into());
    }
    if id.is_some_and(|id| !ids.insert(id)) {
        return Err("the customer id stands in the file before".into());
    }
    Ok(key)
}
