//! `vestibule doctor mail`: the DNS records that an account's mail needs, ready to copy (`docs/mail.md`).

use delivery::mail::{DkimSigner, MailUrl, Sender};
use model::DkimKey;
use store::Store;

use crate::commands::account::{chosen, with_store};
use crate::commands::{CommandFault, say};
use crate::settings::{CommonSettings, ServeSettings, SettingsFault};

/// Settings of this part: those of `serve` that it needs.
#[derive(Debug, clap::Args)]
pub(crate) struct MailPart {
    /// Which account; needed only when there are several
    #[arg(long, value_name = "SLUG")]
    account: Option<String>,
    /// As for serve
    #[arg(long, env = "VESTIBULE_MAIL_URL", value_name = "URL", hide_env_values = true)]
    mail_url: Option<String>,
    /// As for serve
    #[arg(long, env = "VESTIBULE_MAIL_FROM", value_name = "SENDER")]
    mail_from: Option<String>,
    /// As for serve
    #[arg(long, env = "VESTIBULE_MAIL_RETURN_PATH", value_name = "ADDRESS")]
    mail_return_path: Option<String>,
    /// As for serve
    #[arg(long, env = "VESTIBULE_MAIL_DKIM", value_name = "KEYS")]
    mail_dkim: Option<String>,
}

pub(super) fn run(common: &CommonSettings, part: &MailPart) -> Result<(), CommandFault> {
    with_store(common, async |store| records(store, common, part).await)
}

async fn records(store: &Store, common: &CommonSettings, part: &MailPart) -> Result<(), CommandFault> {
    let account = chosen(store, part.account.as_deref()).await?;
    let settings = account.settings;
    let from = settings.from.as_ref().or(part.mail_from.as_ref());
    let from =
        from.ok_or_else(|| CommandFault::new("the account has no `from`, and VESTIBULE_MAIL_FROM is not set"))?;
    let sender = Sender::parse(from).map_err(CommandFault::new)?;
    let domain = sender.address.domain().to_ascii_lowercase();
    let mail = settings.mail.unwrap_or_default();

    let return_path = mail.return_path.as_ref().or(part.mail_return_path.as_ref());
    let bounces = return_path.and_then(|r| r.rsplit_once('@')).map_or(domain.as_str(), |(_, domain)| domain);
    let url = match &mail.url_env {
        Some(name) => std::env::var(name).ok(),
        None => part.mail_url.clone(),
    };
    let spf = match url.as_deref().map(MailUrl::parse) {
        Some(Ok(MailUrl::Smtp(url))) => match url.host.parse::<std::net::IpAddr>() {
            Ok(std::net::IpAddr::V4(ip)) => format!("ip4:{ip}"),
            Ok(std::net::IpAddr::V6(ip)) => format!("ip6:{ip}"),
            Err(_) => format!("a:{}", url.host),
        },
        _ => "a:YOUR-MAIL-SERVER".to_owned(),
    };
    say(format_args!("Mail of {} is from {domain}; its bounces go to {bounces}.\n", settings.slug));
    say(
        "SPF: which servers may send. One record a domain: where there is one, add what is missing to it. A mail service",
    );
    say("names an include: of its own to write in place of the server.");
    say(format_args!("  {bounces}. TXT \"v=spf1 {spf} ~all\"\n"));

    let signers = signers(common, part, &mail.dkim)?;
    say("DKIM: the keys that sign.");
    for signer in &signers {
        say(format_args!("  {}. TXT \"{}\"", signer.record_name(), signer.record()));
    }
    if signers.is_empty() {
        say("  None is set. Make a key and name it in the account file, or let the mail server sign:");
        say("    openssl genrsa -out v1.pem 2048");
        say(format_args!(
            "    [mail]\n    dkim = [{{ domain = \"{domain}\", selector = \"v1\", key_file = \"v1.pem\" }}]"
        ));
    } else if !signers.iter().any(|s| s.aligns_with(&domain)) {
        say(format_args!("  None of these is for {domain}: nothing is signed."));
    }
    say("\nDMARC: what receivers do with mail that neither proves. Begin with p=none and read the reports.");
    say(format_args!("  _dmarc.{domain}. TXT \"v=DMARC1; p=none; rua=mailto:postmaster@{domain}\""));
    Ok(())
}

fn signers(
    common: &CommonSettings,
    part: &MailPart,
    own: &[DkimKey],
) -> Result<Vec<std::sync::Arc<DkimSigner>>, CommandFault> {
    let serve = ServeSettings { mail_dkim: part.mail_dkim.clone(), ..ServeSettings::default() };
    let keys = if own.is_empty() { serve.dkim_keys()? } else { own.to_vec() };
    let read =
        |key: &DkimKey| delivery::signer(key, common.data_dir()).map_err(|e| SettingsFault::new("dkim", e).into());
    keys.iter().map(read).collect()
}
