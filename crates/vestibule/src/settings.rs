//! Settings: flags, then environment, then `vestibule.toml`, then defaults. Read once at start; an unusable value stops
//! the start and names its setting.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {why}")]
pub struct SettingsFault {
    setting: String,
    why: String,
}

impl SettingsFault {
    pub(crate) fn new(setting: &str, why: impl ToString) -> Self {
        Self { setting: setting.to_owned(), why: why.to_string() }
    }
}

/// Settings of every command.
#[derive(Clone, Debug, Default, clap::Args, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CommonSettings {
    /// A TOML file with these settings, named without VESTIBULE_ and in lower case [default: vestibule.toml, if there]
    #[arg(long, env = "VESTIBULE_CONFIG", value_name = "FILE", global = true)]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Folder of the SQLite file, the secret key and the mailbox [default: ./vestibule-data]
    #[arg(long, env = "VESTIBULE_DATA_DIR", value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// sqlite://PATH or postgres://… (sslmode and sslrootcert as in libpq) [default: SQLite in the data dir]
    #[arg(long, env = "VESTIBULE_DATABASE_URL", value_name = "URL", global = true, hide_env_values = true)]
    pub database_url: Option<String>,
    /// File of the master key for secrets at rest and tokens; made when absent [default: secret.key in the data dir]
    #[arg(long, env = "VESTIBULE_SECRET_KEY_FILE", value_name = "FILE", global = true)]
    pub secret_key_file: Option<PathBuf>,
    /// What to log, as a filter [default: info]
    #[arg(long, env = "VESTIBULE_LOG", value_name = "FILTER", global = true)]
    pub log: Option<String>,
    /// How to log: text or json [default: text]
    #[arg(long, env = "VESTIBULE_LOG_FORMAT", value_name = "FORMAT", global = true)]
    pub log_format: Option<String>,
}

