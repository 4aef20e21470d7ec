//! `[[automation]]`: series of steps.

use model::{Automation, AutomationStep, Condition, Trigger};

use super::Context;
use crate::duration::parse_duration;
use crate::items::ItemKind;
use crate::merge_fields::MergeContext;
use crate::reader::{Lines, Table};
use crate::shapes;

pub(crate) fn read(file: &mut Table<'_, '_>, context: &mut Context<'_>) {
    for mut t in file.tables("automation", "[[automation]]") {
        t.need(&["external_id", "name"]);
        let external_id = t.checked("external_id", shapes::id);
        let name = t.checked("name", shapes::name);
        let repeatable = t.boolean("repeatable").unwrap_or(false);
        let mut start_on = Vec::new();
        for trigger in t.tables("start_on", "a trigger") {
            start_on.extend(read_trigger(trigger, context));
        }
        let mut steps = Vec::new();
        for step in t.tables("steps", "a step") {
            steps.extend(read_step(step, context));
        }
        if let Some(id) = external_id {
            context.automations.claim(context.report, &id);
            if let Some(name) = name {
                let model = Automation { external_id: id.value.clone(), name: name.value, repeatable, start_on, steps };
                context.push(ItemKind::Automation, id.value, t.at, &model, None);
            }
        }
        t.finish();
    }
}

fn read_step(mut t: Table<'_, '_>, context: &Context<'_>) -> Option<AutomationStep> {
    let report = context.report;
    if t.len() != 1 {
        report.fault(
            t.at,
            "a step has exactly one key: send_mail, delay, add_tag, remove_tag, join_list, leave_list, webhook or stop_if",
        );
    }
    let mail = t.table("send_mail", "`send_mail`").map(|mail| read_mail(mail, context));
    let delay = t.checked("delay", parse_duration).map(|d| AutomationStep::Delay(d.value));
    let add_tag =
        t.checked("add_tag", shapes::name).map(|n| context.tags.refer(report, &n).map(AutomationStep::AddTag));
    let remove_tag =
        t.checked("remove_tag", shapes::name).map(|n| context.tags.refer(report, &n).map(AutomationStep::RemoveTag));
    let join =
        t.checked("join_list", shapes::name).map(|n| context.lists.refer(report, &n).map(AutomationStep::JoinList));
    let leave =
        t.checked("leave_list", shapes::name).map(|n| context.lists.refer(report, &n).map(AutomationStep::LeaveList));
    let webhook = t.checked("webhook", shapes::web_url).map(|u| AutomationStep::Webhook(u.value));
    let stop = t.table("stop_if", "`stop_if`").map(|stop| read_condition(stop, context));
    t.finish();
    mail.flatten()
        .or(delay)
        .or(add_tag.flatten())
        .or(remove_tag.flatten())
        .or(join.flatten())
        .or(leave.flatten())
        .or(webhook)
        .or(stop.flatten().map(AutomationStep::StopIf))
}

fn read_trigger(mut t: Table<'_, '_>, context: &Context<'_>) -> Option<Trigger> {
    let report = context.report;
    if t.len() != 1 {
        report.fault(t.at, "a trigger has exactly one key: tag or list");
    }
    let tag = t.checked("tag", shapes::name).map(|n| context.tags.refer(report, &n).map(Trigger::Tag));
    let list = t.checked("list", shapes::name).map(|n| context.lists.refer(report, &n).map(Trigger::List));
    t.finish();
    tag.flatten().or(list.flatten())
}

fn read_condition(mut t: Table<'_, '_>, context: &Context<'_>) -> Option<Condition> {
    let report = context.report;
    if t.len() != 1 {
        report.fault(t.at, "`stop_if` has exactly one key: has_tag, lacks_tag, on_list or not_on_list");
    }
    let has = t.checked("has_tag", shapes::name).map(|n| context.tags.refer(report, &n).map(Condition::HasTag));
    let lacks = t.checked("lacks_tag", shapes::name).map(|n| context.tags.refer(report, &n).map(Condition::LacksTag));
    let on = t.checked("on_list", shapes::name).map(|n| context.lists.refer(report, &n).map(Condition::OnList));
    let not = t.checked("not_on_list", shapes::name).map(|n| context.lists.refer(report, &n).map(Condition::NotOnList));
    t.finish();
    has.flatten().or(lacks.flatten()).or(on.flatten()).or(not.flatten())
}

fn read_mail(mut t: Table<'_, '_>, context: &Context<'_>) -> Option<AutomationStep> {
    t.need(&["subject", "text"]);
    let subject = t.words("subject", Lines::One);
    let text = t.words("text", Lines::Many);
    let html = t.words("html", Lines::Many);
    for (key, words) in [("subject", &subject), ("text", &text), ("html", &html)] {
        context.check_template(key, words.as_ref(), MergeContext::Automation);
    }
    let list = t.checked("list", shapes::name).and_then(|n| context.lists.refer(context.report, &n));
    t.finish();
    Some(AutomationStep::SendMail { subject: subject?.text, text: text?.text, html: html.map(|h| h.text), list })
}
