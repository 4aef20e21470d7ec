//! An account as a node keeps it in memory: the configuration with every name resolved to its row.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{
    AccountId, AccountSettings, ApiUser, ApiUserId, Automation, AutomationId, BUILT_IN_FIELDS, Field, FieldId, Form,
    FormId, ListId, MailingList, Statement, StatementId, StatementVersion, Tag, TagGroup, TagGroupId, TagId,
    WebhookEndpoint, WebhookId,
};

/// One version of an account's configuration. Never changes; a change of configuration makes a new one.
///
/// Lists keep the order of the settings. Removed items stay out; rows that still name them show nothing.
#[derive(Debug, Default)]
pub struct AccountSnapshot {
    /// The account's row.
    pub id: AccountId,
    /// Raised by every change.
    pub version: i64,
    /// `[account]`.
    pub settings: AccountSettings,
    /// Built-in fields first, then the account's own.
    pub fields: Vec<(FieldId, Field)>,
    /// Tag groups.
    pub tag_groups: Vec<(TagGroupId, TagGroup)>,
    /// Tags, group by group.
    pub tags: Vec<(TagId, Tag)>,
    /// Mailing lists.
    pub lists: Vec<(ListId, MailingList)>,
    /// Statements with all versions, the newest last.
    pub statements: Vec<(StatementId, Statement, Vec<StatementVersion>)>,
    /// Forms, names resolved.
    pub forms: Vec<ResolvedForm>,
    /// Automations.
    pub automations: Vec<(AutomationId, Automation)>,
    /// Webhook endpoints.
    pub webhooks: Vec<(WebhookId, WebhookEndpoint)>,
    /// Callers with a secret.
    pub api_users: Vec<(ApiUserId, ApiUser)>,
    field_by_name: HashMap<String, usize>,
    tag_by_name: HashMap<String, usize>,
    list_by_external_id: HashMap<String, usize>,
    form_by_external_id: HashMap<String, usize>,
}

/// A form with its references resolved.
#[derive(Clone, Debug)]
pub struct ResolvedForm {
    /// The row.
    pub id: FormId,
    /// As configured.
    pub form: Form,
    /// The fields asked for, in order: number and whether required.
    pub fields: Vec<(FieldId, bool)>,
    /// Whether any field is required.
    pub has_required: bool,
    /// Lists a person may choose.
    pub lists: Vec<ListId>,
    /// Statements shown.
    pub statements: Vec<StatementId>,
    /// Lists that everyone who confirms joins.
    pub action_lists: Vec<ListId>,
    /// Tags that everyone who confirms gets.
    pub action_tags: Vec<TagId>,
}

/// The rows of an account's configuration, as the store reads them.
#[derive(Debug, Default)]
pub struct AccountRows {
    /// Fields of the account's own.
    pub fields: Vec<(FieldId, Field)>,
    /// Tag groups.
    pub tag_groups: Vec<(TagGroupId, TagGroup)>,
    /// Tags.
    pub tags: Vec<(TagId, Tag)>,
    /// Lists.
    pub lists: Vec<(ListId, MailingList)>,
    /// Statements with versions.
    pub statements: Vec<(StatementId, Statement, Vec<StatementVersion>)>,
    /// Forms.
    pub forms: Vec<(FormId, Form)>,
    /// Automations.
    pub automations: Vec<(AutomationId, Automation)>,
    /// Webhooks.
    pub webhooks: Vec<(WebhookId, WebhookEndpoint)>,
    /// Callers.
    pub api_users: Vec<(ApiUserId, ApiUser)>,
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Looks a name up without allocating when it is lower-case ASCII already.
fn find(index: &HashMap<String, usize>, name: &str) -> Option<usize> {
    index.get(name).copied().or_else(|| index.get(&folded(name)).copied())
}

impl AccountSnapshot {
    /// Resolves an account's rows. A name that leads nowhere is left out: `apply` refuses such files, and an item that
    /// was removed meanwhile must not stop the account.
    pub fn build(id: AccountId, version: i64, settings: AccountSettings, rows: AccountRows) -> Self {
        let mut fields: Vec<_> = BUILT_IN_FIELDS.iter().map(|b| (b.id, b.to_field())).collect();
        fields.extend(rows.fields);
        let index = |names: Vec<&str>| names.iter().enumerate().map(|(i, n)| (folded(n), i)).collect::<HashMap<_, _>>();
        let mut snapshot = Self {
            id,
            version,
            settings,
            field_by_name: index(fields.iter().map(|(_, f)| f.system_name.as_str()).collect()),
            tag_by_name: index(rows.tags.iter().map(|(_, t)| t.name.as_str()).collect()),
            list_by_external_id: index(rows.lists.iter().map(|(_, l)| l.external_id.as_str()).collect()),
            form_by_external_id: index(rows.forms.iter().map(|(_, f)| f.external_id.as_str()).collect()),
            fields,
            tag_groups: rows.tag_groups,
            tags: rows.tags,
            lists: rows.lists,
            statements: rows.statements,
            forms: Vec::new(),
            automations: rows.automations,
            webhooks: rows.webhooks,
            api_users: rows.api_users,
        };
        let resolved = rows.forms.into_iter().map(|(id, form)| snapshot.resolve_form(id, form)).collect();
        snapshot.forms = resolved;
        snapshot
    }