/// Settings of `serve`.
#[derive(Clone, Debug, Default, clap::Args, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServeSettings {
    /// Address of all doors [default: 127.0.0.1:8080]
    #[arg(long, env = "VESTIBULE_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Address of /healthz, /readyz, /metrics and /tls-allowed; empty = off [default: 127.0.0.1:9180]
    #[arg(long, env = "VESTIBULE_OPS_LISTEN", value_name = "ADDRESS")]
    pub ops_listen: Option<String>,
    /// Base of every link in a mail [default: from the listen address]
    #[arg(long, env = "VESTIBULE_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// smtp://, smtp+starttls:// or smtps://user:pass@host:port, or mailbox: [default: mailbox: with --demo]
    #[arg(long, env = "VESTIBULE_MAIL_URL", value_name = "URL", hide_env_values = true)]
    pub mail_url: Option<String>,
    /// Sender for accounts that name none
    #[arg(long, env = "VESTIBULE_MAIL_FROM", value_name = "SENDER")]
    pub mail_from: Option<String>,
    /// Where bounces go, for accounts that name no address [default: the sender]
    #[arg(long, env = "VESTIBULE_MAIL_RETURN_PATH", value_name = "ADDRESS")]
    pub mail_return_path: Option<String>,
    /// DKIM keys for accounts that have none: domain:selector:FILE (PEM), separated by commas
    #[arg(long, env = "VESTIBULE_MAIL_DKIM", value_name = "KEYS")]
    pub mail_dkim: Option<String>,
    /// How many seconds a caller waits for the mail server to take a confirmation mail [default: 5]
    #[arg(long, env = "VESTIBULE_MAIL_WAIT", value_name = "SECONDS")]
    pub mail_wait: Option<f64>,
    /// How many days a sign-up is kept after its confirm link died unused [default: 30]
    #[arg(long, env = "VESTIBULE_KEEP_UNCONFIRMED_DAYS", value_name = "DAYS")]
    pub keep_unconfirmed_days: Option<u32>,
    /// Networks whose Forwarded and X-Forwarded-For are believed, in CIDR form, separated by commas [default: none]
    #[arg(long, env = "VESTIBULE_TRUSTED_PROXIES", value_name = "NETWORKS")]
    pub trusted_proxies: Option<String>,
    /// Lets webhooks go to loopback and private addresses [default: false]
    #[arg(long, env = "VESTIBULE_ALLOW_PRIVATE_TARGETS", value_name = "BOOL")]
    pub allow_private_targets: Option<bool>,
    /// Sends what goes to captcha services to this address instead, for a gateway of your own: http://host:port
    #[arg(long, env = "VESTIBULE_CAPTCHA_URL", value_name = "URL")]
    pub captcha_url: Option<String>,
    /// Fetches what Amazon SNS's messages name from this address instead, for a gateway of your own: http://host:port
    #[arg(long, env = "VESTIBULE_SNS_URL", value_name = "URL")]
    pub sns_url: Option<String>,
    /// Throw-away mail domains beside those that ship: a file with one a line; !domain takes one off the list
    #[arg(long, env = "VESTIBULE_DISPOSABLE_DOMAINS", value_name = "FILE")]
    pub disposable_domains: Option<PathBuf>,
    /// Who is asked whether an address's domain takes mail: address or address:port, or off [default: the machine's resolvers]
    #[arg(long, env = "VESTIBULE_RESOLVER", value_name = "ADDRESS")]
    pub resolver: Option<String>,
    /// Most client connections at one time [default: 8192]
    #[arg(long, env = "VESTIBULE_MAX_CONNECTIONS", value_name = "NUMBER")]
    pub max_connections: Option<usize>,
    /// Sign-ups that may wait to be written before more are refused with 503 [default: 8192]
    #[arg(long, env = "VESTIBULE_QUEUE", value_name = "NUMBER")]
    pub queue: Option<usize>,
    /// Database connections that read [default: 2]
    #[arg(long, env = "VESTIBULE_READERS", value_name = "NUMBER")]
    pub readers: Option<usize>,
    /// Database connections that write; SQLite always has one [default: 2]
    #[arg(long, env = "VESTIBULE_COMMITTERS", value_name = "NUMBER")]
    pub committers: Option<usize>,
    /// Slows every commit by this many milliseconds, for the bench only
    #[arg(long, env = "VESTIBULE_BENCH_COMMIT_DELAY_MS", value_name = "MS", hide = true)]
    pub bench_commit_delay_ms: Option<u64>,
}

/// The settings file: both groups in one table.
#[derive(Default, serde::Deserialize)]
struct SettingsFile {
    #[serde(flatten)]
    values: toml::Table,
}

/// Fills what the command line and the environment leave open from the settings file.
pub(crate) fn from_file(
    common: CommonSettings,
    serve: ServeSettings,
) -> Result<(CommonSettings, ServeSettings), SettingsFault> {
    let (path, wanted) = match &common.config {
        Some(path) => (path.clone(), true),
        None => (PathBuf::from("vestibule.toml"), false),
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if !wanted && error.kind() == std::io::ErrorKind::NotFound => return Ok((common, serve)),
        Err(error) => return Err(SettingsFault::new(&path.display().to_string(), error)),
    };
    let fault = |error: &dyn std::fmt::Display| SettingsFault::new(&path.display().to_string(), error);
    let file: SettingsFile = toml::from_str(&text).map_err(|e| fault(&e))?;
    let (mut of_common, mut of_serve) = (toml::Table::new(), toml::Table::new());
    for (key, value) in file.values {
        let table = if COMMON_KEYS.contains(&key.as_str()) { &mut of_common } else { &mut of_serve };
        table.insert(key, value);
    }
    let file_common: CommonSettings = of_common.try_into().map_err(|e: toml::de::Error| fault(&e.message()))?;
    let file_serve: ServeSettings = of_serve.try_into().map_err(|e: toml::de::Error| fault(&e.message()))?;
    Ok((common.or(file_common), serve.or(file_serve)))
}

const COMMON_KEYS: [&str; 5] = ["data_dir", "database_url", "secret_key_file", "log", "log_format"];

