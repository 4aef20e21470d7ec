//! What the steps of an automation come to for one contact: pure, for the workers and for the simulation alike.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use model::{AccountSnapshot, Automation, AutomationStep, Condition, FieldId, ListId, LocalText, TagId, Timestamp};
use store::Contact;

use crate::mail::{Escape, MergeField, Template, TemplateKind, mjml};

/// What a step comes to.
#[derive(Debug, PartialEq)]
pub(crate) enum Act<'a> {
    Mail,
    Wait(Duration),
    Tag(TagId),
    Untag(TagId),
    Join(ListId),
    Leave(ListId),
    Call(&'a str),
    /// The run ends here.
    Stop,
    /// What it names is no longer there, or nothing is to do.
    Nothing,
}

/// What steps may ask about a contact, kept up as they change it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    pub(crate) tags: HashSet<TagId>,
    pub(crate) lists: HashSet<ListId>,
}

impl Standing {
    pub(crate) fn of(contact: &Contact) -> Self {
        Self {
            tags: contact.tags.iter().map(|t| t.tag).collect(),
            lists: contact.lists.iter().map(|(list, _)| *list).collect(),
        }
    }

    /// Whether a mail may go by its list. One for a list that is gone goes to nobody.
    fn is_on_list_of(&self, account: &AccountSnapshot, step: &AutomationStep) -> bool {
        let AutomationStep::SendMail { list: Some(_), .. } = step else { return true };
        list_of(account, step).is_some_and(|id| self.lists.contains(&id))
    }

    fn holds(&self, account: &AccountSnapshot, condition: &Condition) -> bool {
        let tag = |name: &str| account.tag_by_name(name).is_some_and(|(id, _)| self.tags.contains(&id));
        let list = |id: &str| account.list_by_external_id(id).is_some_and(|(id, _)| self.lists.contains(&id));
        match condition {
            Condition::HasTag(name) => tag(name),
            Condition::LacksTag(name) => !tag(name),
            Condition::OnList(id) => list(id),
            Condition::NotOnList(id) => !list(id),
        }
    }
}

/// What a step does now.
pub(crate) fn act<'a>(account: &AccountSnapshot, step: &'a AutomationStep, standing: &mut Standing) -> Act<'a> {
    let tag = |name: &str| account.tag_by_name(name).map(|(id, _)| id);
    let list = |name: &str| account.list_by_external_id(name).map(|(id, _)| id);
    match step {
        AutomationStep::SendMail { .. } => Act::Mail,
        AutomationStep::Delay(seconds) => Act::Wait(Duration::from_secs(*seconds)),
        AutomationStep::AddTag(name) => tag(name).map_or(Act::Nothing, |id| {
            standing.tags.insert(id);
            Act::Tag(id)
        }),
        AutomationStep::RemoveTag(name) => {
            tag(name).filter(|id| standing.tags.remove(id)).map_or(Act::Nothing, Act::Untag)
        }
        AutomationStep::JoinList(name) => {
            list(name).filter(|id| standing.lists.insert(*id)).map_or(Act::Nothing, Act::Join)
        }
        AutomationStep::LeaveList(name) => {
            list(name).filter(|id| standing.lists.remove(id)).map_or(Act::Nothing, Act::Leave)
        }
        AutomationStep::Webhook(url) => Act::Call(url),
        AutomationStep::StopIf(condition) => {
            if standing.holds(account, condition) {
                Act::Stop
            } else {
                Act::Nothing
            }
        }
    }
}

/// All that happens at one moment, from a step up to the next mail or pause.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Onward {
    pub(crate) tags: Vec<TagId>,
    pub(crate) untag: Vec<TagId>,
    pub(crate) join: Vec<ListId>,
    pub(crate) leave: Vec<ListId>,
    /// Steps that call, with their URLs.
    pub(crate) calls: Vec<(i64, String)>,
    /// The next step and how long until then; `None` at the end.
    pub(crate) next: Option<(i64, Duration)>,
}

/// Most that happens in one transaction.
const MOST_AT_ONCE: usize = 12;

/// Goes on from a step.
pub(crate) fn onward(account: &AccountSnapshot, automation: &Automation, from: i64, mut standing: Standing) -> Onward {
    let mut onward = Onward::default();
    let (mut tags, mut lists, mut done) = (HashSet::new(), HashSet::new(), 0);
    let start = usize::try_from(from).unwrap_or(usize::MAX);
    for (n, step) in (from..).zip(automation.steps.iter().skip(start)) {
        let here = Some((n, Duration::ZERO));
        let act = act(account, step, &mut standing);
        // Each tag and list once in a plan: the rest comes with the next.
        let again = match &act {
            Act::Tag(id) | Act::Untag(id) => !tags.insert(*id),
            Act::Join(id) | Act::Leave(id) => !lists.insert(*id),
            _ => false,
        };
        if again || done >= MOST_AT_ONCE {
            onward.next = here;
            return onward;
        }
        done += 1;
        match act {
            Act::Mail => {
                onward.next = here;
                return onward;
            }
            Act::Wait(pause) => {
                onward.next = Some((n + 1, pause));
                return onward;
            }
            Act::Tag(id) => onward.tags.push(id),
            Act::Untag(id) => onward.untag.push(id),
            Act::Join(id) => onward.join.push(id),
            Act::Leave(id) => onward.leave.push(id),
            Act::Call(url) => onward.calls.push((n, url.to_owned())),
            Act::Stop => return onward,
            Act::Nothing => {}
        }
    }
    onward
}

