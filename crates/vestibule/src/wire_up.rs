//! Wiring: store, intake, workers, doors and listeners become one node. `start` and `run` are apart, so that tests
//! start the real thing on a free port.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use delivery::mail::{MailUrl, Sender, SmtpSettings, Transport};
use delivery::webhook::{WebhookSettings, Webhooks};
use delivery::{Way, WorkerSettings, Workers};
use doors::{Doors, RequestCounts, TrustedProxies};
use intake::{Intake, IntakeSettings};
use model::Ambient;
use store::{Links, Store, StoreError, StoreSettings};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::captcha_client::CaptchaClient;
use crate::resolver::Resolver;
use crate::settings::{CommonSettings, ServeSettings, SettingsFault};
use crate::{Server, master_key, ops, server};

/// How often times of last use are written.
const USES_EVERY: Duration = Duration::from_secs(10);

/// Why a node could not start; for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    /// A setting cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsFault),
    /// The database cannot be used.
    #[error("the database {0} cannot be used: {1}")]
    Store(String, String),
    /// The password hashing cannot be set up.
    #[error("{0}")]
    Passwords(#[from] doors::spektrix::passwords::PasswordFault),
    /// An address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
}

/// What a node is made of, before it listens.
pub struct NodeParts {
    /// The store.
    pub store: Store,
    way: Way,
    key_dir: std::path::PathBuf,
    serve: ServeSettings,
    listen: SocketAddr,
    ops_listen: Option<SocketAddr>,
    /// How the intake behaves.
    pub intake: IntakeSettings,
    /// How long a request's head may take to arrive, also the pause between two requests of one connection.
    pub head_patience: Duration,
    /// How long its body may take.
    pub body_patience: Duration,
    proxies: TrustedProxies,
    captchas: Arc<CaptchaClient>,
    disposable: Option<String>,
    resolver: Option<Arc<Resolver>>,
}

/// A running node.
pub struct Node {
    store: Store,
    spektrix: Arc<doors::spektrix::DoorState>,
    workers: Workers,
    webhooks: Webhooks,
    server: tokio::task::JoinHandle<()>,
    chores: tokio::task::JoinHandle<()>,
    ops_server: Option<tokio::task::JoinHandle<()>>,
    clearing: tokio::task::JoinHandle<()>,
    uploads: tokio::task::JoinHandle<()>,
    stop: watch::Sender<bool>,
    /// The operator's endpoints stay until the end, to say that the node is stopping.
    stop_ops: watch::Sender<bool>,
    /// Address of all doors.
    pub address: SocketAddr,
    /// Address of the operator's endpoints.
    pub ops_address: Option<SocketAddr>,
    /// The base of links in mails.
    pub public_url: String,
}

/// Opens the store for a command. Blocks.
pub(crate) fn open_store(
    common: &CommonSettings,
    ambient: Ambient,
    runtime: &Handle,
    adjust: impl FnOnce(&mut StoreSettings),
) -> Result<Store, StartFault> {
    let target = common.target()?;
    std::fs::create_dir_all(common.data_dir()).map_err(|e| SettingsFault::new("VESTIBULE_DATA_DIR", e))?;
    let keys = master_key::load(&common.secret_key_file(), &ambient)?;
    let mut settings = StoreSettings::new(target, keys);
    settings.announcer = Some(intake::webhooks::ANNOUNCER);
    adjust(&mut settings);
    let shown = settings.target.shown();
    Store::open(settings, ambient, runtime).map_err(|error| StartFault::Store(shown, plain(error)))
}

/// What is wrong with a database, without the words by which the program sorts it.
pub(crate) fn plain(error: StoreError) -> String {
    match error {
        StoreError::Unavailable(text) | StoreError::Fault(text) => text,
        StoreError::Busy | StoreError::Conflict(_) => error.to_string(),
    }
}

