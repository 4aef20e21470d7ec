//! `[[tag_group]]` with its tags, and `[[mailing_list]]`.

use model::{MailingList, Tag, TagGroup};

use super::Context;
use crate::items::ItemKind;
use crate::names::Names;
use crate::reader::{Lines, Table};
use crate::shapes;

pub(crate) fn read_tags(file: &mut Table<'_, '_>, context: &mut Context<'_>) {
    let mut groups = Names::new("tag group");
    let mut group_ids = Names::new("tag group's spektrix_id");
    let mut tag_ids = Names::new("tag's spektrix_id");
    for mut t in file.tables("tag_group", "[[tag_group]]") {
        t.need(&["name"]);
        let name = t.checked("name", shapes::name);
        let description = t.checked("description", shapes::name).map(|d| d.value);
        let web = t.boolean("web").unwrap_or(false);
        let spektrix_id = t.checked("spektrix_id", shapes::id);
        if let Some(id) = &spektrix_id {
            group_ids.claim(context.report, id);
        }
        let group = name.as_ref().map(|n| n.value.clone());
        if let Some(name) = name {
            groups.claim(context.report, &name);
            let spektrix_id = spektrix_id.map(|id| id.value);
            let model = TagGroup { name: name.value.clone(), description, web, spektrix_id };
            context.push(ItemKind::TagGroup, name.value, t.at, &model, None);
        }
        for mut tag in t.tables("tags", "`tags`") {
            tag.need(&["name"]);
            let name = tag.checked("name", shapes::name);
            let spektrix_id = tag.checked("spektrix_id", shapes::id);
            if let Some(id) = &spektrix_id {
                tag_ids.claim(context.report, id);
            }
            if let Some(name) = name {
                context.tags.claim(context.report, &name);
                let spektrix_id = spektrix_id.map(|id| id.value).unwrap_or_default();
                let model = Tag { name: name.value.clone(), group: group.clone().unwrap_or_default(), spektrix_id };
                context.push(ItemKind::Tag, name.value, name.at, &model, None);
            }
            tag.finish();
        }
        t.finish();
    }
}

pub(crate) fn read_lists(file: &mut Table<'_, '_>, context: &mut Context<'_>) {
    for mut t in file.tables("mailing_list", "[[mailing_list]]") {
        t.need(&["external_id", "name"]);
        let external_id = t.checked("external_id", shapes::id);
        let name = t.words("name", Lines::One);
        let description = t.words("description", Lines::One).map(|d| d.text);
        if let Some(id) = external_id {
            context.lists.claim(context.report, &id);
            if let Some(name) = name {
                let model = MailingList { external_id: id.value.clone(), name: name.text, description };
                context.push(ItemKind::MailingList, id.value, t.at, &model, None);
            }
        }
        t.finish();
    }
}
