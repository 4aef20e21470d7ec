//! An account with every kind of field, list and statement.

use std::collections::BTreeMap;

use model::{
    AccountId, AccountRows, AccountSettings, AccountSnapshot, Basis, Channel, Field, FieldId, FieldKind, Form,
    FormField, FormId, Language, ListId, LocalText, MailingList, Statement, StatementId, StatementVersion, Timestamp,
};

/// A wording for each of some languages.
pub fn worded(texts: &[(&str, &str)]) -> LocalText {
    LocalText::ByLanguage(texts.iter().map(|(l, t)| (Language((*l).into()), (*t).into())).collect::<BTreeMap<_, _>>())
}

fn field(id: i64, name: &str, label: &str, kind: FieldKind, hint: Option<&str>) -> (FieldId, Field) {
    let options = match kind {
        FieldKind::OptionList => vec!["Drama".into(), "Comedy".into(), "Dance".into(), "Music".into()],
        FieldKind::CheckList => vec!["Matinees".into(), "Evenings".into(), "Weekends".into()],
        _ => Vec::new(),
    };
    let field = Field {
        system_name: name.into(),
        label: label.into(),
        kind,
        options,
        on_forms: true,
        hint: hint.map(Into::into),
    };
    (FieldId(id), field)
}

fn statement(
    id: i64,
    key: &str,
    text: LocalText,
    channel: Channel,
    basis: Basis,
) -> (StatementId, Statement, Vec<StatementVersion>) {
    let version = StatementVersion { version: 3, text: text.clone(), channel, basis, since: Timestamp(0) };
    let statement = Statement {
        key: key.into(),
        spektrix_id: format!("{id}ABC"),
        text,
        channel,
        basis,
        web: true,
        linked_to_email: false,
    };
    (StatementId(id), statement, vec![version])
}

fn form(
    id: i64,
    external_id: &str,
    name: &str,
    fields: &[(&str, bool)],
    lists: &[&str],
    statements: &[&str],
) -> (FormId, Form) {
    let field = |(name, required): &(&str, bool)| FormField {
        field: (*name).into(),
        label: None,
        required: *required,
        hint: None,
    };
    let form = Form {
        external_id: external_id.into(),
        name: name.into(),
        fields: fields.iter().map(field).collect(),
        lists: lists.iter().map(|l| (*l).into()).collect(),
        statements: statements.iter().map(|s| (*s).into()).collect(),
        require_confirmation: true,
        confirm_mode: model::ConfirmMode::Auto,
        confirm_within: None,
        language: None,
        source: None,
        guard: model::FormGuard::default(),
        disabled: false,
        actions: model::FormActions::default(),
        signup: model::MessageSet::default(),
        update: model::MessageSet::default(),
    };
    (FormId(id), form)
}

/// The account. `change` may alter settings and rows first.
pub fn account_with(change: impl FnOnce(&mut AccountSettings, &mut AccountRows)) -> AccountSnapshot {
    let mut settings = AccountSettings {
        slug: "demo".into(),
        name: "Demo Theatre".into(),
        privacy_url: Some("https://demo.example/privacy".into()),
        allowed_return_hosts: vec!["demo.example".into()],
        ..AccountSettings::default()
    };
    let email = worded(&[
        ("en", "I would like to hear about upcoming shows by email"),
        ("cy", "Hoffwn glywed am sioeau sydd ar ddod drwy e-bost"),
        ("fr", "Je souhaite être informé des prochains spectacles par e-mail"),
        ("de", "Ich möchte per E-Mail über kommende Vorstellungen informiert werden"),
        ("es", "Quiero recibir información sobre los próximos espectáculos por correo electrónico"),
        ("ar", "أرغب في تلقي أخبار العروض القادمة عبر البريد الإلكتروني"),
    ]);
    let list = |external_id: &str, name: &str, description: Option<&str>| MailingList {
        external_id: external_id.into(),
        name: name.into(),
        description: description.map(Into::into),
    };
    let every = [
        "Title",
        "FirstName",
        "LastName",
        "MobilePhoneNumber",
        "BirthDate",
        "DietaryRequirements",
        "Wheelchair",
        "FavouriteGenre",
        "Times",
        "Children",
        "Gift",
        "Visited",
    ];
    let every: Vec<(&str, bool)> =
        every.iter().map(|n| (*n, matches!(*n, "FirstName" | "LastName" | "Visited"))).collect();
    let mut rows = AccountRows {
        fields: vec![
            field(
                101,
                "DietaryRequirements",
                "Anything we should know?",
                FieldKind::LargeText,
                Some("Allergies, access needs, a birthday to celebrate"),
            ),
            field(102, "Wheelchair", "I use a wheelchair", FieldKind::Boolean, Some("We will keep a space free")),
            field(103, "FavouriteGenre", "Favourite genre", FieldKind::OptionList, None),
            field(104, "Times", "When do you like to come?", FieldKind::CheckList, None),
            field(105, "Children", "How many children come with you?", FieldKind::WholeNumber, None),
            field(106, "Gift", "A gift for the young company", FieldKind::Currency, Some("In pounds")),
            field(107, "Visited", "Have you visited us before?", FieldKind::Boolean, None),
        ],
        lists: vec![
            (ListId(1), list("QWERTY1A", "Monthly Newsletter", Some("What is on, once a month"))),
            (ListId(2), list("ABCDEFG1", "Family Events", None)),
            (ListId(3), list("MEMBERS1", "Members Offers", None)),
        ],
        statements: vec![
            statement(
                2,
                "post",
                "I would like to receive your season brochure by post".into(),
                Channel::Post,
                Basis::LegitimateInterest,
            ),
            statement(1, "email", email, Channel::Email, Basis::Consent),
        ],
        forms: vec![
            form(
                1,
                "12ABCDE3",
                "Newsletter",
                &[("FirstName", false), ("LastName", false)],
                &["QWERTY1A", "ABCDEFG1"],
                &["email"],
            ),
            form(2, "EVERYTHING", "Everything we ask", &every, &["QWERTY1A", "ABCDEFG1"], &["post", "email"]),
            form(3, "BALLOT01", "Ticket ballot", &[("FirstName", true), ("LastName", true)], &[], &[]),
        ],
        ..AccountRows::default()
    };
    change(&mut settings, &mut rows);
    AccountSnapshot::build(AccountId(1), 1, settings, rows)
}