impl CommonSettings {
    fn or(self, file: Self) -> Self {
        Self {
            config: self.config,
            data_dir: self.data_dir.or(file.data_dir),
            database_url: self.database_url.or(file.database_url),
            secret_key_file: self.secret_key_file.or(file.secret_key_file),
            log: self.log.or(file.log),
            log_format: self.log_format.or(file.log_format),
        }
    }

    /// The data folder.
    pub fn data_dir(&self) -> &Path {
        self.data_dir.as_deref().unwrap_or(Path::new("./vestibule-data"))
    }

    /// The database.
    pub fn target(&self) -> Result<store::Target, SettingsFault> {
        let in_data_dir = || format!("sqlite://{}", self.data_dir().join("vestibule.db").display());
        let url = self.database_url.clone().filter(|u| !u.is_empty()).unwrap_or_else(in_data_dir);
        store::Target::parse(&url).map_err(|e| SettingsFault::new("VESTIBULE_DATABASE_URL", e))
    }

    /// The master key's file.
    pub fn secret_key_file(&self) -> PathBuf {
        self.secret_key_file.clone().unwrap_or_else(|| self.data_dir().join("secret.key"))
    }
}

impl ServeSettings {
    fn or(self, file: Self) -> Self {
        Self {
            listen: self.listen.or(file.listen),
            ops_listen: self.ops_listen.or(file.ops_listen),
            public_url: self.public_url.or(file.public_url),
            mail_url: self.mail_url.or(file.mail_url),
            mail_from: self.mail_from.or(file.mail_from),
            mail_return_path: self.mail_return_path.or(file.mail_return_path),
            mail_dkim: self.mail_dkim.or(file.mail_dkim),
            mail_wait: self.mail_wait.or(file.mail_wait),
            keep_unconfirmed_days: self.keep_unconfirmed_days.or(file.keep_unconfirmed_days),
            trusted_proxies: self.trusted_proxies.or(file.trusted_proxies),
            allow_private_targets: self.allow_private_targets.or(file.allow_private_targets),
            captcha_url: self.captcha_url.or(file.captcha_url),
            sns_url: self.sns_url.or(file.sns_url),
            disposable_domains: self.disposable_domains.or(file.disposable_domains),
            resolver: self.resolver.or(file.resolver),
            max_connections: self.max_connections.or(file.max_connections),
            queue: self.queue.or(file.queue),
            readers: self.readers.or(file.readers),
            committers: self.committers.or(file.committers),
            bench_commit_delay_ms: self.bench_commit_delay_ms.or(file.bench_commit_delay_ms),
        }
    }

    /// Address of all doors.
    pub fn listen(&self) -> Result<SocketAddr, SettingsFault> {
        address("VESTIBULE_LISTEN", self.listen.as_deref().unwrap_or("127.0.0.1:8080"))
    }

    /// Address of the operator's endpoints; `None` = off.
    pub fn ops_listen(&self) -> Result<Option<SocketAddr>, SettingsFault> {
        match self.ops_listen.as_deref().unwrap_or("127.0.0.1:9180") {
            "" => Ok(None),
            text => address("VESTIBULE_OPS_LISTEN", text).map(Some),
        }
    }

    /// Where bounces go, for accounts that name no address.
    pub fn return_path(&self) -> Result<Option<model::EmailAddress>, SettingsFault> {
        let text = self.mail_return_path.as_deref().filter(|t| !t.is_empty());
        let fault = |_| SettingsFault::new("VESTIBULE_MAIL_RETURN_PATH", "it must be an email address");
        text.map(|t| model::EmailAddress::parse(t).map_err(fault)).transpose()
    }