impl NodeParts {
    /// Checks the settings and opens store and mail. Blocks.
    pub fn prepare(
        common: &CommonSettings,
        serve: ServeSettings,
        demo: bool,
        ambient: Ambient,
        runtime: &Handle,
    ) -> Result<Self, StartFault> {
        let listen = serve.listen()?;
        let ops_listen = serve.ops_listen()?;
        let intake = IntakeSettings {
            mail_wait: serve.mail_wait()?,
            keep_dead: serve.keep_unconfirmed(),
            ..IntakeSettings::default()
        };
        let proxies = TrustedProxies::parse(serve.trusted_proxies.as_deref().unwrap_or_default())
            .map_err(|e| SettingsFault::new("VESTIBULE_TRUSTED_PROXIES", e))?;
        if let Some(from) = serve.mail_from() {
            Sender::parse(from).map_err(|why| SettingsFault::new("VESTIBULE_MAIL_FROM", why))?;
        }
        let mail_url = mail_url(&serve, demo)?;
        if matches!(mail_url, MailUrl::Mailbox) && !listen.ip().is_loopback() {
            let why = "the built-in mailbox shows every mail to whoever can reach it, so VESTIBULE_LISTEN must be a \
                       loopback address; set an smtp:// URL to listen elsewhere";
            return Err(SettingsFault::new("VESTIBULE_MAIL_URL", why).into());
        }
        let (readers, committers) = (serve.readers()?, serve.committers()?);
        serve.max_connections()?;
        let store = open_store(common, ambient.clone(), runtime, |settings| {
            settings.serving = true;
            settings.queue = serve.queue.unwrap_or(settings.queue).max(1);
            settings.readers = readers.unwrap_or(settings.readers);
            settings.committers = committers.unwrap_or(settings.committers);
            settings.commit_delay = serve.bench_commit_delay_ms.map(Duration::from_millis);
        })?;
        let transport = Transport::open(mail_url, common.data_dir(), SmtpSettings::default(), ambient)
            .map_err(|why| SettingsFault::new("VESTIBULE_MAIL_URL", why))?;
        let keys = serve.dkim_keys()?.into_iter();
        let signers = keys.map(|key| delivery::signer(&key, common.data_dir())).collect::<Result<_, _>>();
        let signers = signers.map_err(|why| SettingsFault::new("VESTIBULE_MAIL_DKIM", why))?;
        let way = Way { transport, return_path: serve.return_path()?, signers };
        let captchas = CaptchaClient::new(serve.captcha_url.as_deref())
            .map_err(|why| SettingsFault::new("VESTIBULE_CAPTCHA_URL", why))?;
        let read = |file: &std::path::PathBuf| {
            std::fs::read_to_string(file).map_err(|e| SettingsFault::new("VESTIBULE_DISPOSABLE_DOMAINS", e))
        };
        let disposable = serve.disposable_domains.as_ref().map(read).transpose()?;
        let captchas = Arc::new(captchas);
        let resolver = Resolver::new(serve.resolver.as_deref(), store.ambient().clone())
            .map_err(|why| SettingsFault::new("VESTIBULE_RESOLVER", why))?
            .map(Arc::new);
        let key_dir = common.data_dir().to_owned();
        let head_patience = server::HEAD_PATIENCE;
        let body_patience = doors::BODY_PATIENCE;
        Ok(Self {
            store,
            way,
            key_dir,
            serve,
            listen,
            ops_listen,
            intake,
            head_patience,
            body_patience,
            proxies,
            captchas,
            disposable,
            resolver,
        })
    }