    /// A form with its names looked up in this snapshot, whether or not it belongs to it yet; a name that leads nowhere is
    /// left out.
    pub fn resolve_form(&self, id: FormId, form: Form) -> ResolvedForm {
        let lists = |names: &[String]| names.iter().filter_map(|n| Some(self.list_by_external_id(n)?.0)).collect();
        let fields: Vec<_> =
            form.fields.iter().filter_map(|f| Some((self.field_by_name(&f.field)?.0, f.required))).collect();
        ResolvedForm {
            id,
            has_required: fields.iter().any(|(_, required)| *required),
            lists: lists(&form.lists),
            statements: form.statements.iter().filter_map(|k| Some(self.statement_by_key(k)?.0)).collect(),
            action_lists: lists(&form.actions.lists),
            action_tags: form.actions.tags.iter().filter_map(|n| Some(self.tag_by_name(n)?.0)).collect(),
            fields,
            form,
        }
    }

    /// A field by SystemName, in any case.
    pub fn field_by_name(&self, name: &str) -> Option<(FieldId, &Field)> {
        find(&self.field_by_name, name).map(|i| (self.fields[i].0, &self.fields[i].1))
    }

    /// A field by number.
    pub fn field(&self, id: FieldId) -> Option<&Field> {
        self.fields.iter().find(|(f, _)| *f == id).map(|(_, f)| f)
    }

    /// A tag by name, in any case.
    pub fn tag_by_name(&self, name: &str) -> Option<(TagId, &Tag)> {
        find(&self.tag_by_name, name).map(|i| (self.tags[i].0, &self.tags[i].1))
    }

    /// A tag by number.
    pub fn tag(&self, id: TagId) -> Option<&Tag> {
        self.tags.iter().find(|(t, _)| *t == id).map(|(_, t)| t)
    }

    /// A mailing list by external id, in any case.
    pub fn list_by_external_id(&self, external_id: &str) -> Option<(ListId, &MailingList)> {
        find(&self.list_by_external_id, external_id).map(|i| (self.lists[i].0, &self.lists[i].1))
    }

    /// A mailing list by number.
    pub fn list(&self, id: ListId) -> Option<&MailingList> {
        self.lists.iter().find(|(l, _)| *l == id).map(|(_, l)| l)
    }

    /// A form by external id, in any case, disabled or not.
    pub fn form_by_external_id(&self, external_id: &str) -> Option<&ResolvedForm> {
        find(&self.form_by_external_id, external_id).map(|i| &self.forms[i])
    }

    /// A form by number.
    pub fn form(&self, id: FormId) -> Option<&ResolvedForm> {
        self.forms.iter().find(|f| f.id == id)
    }

