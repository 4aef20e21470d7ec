//! Contacts written out, one after the other: the same memory for any number.

use std::io::{BufWriter, ErrorKind, Stdout, Write as _};

use doors::spektrix::DoorState;
use futures_util::StreamExt as _;
use model::{AccountSnapshot, ContactId, TagId, Timestamp};
use store::{Contact, ContactKey, Store, StoreError};

use super::CommandFault;
use super::rows::line;

const PAGE: i64 = 500;
/// Contacts that are read at a time.
const AT_ONCE: usize = 8;

/// How contacts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::commands) enum Format {
    /// Comma-separated values with a line of names
    Csv,
    /// A JSON object on each line
    Jsonl,
}

/// Which contacts are written.
pub(super) enum Which {
    All,
    Tagged(TagId),
    Group(i64),
}

impl Which {
    pub(super) fn of(account: &AccountSnapshot, tag: Option<&str>, group: Option<i64>) -> Result<Self, CommandFault> {
        match (tag, group) {
            (Some(tag), _) => {
                let known = account.tag_by_name(tag);
                let known = known.ok_or_else(|| CommandFault::new(format_args!("there is no tag {tag}")))?;
                Ok(Self::Tagged(known.0))
            }
            (None, Some(group)) => Ok(Self::Group(group)),
            (None, None) => Ok(Self::All),
        }
    }
}

/// Where rows go, and under which names.
struct Written {
    out: BufWriter<Stdout>,
    head: Vec<String>,
    format: Format,
}

impl Written {
    fn row(&mut self, fields: Vec<String>) -> std::io::Result<()> {
        let text = match self.format {
            Format::Csv => line(fields),
            Format::Jsonl => {
                let pairs = self.head.iter().zip(fields).filter(|(_, field)| !field.is_empty());
                let object: serde_json::Map<_, _> = pairs.map(|(name, field)| (name.clone(), field.into())).collect();
                serde_json::Value::Object(object).to_string() + "\n"
            }
        };
        self.out.write_all(text.as_bytes())
    }
}

pub(super) async fn export(
    store: &Store,
    account: &AccountSnapshot,
    which: &Which,
    format: Format,
) -> Result<(), CommandFault> {
    if let Which::Group(group) = which
        && !store.upload_groups(account.id).await?.iter().any(|g| g.id == *group)
    {
        return Err(CommandFault::new(format_args!("there is no group {group}; see `vestibule contacts groups`")));
    }
    match write_all(store, account, which, format).await {
        // Whoever reads has seen enough.
        Err(Trouble::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(Trouble::Output(error)) => Err(error.into()),
        Err(Trouble::Store(error)) => Err(error.into()),
        Err(Trouble::Other(fault)) => Err(fault),
        Ok(()) => Ok(()),
    }
}

enum Trouble {
    Output(std::io::Error),
    Store(StoreError),
    Other(CommandFault),
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

async fn write_all(store: &Store, account: &AccountSnapshot, which: &Which, format: Format) -> Result<(), Trouble> {
    let state = DoorState::new(store).map_err(|e| Trouble::Other(CommandFault::new(e)))?;
    let mut head = vec!["CustomerId".to_owned(), "Email".into()];
    head.extend(account.fields.iter().map(|(_, f)| f.system_name.clone()));
    head.extend(["Tags".into(), "MailingLists".into()]);
    for (_, s, _) in &account.statements {
        head.extend([format!("Statement {}", s.key), format!("Statement {} at", s.key)]);
    }
    if matches!(which, Which::Tagged(_)) {
        head.push("Entered".into());
    }
    let mut written = Written { out: BufWriter::new(std::io::stdout()), head, format };
    if format == Format::Csv {
        let head = written.head.clone();
        written.row(head)?;
    }
    let mut after = ContactId(0);
    loop {
        let (page, last): (Vec<(ContactId, Option<Timestamp>)>, bool) = match which {
            Which::Tagged(tag) => {
                let all = store.with_tag(account.id, *tag).await?;
                (all.into_iter().map(|(contact, at)| (contact, Some(at))).collect(), true)
            }
            Which::Group(group) => {
                let page = store.upload_contacts_after(account.id, *group, after, PAGE).await?;
                (page.into_iter().map(|contact| (contact, None)).collect(), false)
            }
            Which::All => {
                let page = store.contacts_after(account.id, after, PAGE).await?;
                (page.into_iter().map(|contact| (contact, None)).collect(), false)
            }
        };
        let Some((end, _)) = page.last() else { break };
        after = *end;
        let reads = page.into_iter().map(async |(id, at)| (at, store.contact(account.id, ContactKey::Id(id)).await));
        let mut reads = futures_util::stream::iter(reads).buffered(AT_ONCE);
        while let Some((entered, contact)) = reads.next().await {
            // Those that are no customers are left out.
            if let Some(contact) = contact?.filter(|c| c.row.is_customer()) {
                written.row(row(account, &state, &contact, entered))?;
            }
        }
        if last {
            break;
        }
    }
    Ok(written.out.flush()?)
}

fn row(account: &AccountSnapshot, state: &DoorState, contact: &Contact, entered: Option<Timestamp>) -> Vec<String> {
    let id = state.public_id(contact.row.id, contact.row.public_id.as_deref());
    let mut row = vec![id, contact.row.email.clone()];
    for (field, _) in &account.fields {
        row.push(contact.values.iter().find(|(f, _)| f == field).map(|(_, v)| v.clone()).unwrap_or_default());
    }
    let tags = contact.tags.iter().filter_map(|t| Some(account.tag(t.tag)?.name.as_str()));
    row.push(tags.collect::<Vec<_>>().join(";"));
    let lists = contact.lists.iter().filter_map(|(l, _)| Some(account.list(*l)?.external_id.as_str()));
    row.push(lists.collect::<Vec<_>>().join(";"));
    for (statement, ..) in &account.statements {
        let answer = contact.statements.iter().find(|a| a.statement == *statement);
        row.push(answer.map_or("", |a| if a.agreed { "yes" } else { "no" }).to_owned());
        row.push(answer.map(|a| a.at.to_rfc3339()).unwrap_or_default());
    }
    row.extend(entered.map(Timestamp::to_rfc3339));
    row
}