    /// Listens, starts the workers and answers.
    pub async fn start(self) -> Result<Node, StartFault> {
        let most = self.serve.max_connections()?;
        let listening = |address, fault| StartFault::Listen(address, fault);
        let server = Server::listen(self.listen, most).await.map_err(|e| listening(self.listen, e))?;
        let server = server.with_head_patience(self.head_patience);
        let ops_server = match self.ops_listen {
            Some(address) => Some(Server::listen(address, 256).await.map_err(|e| listening(address, e))?),
            None => None,
        };
        let public_url = self.serve.public_url(server.address())?;
        let links = Links::new(&public_url, self.store.keys().clone());
        let workers = Workers::start(
            self.store.clone(),
            self.way.clone(),
            links.clone(),
            WorkerSettings {
                fallback_from: self.serve.mail_from().map(str::to_owned),
                key_dir: self.key_dir.clone(),
                ..WorkerSettings::default()
            },
        );
        let intake = Intake::new(self.store.clone(), self.intake).with_captchas(self.captchas);
        let intake = match &self.disposable {
            Some(list) => intake.with_disposable_domains(list),
            None => intake,
        };
        let intake = match self.resolver {
            Some(resolver) => {
                let asked = Arc::clone(&resolver);
                tokio::spawn(async move { asked.probe().await });
                intake.with_mail_hosts(resolver)
            }
            None => intake,
        };
        let key_dir = self.key_dir;
        let allow_private = self.serve.allow_private_targets.unwrap_or(false);
        let sns_url = self.serve.sns_url()?;
        let webhooks =
            Webhooks::start(self.store.clone(), WebhookSettings { allow_private, ..WebhookSettings::default() });
        let doors = Doors {
            intake,
            mailbox: match self.way.transport {
                Transport::Mailbox(mailbox) => Some(mailbox),
                Transport::Smtp(_) => None,
            },
            links,
            trusted_proxies: Arc::new(self.proxies),
            counts: Arc::new(RequestCounts::default()),
            body_patience: self.body_patience,
            spektrix: Arc::new(doors::spektrix::DoorState::new(&self.store)?),
            certificates: Arc::new(doors::mail_reports::Certificates::new(allow_private, sns_url)),
        };
        let clearing = tokio::spawn(doors.intake.clone().keep_clear());
        let uploads = tokio::spawn(doors.intake.clone().keep_uploads());
        let (stop, stopped) = watch::channel(false);
        let (stop_ops, ops_stopped) = watch::channel(false);
        let (address, ops_address) = (server.address(), ops_server.as_ref().map(Server::address));
        let operators = ops::Ops {
            intake: doors.intake.clone(),
            requests: Arc::clone(&doors.counts),
            spektrix: Arc::clone(&doors.spektrix),
            deliveries: workers.metrics(),
            webhooks: webhooks.metrics(),
            stopping: stopped.clone(),
        };
        let chores = tokio::spawn(doors.intake.clone().run_chores(stopped.clone()));
        let spektrix = Arc::clone(&doors.spektrix);
        tokio::spawn(note_uses(self.store.clone(), Arc::clone(&spektrix), stopped.clone()));
        let ops_server = ops_server.map(|s| tokio::spawn(s.run(ops::routes(operators), ops_stopped)));
        let console = console::Console::new(doors.clone(), key_dir, stopped.clone())?;
        let server = tokio::spawn(server.run(doors::service(doors, console::router(&console)), stopped));
        let store = self.store;
        Ok(Node {
            store,
            spektrix,
            workers,
            webhooks,
            server,
            chores,
            ops_server,
            clearing,
            uploads,
            stop,
            stop_ops,
            address,
            ops_address,
            public_url,
        })
    }
}

/// Writes down every so often when callers' secrets were last used.
async fn note_uses(store: Store, spektrix: Arc<doors::spektrix::DoorState>, mut stopped: watch::Receiver<bool>) {
    while tokio::time::timeout(USES_EVERY, stopped.changed()).await.is_err() {
        if let Err(error) = spektrix.flush(&store).await {
            tracing::warn!(%error, "could not note when callers' secrets were last used");
        }
    }
}

/// The mail URL, or for the demo the built-in mailbox.
fn mail_url(serve: &ServeSettings, demo: bool) -> Result<MailUrl, SettingsFault> {
    let fault = |why: String| SettingsFault::new("VESTIBULE_MAIL_URL", why);
    match serve.mail_url.as_deref().filter(|u| !u.is_empty()) {
        Some(url) => MailUrl::parse(url).map_err(fault),
        None if demo => Ok(MailUrl::Mailbox),
        None => Err(fault(
            "not set. Say where mail goes: smtp://host:port, smtp+starttls://user:pass@host:port, smtps://…, or mailbox: \
             for the built-in one on this machine"
                .into(),
        )),
    }
}

impl Node {
    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Stops in order: accepts nothing new, lets what is in flight end, delivers what is under way, commits everything.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        self.clearing.abort();
        self.uploads.abort();
        let _ = self.server.await;
        let _ = tokio::time::timeout(Duration::from_secs(2), self.chores).await;
        let patience = Duration::from_secs(5);
        tokio::join!(self.workers.stop(patience), self.webhooks.stop(patience));
        if let Err(error) = self.spektrix.flush(&self.store).await {
            tracing::warn!(%error, "could not note when callers' secrets were last used");
        }
        let store = self.store;
        let _ = tokio::task::spawn_blocking(move || store.close()).await;
        let _ = self.stop_ops.send(true);
        if let Some(ops_server) = self.ops_server {
            let _ = tokio::time::timeout(Duration::from_secs(1), ops_server).await;
        }
    }
}
