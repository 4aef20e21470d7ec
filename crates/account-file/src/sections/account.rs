//! `[account]` and `[mail]`.

use model::{AccountSettings, DkimKey, DomainRate, GuardMode, Language, MailSettings, StatementControl};

use crate::reader::Table;
use crate::report::quoted;
use crate::shapes;

const MODES: &[(&str, GuardMode)] =
    &[("off", GuardMode::Off), ("log", GuardMode::Log), ("enforce", GuardMode::Enforce)];
const CONTROLS: &[(&str, StatementControl)] = &[("box", StatementControl::Box), ("yes_no", StatementControl::YesNo)];

/// The settings; where something is wrong, a default stands in so that reading can go on.
pub(crate) fn read(file: &mut Table<'_, '_>) -> AccountSettings {
    let mail = read_mail(file);
    let guard_settings = super::guard::read(file);
    let Some(mut t) = file.table("account", "[account]") else {
        return AccountSettings { mail, guard_settings, ..AccountSettings::default() };
    };
    t.need(&["slug"]);
    let slug = value(t.checked("slug", shapes::slug)).unwrap_or_default();
    let settings = AccountSettings {
        name: value(t.checked("name", shapes::name)).unwrap_or_else(|| slug.clone()),
        slug,
        external_id: value(t.checked("external_id", shapes::id)).unwrap_or_default(),
        from: value(t.checked("from", shapes::sender)),
        language: t.checked("language", shapes::language).map_or_else(Language::default, |l| l.value),
        privacy_url: value(t.checked("privacy_url", shapes::web_url)),
        logo_url: value(t.checked("logo_url", shapes::web_url)),
        colour: value(t.checked("colour", shapes::colour)),
        statement_control: t.one_of("statement_control", CONTROLS).map_or(StatementControl::Box, |c| c.value),
        allowed_origins: values(t.checked_list("allowed_origins", shapes::origin)),
        allowed_return_hosts: values(t.checked_list("allowed_return_hosts", shapes::host)),
        custom_domains: values(t.checked_list("custom_domains", shapes::domain)),
        guard: t.one_of("guard", MODES).map_or(GuardMode::Enforce, |g| g.value),
        guard_settings,
        confirm_web_sign_ups: t.boolean("confirm_web_sign_ups").unwrap_or(false),
        welcome_mail: t.boolean("welcome_mail").unwrap_or(false),
        conceal_duplicates: t.boolean("conceal_duplicates").unwrap_or(false),
        conceal_existing: t.boolean("conceal_existing").unwrap_or(false),
        conceal_unknown: t.boolean("conceal_unknown").unwrap_or(false),
        bot_rules: t.one_of("bot_rules", MODES).map_or(GuardMode::Log, |g| g.value),
        exempt_networks: values(t.checked_list("exempt_networks", shapes::network)),
        second_factor: t.boolean("second_factor").unwrap_or(false),
        alert_to: values(t.checked_list("alert_to", shapes::address)),
        mail,
    };
    if let (Some(from), Some(at)) = (&settings.from, t.key_at("from")) {
        let sender =
            from.trim_end_matches('>').rsplit('@').next().and_then(|d| shapes::domain(d).ok()).unwrap_or_default();
        let aligned = |key: &DkimKey| sender == key.domain || sender.ends_with(&format!(".{}", key.domain));
        let keys = settings.mail.as_ref().map_or(&[][..], |m| m.dkim.as_slice());
        if !keys.is_empty() && !keys.iter().any(aligned) {
            t.report.fault(at, "`from` has a domain that no key of `dkim` in [mail] signs for: receivers would not count the signature");
        }
    }
    if settings.allowed_origins.iter().any(|o| o == "*")
        && let Some(at) = t.key_at("allowed_origins")
    {
        t.report.hint(at, "`allowed_origins` lets pages of any site sign people up; name the sites outside trials");
    }
    t.finish();
    settings
}

fn read_mail(file: &mut Table<'_, '_>) -> Option<MailSettings> {
    let mut t = file.table("mail", "[mail]")?;
    let mut dkim: Vec<DkimKey> = Vec::new();
    for mut key in t.tables("dkim", "`dkim`") {
        key.need(&["domain", "selector", "key_file"]);
        let domain = key.checked("domain", shapes::domain);
        let selector = key.checked("selector", |text| {
            shapes::domain(&format!("{text}._domainkey.example.org"))
                .map(|_| text.to_owned())
                .map_err(|_| format!("must be a DKIM selector such as `v1`, not {}", quoted(text)))
        });
        let key_file = key.checked("key_file", shapes::name);
        if let (Some(domain), Some(selector), Some(key_file)) = (domain, selector, key_file) {
            if dkim.iter().any(|k| k.domain == domain.value && k.selector == selector.value) {
                key.report.fault(selector.at, "this domain has that selector already");
            }
            dkim.push(DkimKey { domain: domain.value, selector: selector.value, key_file: key_file.value });
        }
        key.finish();
    }
    let mut domain_rates: Vec<DomainRate> = Vec::new();
    for mut rate in t.tables("domain_rates", "`domain_rates`") {
        rate.need(&["domain", "per_minute"]);
        let domain = rate.checked("domain", shapes::domain);
        let per_minute = rate.number("per_minute", 1..=1_000_000);
        if let (Some(domain), Some(per_minute)) = (domain, per_minute) {
            if domain_rates.iter().any(|r| r.domain == domain.value) {
                rate.report.fault(domain.at, "this domain has a rate already");
            }
            domain_rates.push(DomainRate { domain: domain.value, per_minute });
        }
        rate.finish();
    }
    let mail = MailSettings {
        url_env: value(t.checked("url_env", shapes::variable)),
        return_path: value(t.checked("return_path", shapes::return_path)),
        dkim,
        rate_per_minute: t.number("rate_per_minute", 1..=1_000_000),
        bad_address_after: t.number("bad_address_after", 1..=100),
        domain_rates,
        ses_topics: values(t.checked_list("ses_topics", shapes::sns_topic)),
    };
    t.finish();
    Some(mail)
}

fn value<T>(found: Option<crate::reader::Placed<T>>) -> Option<T> {
    found.map(|f| f.value)
}

fn values(found: Vec<crate::reader::Placed<String>>) -> Vec<String> {
    found.into_iter().map(|f| f.value).collect()
}