    /// An automation by external id, in any case.
    pub fn automation_by_external_id(&self, external_id: &str) -> Option<(AutomationId, &Automation)> {
        let found = self.automations.iter().find(|(_, a)| a.external_id.eq_ignore_ascii_case(external_id.trim()));
        found.map(|(id, automation)| (*id, automation))
    }

    /// A statement by its key in files.
    pub fn statement_by_key(&self, key: &str) -> Option<(StatementId, &Statement)> {
        self.statements.iter().find(|(_, s, _)| s.key.eq_ignore_ascii_case(key)).map(|(id, s, _)| (*id, s))
    }

    /// A statement by number, with its versions, the newest last.
    pub fn statement(&self, id: StatementId) -> Option<(&Statement, &[StatementVersion])> {
        self.statements.iter().find(|(s, ..)| *s == id).map(|(_, s, v)| (s, v.as_slice()))
    }
}

/// Every account of the installation, as one node sees it at one moment.
#[derive(Debug, Default)]
pub struct Directory {
    accounts: Vec<Arc<AccountSnapshot>>,
    by_slug: HashMap<String, usize>,
    by_sentori_key: HashMap<String, (usize, ApiUserId)>,
    by_native_token: HashMap<String, (usize, ApiUserId)>,
    by_domain: HashMap<String, usize>,
    by_id: HashMap<AccountId, usize>,
}

impl Directory {
    /// Indexes the accounts.
    pub fn new(accounts: Vec<Arc<AccountSnapshot>>) -> Self {
        let mut directory = Self::default();
        for (i, account) in accounts.iter().enumerate() {
            directory.by_slug.insert(folded(&account.settings.slug), i);
            directory.by_id.insert(account.id, i);
            for domain in &account.settings.custom_domains {
                directory.by_domain.insert(folded(domain), i);
            }
            for (id, user) in &account.api_users {
                match user.kind {
                    crate::ApiUserKind::Sentori => {
                        directory.by_sentori_key.insert(user.secret.reveal().to_ascii_lowercase(), (i, *id));
                    }
                    crate::ApiUserKind::Native => {
                        directory.by_native_token.insert(user.secret.reveal().to_owned(), (i, *id));
                    }
                    crate::ApiUserKind::Spektrix => {}
                }
            }
        }
        directory.accounts = accounts;
        directory
    }

    /// Every account.
    pub fn all(&self) -> &[Arc<AccountSnapshot>] {
        &self.accounts
    }

    /// The account of that number.
    pub fn by_id(&self, id: AccountId) -> Option<&Arc<AccountSnapshot>> {
        self.by_id.get(&id).map(|i| &self.accounts[*i])
    }

    /// The account whose `{client}` segment this is, in any case.
    pub fn by_slug(&self, slug: &str) -> Option<&Arc<AccountSnapshot>> {
        find(&self.by_slug, slug).map(|i| &self.accounts[i])
    }

    /// The account that claims a host name (no port), in any case.
    pub fn by_domain(&self, host: &str) -> Option<&Arc<AccountSnapshot>> {
        find(&self.by_domain, host).map(|i| &self.accounts[i])
    }

    /// The account whose Sentori `ApiKey` this is (a GUID, so in any case). The look-up hashes the key with a random
    /// seed, so its time tells nothing about the keys that exist.
    pub fn by_sentori_key(&self, key: &str) -> Option<(&Arc<AccountSnapshot>, ApiUserId)> {
        let found = self.by_sentori_key.get(key).or_else(|| self.by_sentori_key.get(&key.trim().to_ascii_lowercase()));
        found.map(|(i, user)| (&self.accounts[*i], *user))
    }

    /// The account and the caller whose native token this is. Its time tells nothing, as with
    /// [`Directory::by_sentori_key`].
    pub fn by_native_token(&self, token: &str) -> Option<(&Arc<AccountSnapshot>, ApiUserId, &ApiUser)> {
        let (i, id) = self.by_native_token.get(token).filter(|_| !token.is_empty())?;
        let account = &self.accounts[*i];
        account.api_users.iter().find(|(user, _)| user == id).map(|(id, user)| (account, *id, user))
    }
}