/// The values that a mail of an automation merges.
pub(crate) struct MailValues<'a> {
    pub(crate) account: &'a AccountSnapshot,
    pub(crate) email: &'a str,
    pub(crate) values: &'a [(FieldId, String)],
    pub(crate) trx: &'a BTreeMap<String, String>,
    pub(crate) preferences: &'a str,
    pub(crate) unsubscribe: &'a str,
    pub(crate) language: &'a str,
}

/// A mail of an automation.
pub(crate) struct StepMail {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: Option<String>,
}

impl MailValues<'_> {
    /// Writes the mail of a step; `None` when the step is none. A text that cannot be read is a fault that names it.
    pub(crate) fn write(&self, step: &AutomationStep) -> Option<Result<StepMail, String>> {
        let AutomationStep::SendMail { subject, text, html, .. } = step else { return None };
        let write = || {
            Ok(StepMail {
                subject: self.fill("subject", subject, Escape::Subject)?,
                text: self.fill("text", text, Escape::Text)?,
                html: html.as_ref().map(|html| self.fill("html", html, Escape::Html)).transpose()?,
            })
        };
        Some(write())
    }

    fn fill(&self, part: &str, text: &LocalText, escape: Escape) -> Result<String, String> {
        let text = text.pick(self.language, &self.account.settings.language.0);
        let made = if part == "html" && mjml::is_mjml(text) {
            Some(mjml::to_html(text).map_err(|fault| format!("its {part}: {fault}"))?)
        } else {
            None
        };
        let text = made.as_deref().unwrap_or(text);
        let template =
            Template::parse_saved(text, TemplateKind::Mail).map_err(|fault| format!("its {part}: {fault}"))?;
        Ok(template.render(&|field| self.value(field), escape))
    }

    fn value(&self, field: &MergeField) -> Option<Cow<'_, str>> {
        let settings = &self.account.settings;
        match field {
            MergeField::Field(name) if name.eq_ignore_ascii_case("EmailAddress") => Some(self.email.into()),
            MergeField::Field(name) => {
                let (id, _) = self.account.field_by_name(name)?;
                self.values.iter().find(|(field, _)| *field == id).map(|(_, value)| value.as_str().into())
            }
            MergeField::Trx(name) => self.trx.get(name).map(|value| value.as_str().into()),
            MergeField::PreferencesLink => Some(self.preferences.into()),
            MergeField::UnsubscribeLink => Some(self.unsubscribe.into()),
            MergeField::AccountName if settings.name.trim().is_empty() => Some(settings.slug.as_str().into()),
            MergeField::AccountName => Some(settings.name.as_str().into()),
            MergeField::FormName
            | MergeField::ConfirmLink
            | MergeField::NotMeLink
            | MergeField::CustomerLink
            | MergeField::Notice(_) => None,
        }
    }
}

/// The whole future of a contact that begins an automation at `start`: moments and what happens then, sending nothing.
pub fn timeline(
    account: &AccountSnapshot,
    automation: &Automation,
    contact: &Contact,
    start: Timestamp,
) -> Vec<(Timestamp, String)> {
    let mut standing = Standing::of(contact);
    let mut at = start;
    let mut events = Vec::with_capacity(automation.steps.len() + 1);
    let (tags, lists): (HashMap<_, _>, HashMap<_, _>) = (
        account.tags.iter().map(|(id, tag)| (*id, tag.name.as_str())).collect(),
        account.lists.iter().map(|(id, list)| (*id, list.external_id.as_str())).collect(),
    );
    let tag = |id: &TagId| tags.get(id).copied().unwrap_or_default();
    let list = |id: &ListId| lists.get(id).copied().unwrap_or_default();
    let values = MailValues {
        account,
        email: &contact.row.email,
        values: &contact.values,
        trx: &BTreeMap::new(),
        preferences: "(their own link)",
        unsubscribe: "(their own link)",
        language: &account.settings.language.0,
    };
    for step in &automation.steps {
        let line = match act(account, step, &mut standing) {
            Act::Mail => match (values.write(step), not_mailed(account, contact, step, &standing)) {
                (_, Some(why)) => format!("no mail: {why}"),
                (Some(Ok(mail)), None) => format!("mail to {}: {}", contact.row.email, mail.subject),
                (Some(Err(why)), None) => format!("no mail: {why}"),
                (None, None) => continue,
            },
            Act::Wait(pause) => {
                at = at.plus(pause);
                continue;
            }
            Act::Tag(id) => format!("apply the tag {}", tag(&id)),
            Act::Untag(id) => format!("take the tag {} off", tag(&id)),
            Act::Join(id) => format!("join the list {}", list(&id)),
            Act::Leave(id) => format!("leave the list {}", list(&id)),
            Act::Call(url) => format!("call {url}"),
            Act::Stop => {
                events.push((at, "stop: the condition holds".into()));
                return events;
            }
            Act::Nothing => format!("nothing: {}", idle(step)),
        };
        events.push((at, line));
    }
    events.push((at, "end".into()));
    events
}

