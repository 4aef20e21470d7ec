//! Web mode or Owner mode, and what each may see.

use model::{AccountSnapshot, Caller, Door, Field, FieldId, Statement, StatementId, Tag, TagGroup, TagId};

/// Fields with smaller numbers are built in; they have keys of their own and are no attributes.
const FIRST_OWN_FIELD: i64 = 100;

/// Who calls: a browser without credentials, or a server with a signed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Unsigned, from a browser; sees and sets only what is meant for the web.
    Web,
    /// Signed, from a server; sees and sets everything.
    Owner,
}

impl Mode {
    /// The door this mode is recorded as.
    pub fn door(self) -> Door {
        match self {
            Self::Web => Door::SpektrixWeb,
            Self::Owner => Door::SpektrixOwner,
        }
    }

    /// How far this mode is trusted.
    pub fn caller(self) -> Caller {
        match self {
            Self::Web => Caller::Public,
            Self::Owner => Caller::Credentials,
        }
    }

    /// The fields that are attributes in this mode, in the order of the settings.
    pub fn attributes(self, account: &AccountSnapshot) -> impl Iterator<Item = (FieldId, &Field)> {
        let all = account.fields.iter().filter(|(id, _)| id.0 >= FIRST_OWN_FIELD);
        all.filter(move |(_, f)| self == Self::Owner || f.on_forms).map(|(id, f)| (*id, f))
    }

    /// Whether the group is shown in this mode.
    pub fn sees_group(self, group: &TagGroup) -> bool {
        self == Self::Owner || group.web
    }

    /// Whether the statement is shown in this mode.
    pub fn sees_statement(self, statement: &Statement) -> bool {
        self == Self::Owner || statement.web
    }

    /// Whether the tag is shown in this mode: its group decides.
    pub fn sees_tag(self, account: &AccountSnapshot, tag: &Tag) -> bool {
        self == Self::Owner
            || account.tag_groups.iter().any(|(_, g)| g.web && g.name.trim().eq_ignore_ascii_case(tag.group.trim()))
    }

    /// The tag with this vendor id, if this mode may use it. Ids are compared in any case.
    pub fn tag<'a>(self, account: &'a AccountSnapshot, id: &str) -> Option<(TagId, &'a Tag)> {
        let found = account.tags.iter().find(|(_, t)| t.spektrix_id.eq_ignore_ascii_case(id.trim()))?;
        self.sees_tag(account, &found.1).then_some((found.0, &found.1))
    }

    /// The statement with this vendor id, if this mode may use it. Ids are compared in any case.
    pub fn statement<'a>(self, account: &'a AccountSnapshot, id: &str) -> Option<(StatementId, &'a Statement)> {
        let found = account.statements.iter().find(|(_, s, _)| s.spektrix_id.eq_ignore_ascii_case(id.trim()))?;
        self.sees_statement(&found.1).then_some((found.0, &found.1))
    }
}
