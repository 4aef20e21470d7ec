//! Whether the domain of an address takes mail: asked once, remembered, and never waited for long. Whoever wires the node
//! gives the way to ask; without one nothing is looked up and nothing is said.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use model::{Caller, Door, GuardMode, SignUp, Timestamp};
use store::Store;
use tokio::sync::{OnceCell, Semaphore};

use crate::guard::{Policy, Reason, Remembered};

/// A look-up under way: whether the domain takes mail, `None` when nobody could tell.
pub type Looked<'a> = Pin<Box<dyn Future<Output = Option<bool>> + Send + 'a>>;

/// Asks whether a domain takes mail.
pub trait MailHostLookup: Send + Sync {
    /// Looks for MX records, else for addresses of the domain itself (RFC 5321, section 5.1; RFC 7505).
    fn look_up<'a>(&'a self, domain: &'a str) -> Looked<'a>;
}

/// A sign-up waits no longer for an answer.
const WAITS: Duration = Duration::from_millis(500);
/// So many domains are asked about at one time; what comes on top is not asked about.
const AT_ONCE: usize = 64;
/// How long an answer holds.
const KNOWN_FOR: Duration = Duration::from_secs(3600);
/// How long nobody asks again after no answer.
const UNKNOWN_FOR: Duration = Duration::from_secs(60);
/// Domains that are remembered.
const REMEMBERED: usize = 20_000;

/// One domain: the answer, once there is one, and the moment from which it counts.
#[derive(Clone, Debug)]
struct Domain {
    answer: Arc<OnceCell<Option<bool>>>,
    asked: Timestamp,
}

/// What this node knows about domains. The default knows nothing and asks nobody.
#[derive(Default)]
pub(crate) struct MailHosts {
    asks: Option<Asks>,
}

struct Asks {
    lookup: Arc<dyn MailHostLookup>,
    known: Remembered<String, Domain>,
    room: Semaphore,
}

impl MailHosts {
    pub(crate) fn new(lookup: Arc<dyn MailHostLookup>) -> Self {
        Self { asks: Some(Asks { lookup, known: Remembered::new(REMEMBERED), room: Semaphore::new(AT_ONCE) }) }
    }

    /// Whether the domain of a sign-up's address takes mail, where the answer could change anything.
    pub(crate) async fn of(
        &self,
        policy: impl FnOnce() -> Arc<Policy>,
        sign_up: &SignUp,
        store: &Store,
    ) -> Option<bool> {
        let asks = self.asks.as_ref()?;
        let inside = matches!(sign_up.door, Door::Console | Door::Import | Door::Mail | Door::SpektrixOwner);
        // Whoever vouches for the person is not kept waiting for what changes nothing.
        let vouched = sign_up.caller == Caller::Credentials && !sign_up.confirm;
        if inside || vouched {
            return None;
        }
        let policy = policy();
        if policy.mode == GuardMode::Off || policy.off.contains(Reason::NoMailHost) {
            return None;
        }
        let (_, domain) = sign_up.email.key().rsplit_once('@')?;
        if is_reserved(domain) {
            return None;
        }
        asks.answer(domain, store.ambient().now()).await
    }
}

impl Asks {
    async fn answer(&self, domain: &str, now: Timestamp) -> Option<bool> {
        let fresh = || Domain { answer: Arc::default(), asked: now };
        let found = self.known.with(domain.to_owned(), fresh, |known| {
            let holds = match known.answer.get() {
                Some(Some(_)) => KNOWN_FOR,
                Some(None) | None => UNKNOWN_FOR,
            };
            if now.since(known.asked) > holds {
                *known = fresh();
            }
            known.clone()
        });
        if let Some(answer) = found.answer.get() {
            return *answer;
        }
        // Whoever comes meanwhile waits for the same answer.
        let look = || async {
            let _room = self.room.try_acquire().ok()?;
            tokio::time::timeout(WAITS, self.lookup.look_up(domain)).await.ok().flatten()
        };
        tokio::time::timeout(WAITS + WAITS / 5, found.answer.get_or_init(look)).await.ok().copied().flatten()
    }
}

/// Names that are never in use (RFC 2606, RFC 6761): examples and tests, about which nobody is asked.
fn is_reserved(domain: &str) -> bool {
    let top = domain.rsplit('.').next().unwrap_or_default();
    matches!(top, "example" | "test" | "invalid" | "localhost" | "local" | "internal" | "onion")
        || ["example.com", "example.net", "example.org"]
            .iter()
            .any(|r| domain.strip_suffix(r).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
        || domain.starts_with('[')
        || !domain.contains('.')
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[derive(Default)]
    struct Book {
        asked: AtomicU32,
    }

    impl MailHostLookup for Book {
        fn look_up<'a>(&'a self, domain: &'a str) -> Looked<'a> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move {
                match domain {
                    "slow.org" => {
                        tokio::time::sleep(Duration::from_secs(60)).await;
                        Some(true)
                    }
                    "mute.org" => None,
                    other => Some(other.starts_with("mail")),
                }
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn answers_are_remembered_and_not_waited_for() {
        let book = Arc::new(Book::default());
        let hosts = MailHosts::new(Arc::clone(&book) as Arc<dyn MailHostLookup>);
        let asks = hosts.asks.as_ref().expect("a way to ask");
        let (now, later) = (Timestamp(0), Timestamp(2 * 3600 * 1_000_000));
        for (domain, at, answer, asked) in [
            ("mail.org", now, Some(true), 1),
            ("mail.org", now, Some(true), 1),
            ("nobody.org", now, Some(false), 2),
            ("mute.org", now, None, 3),
            ("mute.org", now, None, 3),
            ("mail.org", later, Some(true), 4),
            ("mute.org", later, None, 5),
        ] {
            assert_eq!(asks.answer(domain, at).await, answer, "{domain}");
            assert_eq!(book.asked.load(Ordering::Relaxed), asked, "{domain}");
        }
        let began = tokio::time::Instant::now();
        let (a, b) = tokio::join!(asks.answer("slow.org", now), asks.answer("slow.org", now));
        assert_eq!((a, b), (None, None));
        assert!(began.elapsed() <= WAITS * 2, "{:?}", began.elapsed());
        assert_eq!(asks.answer("slow.org", now).await, None);
        assert_eq!(book.asked.load(Ordering::Relaxed), 6, "asked once for all");
    }

    #[test]
    fn examples_are_not_asked_about() {
        for (domain, reserved) in [
            ("venue.example", true),
            ("example.com", true),
            ("mail.example.org", true),
            ("myexample.com", false),
            ("localhost", true),
            ("gmail.com", false),
            ("x.test", true),
        ] {
            assert_eq!(is_reserved(domain), reserved, "{domain}");
        }
    }
}