fn idle(step: &AutomationStep) -> String {
    match step {
        AutomationStep::RemoveTag(name) => format!("the tag {name} is not on the contact"),
        AutomationStep::JoinList(name) => format!("the contact is on the list {name}"),
        AutomationStep::LeaveList(name) => format!("the contact is not on the list {name}"),
        AutomationStep::StopIf(_) => "the condition to stop does not hold".into(),
        _ => "what the step names is gone".into(),
    }
}

/// Why a contact gets no mail of a step, if so.
pub(crate) fn not_mailed(
    account: &AccountSnapshot,
    contact: &Contact,
    step: &AutomationStep,
    standing: &Standing,
) -> Option<&'static str> {
    match &contact.row {
        row if row.suppressed_at.is_some() => Some("the contact is suppressed"),
        row if row.bad_address_at.is_some() => Some("the contact's address takes no mail"),
        row if row.confirmed_at.is_none() => Some("the contact has not confirmed"),
        _ if !standing.is_on_list_of(account, step) => Some("the contact is not on the mail's list"),
        _ => None,
    }
}

/// The list that a step's mail is for; `None` where it names none or one that is gone.
pub(crate) fn list_of(account: &AccountSnapshot, step: &AutomationStep) -> Option<ListId> {
    let AutomationStep::SendMail { list: Some(list), .. } = step else { return None };
    account.list_by_external_id(list).map(|(id, _)| id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AccountId, AccountRows, AccountSettings, MailingList, Tag};

    #[test]
    fn what_happens_at_one_moment_ends_at_a_mail_a_pause_or_a_stop() {
        let tag =
            |n: i64, name: &str| (TagId(n), Tag { name: name.into(), group: "G".into(), spektrix_id: String::new() });
        let list = MailingList { external_id: "L1".into(), name: LocalText::One("L".into()), description: None };
        let rows = AccountRows {
            tags: vec![tag(1, "A"), tag(2, "B")],
            lists: vec![(ListId(5), list)],
            ..AccountRows::default()
        };
        let account = AccountSnapshot::build(AccountId(1), 1, AccountSettings::default(), rows);
        let mail = AutomationStep::SendMail {
            subject: LocalText::One("S".into()),
            text: LocalText::One("T".into()),
            html: None,
            list: None,
        };
        let automation = Automation {
            external_id: "X".into(),
            name: "X".into(),
            repeatable: false,
            start_on: Vec::new(),
            steps: vec![
                AutomationStep::AddTag("a".into()),
                AutomationStep::JoinList("l1".into()),
                AutomationStep::AddTag("gone".into()),
                mail,
                AutomationStep::RemoveTag("A".into()),
                AutomationStep::Webhook("https://a.example".into()),
                AutomationStep::Delay(60),
                AutomationStep::AddTag("A".into()),
                AutomationStep::RemoveTag("A".into()),
                AutomationStep::StopIf(Condition::LacksTag("A".into())),
                AutomationStep::AddTag("B".into()),
            ],
        };
        let go = |from, tags: &[i64]| {
            let standing = Standing { tags: tags.iter().copied().map(TagId).collect(), lists: HashSet::new() };
            onward(&account, &automation, from, standing)
        };
        let first = go(0, &[]);
        assert_eq!((first.tags, first.join, first.next), (vec![TagId(1)], vec![ListId(5)], Some((3, Duration::ZERO))));
        let second = go(4, &[1]);
        assert_eq!((second.untag, second.next), (vec![TagId(1)], Some((7, Duration::from_secs(60)))));
        assert_eq!(second.calls, [(5, "https://a.example".to_owned())]);
        // The same tag twice is two plans.
        assert_eq!(go(7, &[]).next, Some((8, Duration::ZERO)));
        let last = go(8, &[1]);
        assert_eq!((last.untag, last.tags, last.next), (vec![TagId(1)], vec![], None));
        assert_eq!(go(99, &[]), Onward::default());
    }
}
