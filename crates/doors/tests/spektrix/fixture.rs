//! The account of the reference's HTTP cases (section 10.3), with a field of each type.

use doors::spektrix::Mode;
use doors::spektrix::customer::Setting;
use jiff::civil::{Date, date};
use model::{
    AccountId, AccountRows, AccountSettings, AccountSnapshot, Basis, Channel, Field, FieldId, FieldKind, Statement,
    StatementId, Tag, TagGroup, TagGroupId, TagId,
};

pub const EMAIL_ME: &str = "201AGBHDRLQHNHPHKKMPKLGPMDRDTDMVL";
pub const POST: &str = "401ANPJQJQPQMRSBDNMVNLSPGTRBVQVRH";
pub const STAFF_ONLY: &str = "601ANPJQJQPQMRSBDNMVNLSPGTRBVQVRH";
pub const SILVER: &str = "11001ATRSBGDJMQQMCVKRJSQJPSBBHRPT";
pub const HIDDEN: &str = "9401ARBBPNBJQCDPKKQGHNMPKPQNNHPMG";
pub const TODAY: Date = date(2026, 6, 15);

pub fn account() -> AccountSnapshot {
    use FieldKind::*;
    let field = |id, name: &str, label: &str, kind, options: &[&str], on_forms| {
        let options = options.iter().map(|o| (*o).to_owned()).collect();
        (FieldId(id), Field { system_name: name.into(), label: label.into(), kind, options, on_forms, hint: None })
    };
    let statement = |id, key: &str, vendor: &str, text: &str, web, linked| {
        let statement = Statement {
            key: key.into(),
            spektrix_id: vendor.into(),
            text: text.into(),
            channel: Channel::Email,
            basis: Basis::Consent,
            web,
            linked_to_email: linked,
        };
        (StatementId(id), statement, Vec::new())
    };
    let group = |id, name: &str, description: Option<&str>, web| {
        let description = description.map(Into::into);
        (TagGroupId(id), TagGroup { name: name.into(), description, web, spektrix_id: None })
    };
    let tag = |id, name: &str, group: &str, vendor: &str| {
        (TagId(id), Tag { name: name.into(), group: group.into(), spektrix_id: vendor.into() })
    };
    let settings = AccountSettings { slug: "apitesting".into(), ..AccountSettings::default() };
    let rows = AccountRows {
        fields: vec![
            field(101, "Diet", "Dietary Requirements", Text, &[], true),
            field(102, "Donation", "Last Donation", Currency, &[], true),
            field(103, "FirstVisit", "First Visit", Date, &[], true),
            field(104, "Genre", "Favourite-Genre", OptionList, &["Drama", "Comedy"], true),
            field(105, "Interests", "Interests", CheckList, &["Dance", "Music"], true),
            field(106, "Member", "Is Member", CheckList, &["Yes please"], true),
            field(107, "Visits", "Visits", WholeNumber, &[], true),
            field(108, "Wheelchair", "Wheelchair User", Boolean, &[], true),
            field(109, "Segment", "Segment", Text, &[], false),
        ],
        tag_groups: vec![group(1, "Interests", Some("What do you like?"), true), group(2, "Campaigns", None, false)],
        tags: vec![tag(1, "Silver Member", "Interests", SILVER), tag(2, "RFV", "Campaigns", HIDDEN)],
        statements: vec![
            statement(1, "email", EMAIL_ME, "Email me", true, true),
            statement(2, "post", POST, "Post", true, false),
            statement(3, "staff", STAFF_ONLY, "Staff only", false, false),
        ],
        ..AccountRows::default()
    };
    AccountSnapshot::build(AccountId(1), 1, settings, rows)
}

pub fn setting(account: &AccountSnapshot, mode: Mode) -> Setting<'_> {
    Setting { account, mode, today: TODAY }
}