    /// DKIM keys for accounts that have none.
    pub fn dkim_keys(&self) -> Result<Vec<model::DkimKey>, SettingsFault> {
        let keys = self.mail_dkim.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|k| !k.is_empty());
        keys.map(|key| {
            let mut parts = key.splitn(3, ':');
            match (parts.next(), parts.next(), parts.next()) {
                (Some(domain), Some(selector), Some(file)) if ![domain, selector, file].contains(&"") => {
                    Ok(model::DkimKey { domain: domain.into(), selector: selector.into(), key_file: file.into() })
                }
                _ => Err(SettingsFault::new("VESTIBULE_MAIL_DKIM", "each key must be domain:selector:FILE")),
            }
        })
        .collect()
    }

    /// What takes the place of Amazon's own address for what SNS's messages name.
    pub fn sns_url(&self) -> Result<Option<url::Url>, SettingsFault> {
        let text = self.sns_url.as_deref().filter(|url| !url.is_empty());
        let read = |text: &str| match url::Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => Ok(url),
            _ => Err(SettingsFault::new("VESTIBULE_SNS_URL", "it must be http(s)://host[:port]")),
        };
        text.map(read).transpose()
    }

    /// Most client connections at one time.
    pub fn max_connections(&self) -> Result<usize, SettingsFault> {
        Ok(within("VESTIBULE_MAX_CONNECTIONS", self.max_connections, 1_000_000)?.unwrap_or(8192))
    }

    /// Database connections that read; `None` = the store's own number.
    pub fn readers(&self) -> Result<Option<usize>, SettingsFault> {
        within("VESTIBULE_READERS", self.readers, 64)
    }

    /// Database connections that write; `None` = the store's own number.
    pub fn committers(&self) -> Result<Option<usize>, SettingsFault> {
        within("VESTIBULE_COMMITTERS", self.committers, 64)
    }

    /// The sender for accounts that name none.
    pub fn mail_from(&self) -> Option<&str> {
        self.mail_from.as_deref().filter(|from| !from.trim().is_empty())
    }

    /// How long a caller waits for the mail server.
    pub fn mail_wait(&self) -> Result<Duration, SettingsFault> {
        let seconds = self.mail_wait.unwrap_or(5.0);
        Duration::try_from_secs_f64(seconds)
            .ok()
            .filter(|d| *d <= Duration::from_secs(60))
            .ok_or_else(|| SettingsFault::new("VESTIBULE_MAIL_WAIT", "it must be between 0 and 60 seconds"))
    }

    /// How long a sign-up is kept after its confirm link died unused.
    pub fn keep_unconfirmed(&self) -> Duration {
        Duration::from_secs(u64::from(self.keep_unconfirmed_days.unwrap_or(30)) * 24 * 3600)
    }

    /// The base of links in mails: as set, or from the address that is listened on.
    pub fn public_url(&self, listening: SocketAddr) -> Result<String, SettingsFault> {
        match self.public_url.as_deref().filter(|u| !u.is_empty()) {
            None => Ok(format!("http://{}", local_name(listening))),
            Some(url) => {
                let uri: http::Uri = url.parse().map_err(|e| SettingsFault::new("VESTIBULE_PUBLIC_URL", e))?;
                let web = matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some();
                let plain = uri.query().is_none();
                if web && plain {
                    Ok(url.trim_end_matches('/').to_owned())
                } else {
                    Err(SettingsFault::new("VESTIBULE_PUBLIC_URL", "it must be http(s)://host[/path]"))
                }
            }
        }
    }
}

/// A number from 1 to `most`.
fn within(setting: &str, number: Option<usize>, most: usize) -> Result<Option<usize>, SettingsFault> {
    match number {
        Some(n) if !(1..=most).contains(&n) => Err(SettingsFault::new(setting, format!("it must be from 1 to {most}"))),
        number => Ok(number),
    }
}

/// An address that a browser on this machine can open.
fn local_name(listening: SocketAddr) -> String {
    if listening.ip().is_unspecified() { format!("localhost:{}", listening.port()) } else { listening.to_string() }
}

fn address(setting: &str, text: &str) -> Result<SocketAddr, SettingsFault> {
    use std::net::ToSocketAddrs;
    let mut found = text.to_socket_addrs().map_err(|e| SettingsFault::new(setting, format!("{text}: {e}")))?;
    found.next().ok_or_else(|| SettingsFault::new(setting, format!("{text} names no address")))
}
