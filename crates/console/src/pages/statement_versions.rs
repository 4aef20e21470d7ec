//! A statement's wordings: every version as it stood, and who has agreed to which as their last word.

use model::{StatementId, StatementVersion};

use super::form_edit::Sure;
use crate::ctx::{Ctx, Fail};
use crate::input;

/// A version as people read it.
pub(crate) struct Version {
    pub(crate) number: String,
    pub(crate) since: String,
    pub(crate) about: String,
    /// Language and wording.
    pub(crate) texts: Vec<(String, String)>,
    /// How many have this one as their last yes, where that was counted.
    pub(crate) agreed: Option<String>,
    pub(crate) newest: bool,
}

/// All versions, the newest first.
pub(crate) struct Versions {
    pub(crate) all: Vec<Version>,
    pub(crate) counted: bool,
    pub(crate) contacts: String,
}

/// The versions of a statement. They are counted when the page is asked to: in a large account that takes a moment.
pub(super) async fn of(ctx: &Ctx, id: i64) -> Result<Versions, Fail> {
    let t = ctx.words;
    let account = ctx.account()?;
    let own = &account.settings.language.0;
    let counted = ctx.query.get("count") == "yes";
    let counts =
        if counted { Some(ctx.console.store().agreed_by_version(account.id, StatementId(id)).await?) } else { None };
    let (_, versions) = account.statement(StatementId(id)).ok_or(Fail::NotFound)?;
    let newest = versions.last().map_or(0, |v| v.version);
    let shown = |v: &StatementVersion| {
        let texts = serde_json::to_value(&v.text).unwrap_or_default();
        let texts = input::wordings(&texts, own).into_iter();
        let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let channel = t.of("choice-channel", &word(serde_json::to_value(v.channel).unwrap_or_default()));
        let basis = t.of("choice-basis", &word(serde_json::to_value(v.basis).unwrap_or_default()));
        Version {
            number: t.one("version", "number", &v.version.to_string()),
            since: t.when(v.since),
            about: format!("{channel} · {basis}"),
            texts: texts.map(|(tag, text)| (input::language_name(&tag), text)).collect(),
            agreed: counts.as_ref().map(|counts| {
                let count = counts.iter().find(|(version, _)| *version == v.version).map_or(0, |(_, count)| *count);
                t.count("agreed-count", count)
            }),
            newest: v.version == newest,
        }
    };
    let contacts = format!("{}?statement={id}", ctx.at("contacts"));
    Ok(Versions { all: versions.iter().rev().map(shown).collect(), counted, contacts })
}

/// What is asked before a wording changes: what is different, and how many stay with the ones before.
pub(super) async fn sure(ctx: &Ctx, id: i64, version: i64, lines: Vec<String>) -> Result<Sure, Fail> {
    let t = ctx.words;
    let counts = ctx.console.store().agreed_by_version(ctx.account()?.id, StatementId(id)).await?;
    let number = version.to_string();
    Ok(Sure {
        title: t.one("version-new-title", "number", &number),
        lead: t.count("version-new", counts.iter().map(|(_, count)| count).sum()),
        lines,
        does: "save-now",
        button: t.one("version-make", "number", &number),
        danger: false,
    })
}
