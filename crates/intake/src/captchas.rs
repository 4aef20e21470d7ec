//! What is asked for before the guard judges: a captcha service about a visitor's token, other nodes whether a solved
//! challenge was used, a resolver about the address's domain. The guard's part (`guard::captcha`) is pure; whoever wires
//! the node gives the way to send.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use model::{AccountSnapshot, CaptchaSettings, Secret, SignUp, WhenDown};
use store::Used;
use tokio::sync::Semaphore;

use crate::gate::Passed;
use crate::guard::captcha::{self, CaptchaAnswer, CaptchaKeys, CaptchaPage, CaptchaRequest};
use crate::{GuardSignals, Intake};

/// A service that takes longer is down.
const PATIENCE: Duration = Duration::from_secs(3);
/// So many are asked about at one time; beyond that a service counts as down, so that tokens without worth hold up nobody.
const AT_ONCE: usize = 64;

/// An answer under way: its status and body, `None` when none comes.
pub type Asked<'a> = Pin<Box<dyn Future<Output = Option<(u16, String)>> + Send + 'a>>;

/// Sends a request to a captcha service and gives the status and body of its answer; `None` when none came.
pub trait CaptchaTransport: Send + Sync {
    /// Sends it.
    fn post(&self, request: CaptchaRequest) -> Asked<'_>;
}

/// The services as this node reaches them.
pub(crate) struct Captchas {
    transport: Option<Arc<dyn CaptchaTransport>>,
    room: Semaphore,
}

impl Captchas {
    pub(crate) fn new(transport: Option<Arc<dyn CaptchaTransport>>) -> Self {
        Self { transport, room: Semaphore::new(AT_ONCE) }
    }
}

/// What became of a visitor's token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Checked {
    /// There was none, or it is worth nothing.
    #[default]
    Unsolved,
    /// It proves a person.
    Solved,
    /// The service cannot tell, and the account wants the sign-up in quarantine.
    Quiet,
}

impl Intake {
    /// The widget of an account's captcha service and its public key, where it has one that can be asked.
    pub fn captcha_page(&self, account: &AccountSnapshot) -> Option<(CaptchaPage, String)> {
        let settings = account.settings.guard_settings.captcha.as_ref()?;
        keys(settings)?;
        Some((captcha::provider(&settings.provider)?.page(), settings.site_key.clone()))
    }

    /// The guard's judgement of a call, with what has to be asked for before.
    pub(crate) async fn past_the_guard(
        &self,
        account: &Arc<AccountSnapshot>,
        sign_up: &SignUp,
        signals: &GuardSignals<'_>,
    ) -> Passed {
        let checked = self.check_answers(account, sign_up, signals).await;
        let mail_host = self.mail_hosts.of(|| self.gate.policy(account, sign_up.form), sign_up, &self.store).await;
        self.gate.pass(account, sign_up, signals, checked, mail_host, self.store.ambient().now())
    }

    async fn check_answers(
        &self,
        account: &Arc<AccountSnapshot>,
        sign_up: &SignUp,
        signals: &GuardSignals<'_>,
    ) -> Checked {
        let by_service = self.check_captcha(account, signals, sign_up.origin.ip).await;
        let Some(text) = signals.altcha.filter(|_| by_service != Checked::Solved) else { return by_service };
        let now = self.store.ambient().now();
        let Some(mark) = self.gate.solves(text, account.id, sign_up.form, now) else { return by_service };
        if !self.store.is_shared() {
            return Checked::Solved;
        }
        let used = Used { account: mark.account, subject: mark.id, person: mark.by, until: mark.until };
        match self.store.use_once(used).await {
            Ok(true) => Checked::Solved,
            Ok(false) => by_service,
            Err(error) => {
                // Work was done, and is worth what it is worth on one node.
                tracing::warn!(%error, "could not ask other nodes about a solved challenge");
                Checked::Solved
            }
        }
    }

    /// Asks the account's service about the visitor's token.
    async fn check_captcha(
        &self,
        account: &AccountSnapshot,
        signals: &GuardSignals<'_>,
        ip: Option<IpAddr>,
    ) -> Checked {
        let Some(settings) = &account.settings.guard_settings.captcha else { return Checked::Unsolved };
        let Some(provider) = captcha::provider(&settings.provider) else { return Checked::Unsolved };
        let token = signals.captchas.iter().find(|(field, _)| *field == provider.field()).map(|(_, token)| token);
        let Some(token) = token else { return Checked::Unsolved };
        let answer = async {
            let keys = keys(settings)?;
            let transport = self.captchas.transport.as_ref()?;
            let _room = self.captchas.room.try_acquire().ok()?;
            let sent = transport.post(provider.request(&keys, token, ip));
            let (status, body) = tokio::time::timeout(PATIENCE, sent).await.ok()??;
            Some(provider.answer(status, &body))
        };
        match answer.await.unwrap_or(CaptchaAnswer::Down) {
            CaptchaAnswer::Passed => Checked::Solved,
            CaptchaAnswer::Failed => Checked::Unsolved,
            CaptchaAnswer::Down => {
                tracing::warn!(account = %account.settings.slug, provider = provider.name(), "a captcha service cannot be asked");
                match settings.when_down {
                    WhenDown::ProofOfWork => Checked::Unsolved,
                    WhenDown::Accept => Checked::Solved,
                    WhenDown::Quiet => Checked::Quiet,
                }
            }
        }
    }
}

fn keys(settings: &CaptchaSettings) -> Option<CaptchaKeys> {
    let secret = std::env::var(&settings.secret_env).ok().filter(|s| !s.is_empty())?;
    Some(CaptchaKeys { site: settings.site_key.clone(), secret: Secret::new(secret) })
}
