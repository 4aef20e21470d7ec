//! A plan: what applying a file would do. Its `Display` is what `--dry-run` prints.

use std::fmt;

use crate::items::{Item, ItemKind};
use crate::report::Fault;

/// What applying a file would do, in the order of doing: settings, adds, changes, removals. Shows no secret.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The slug that the account has afterwards.
    pub account: String,
    /// Whether the account is made.
    pub new_account: bool,
    /// What changes of `[account]` and `[mail]`, a line each.
    pub settings: Vec<String>,
    /// Items to make, none before one that it names. Empty vendor ids and absent webhook secrets are to be made.
    pub adds: Vec<Item>,
    /// Items to change.
    pub changes: Vec<Change>,
    /// Items to remove, by kind and current name, none before one that names it.
    pub removals: Vec<(ItemKind, String)>,
    /// Items that the file does not name and that stay.
    pub kept: Vec<(ItemKind, String)>,
    /// What a person should know before saying yes.
    pub notes: Vec<String>,
    /// Why the file cannot be applied to this account. Nothing of the plan may be done unless this is empty.
    pub refusals: Vec<Fault>,
}

/// One item that changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The natural key it has now; [`Change::item`] holds the one it gets.
    pub current_name: String,
    /// The item as it will be, existing vendor ids filled in. `secret` is `None` when the existing one is kept.
    pub item: Item,
    /// What changes, a line each: `fields[2].label "x" → "y"`.
    pub lines: Vec<String>,
    /// Whether its place among its kind changes.
    pub moved: bool,
    /// The number of the version that a statement's new wording, channel or basis becomes.
    pub new_version: Option<i64>,
    /// Whether it gets another secret.
    pub secret_changed: bool,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        !self.new_account
            && self.settings.is_empty()
            && self.adds.is_empty()
            && self.changes.is_empty()
            && self.removals.is_empty()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = &self.account;
        if self.is_empty() {
            writeln!(f, "account {account}: nothing to change")?;
        } else if self.new_account {
            writeln!(f, "account {account}: is made")?;
        } else {
            writeln!(f, "account {account}: changes")?;
        }
        for line in &self.settings {
            writeln!(f, "  ~ account: {line}")?;
        }
        for item in &self.adds {
            let made = item.kind == ItemKind::Webhook && item.definition["kind"] == "standard" && item.secret.is_none();
            writeln!(f, "  + {} {}{}", item.kind.word(), item.name, if made { " (its secret is made)" } else { "" })?;
        }
        for change in &self.changes {
            change.fmt(f)?;
        }
        self.write_moves(f)?;
        for (kind, name) in &self.removals {
            writeln!(f, "  - {} {name}", kind.word())?;
        }
        for (kind, name) in &self.kept {
            writeln!(f, "  = {} {name}: kept, not in the file (--prune removes it)", kind.word())?;
        }
        for note in &self.notes {
            writeln!(f, "  ! {note}")?;
        }
        for refusal in &self.refusals {
            writeln!(f, "  x {refusal}")?;
        }
        if !self.is_empty() {
            let moves = self.changes.iter().filter(|c| c.moved).count();
            let changes =
                self.changes.iter().filter(|c| !c.only_moves()).count() + usize::from(!self.settings.is_empty());
            let (adds, removals) = (self.adds.len(), self.removals.len());
            writeln!(f, "{adds} to add, {changes} to change, {moves} to move, {removals} to remove")?;
        }
        Ok(())
    }
}

impl Plan {
    /// One line for each kind whose order changes: a new first item moves all others.
    fn write_moves(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for kind in ItemKind::ALL {
            let moved: Vec<&str> =
                self.changes.iter().filter(|c| c.moved && c.item.kind == kind).map(|c| c.item.name.as_str()).collect();
            if !moved.is_empty() {
                writeln!(f, "  ~ order of {}s: {} to new places", kind.word(), moved.join(", "))?;
            }
        }
        Ok(())
    }
}

impl Change {
    fn only_moves(&self) -> bool {
        self.moved && self.lines.is_empty() && !self.secret_changed
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = format!("{} {}", self.item.kind.word(), self.current_name);
        for line in &self.lines {
            writeln!(f, "  ~ {subject}: {line}")?;
        }
        if let Some(version) = self.new_version {
            writeln!(f, "  ~ {subject}: new version {version}; answers given so far keep their wording")?;
        }
        if self.secret_changed {
            writeln!(f, "  ~ {subject}: another secret")?;
        }
        Ok(())
    }
}
