//! What the guard does in the background: it writes refused attempts, tells owners and other nodes, and forgets in time.

use std::net::IpAddr;
use std::time::Duration;

use tokio::sync::watch;

use crate::Intake;
use crate::nodes::Others;

/// How often refused attempts are written.
const WRITE_EVERY: Duration = Duration::from_secs(1);
/// How often old rows are looked for, in writes.
const FORGET_EVERY: u32 = 900;
/// How often names are put in order even while sign-ups do not stop coming, in writes.
const IN_A_RUSH_EVERY: u32 = 30;
/// How long refused attempts are kept.
const REFUSED_FOR: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long rates of several nodes are kept: the longest window of a limit.
const SHARES_FOR: Duration = Duration::from_secs(24 * 3600);
/// How long client addresses outside consent evidence are kept whole.
const ADDRESSES_FOR: Duration = Duration::from_secs(90 * 24 * 3600);

impl Intake {
    /// Runs the chores until told to stop; what is still to be written is written then.
    pub async fn run_chores(self, mut stop: watch::Receiver<bool>) {
        let mut round: u32 = 0;
        let mut others = Others::default();
        if self.store.is_shared() {
            // From now on what is used is kept for the others.
            drop(self.gate.guard().used().take_untold());
        }
        loop {
            let stopping = tokio::select! {
                () = tokio::time::sleep(WRITE_EVERY) => false,
                _ = stop.wait_for(|s| *s) => true,
            };
            let refused = self.gate.take_refused();
            if !refused.is_empty()
                && let Err(error) = self.store.keep_refused(refused).await
            {
                tracing::warn!(%error, "could not keep refused attempts");
            }
            self.tell_owners().await;
            if stopping {
                return;
            }
            self.exchange(&mut others).await;
            if let Err(error) = self.store.order_names(round % IN_A_RUSH_EVERY == IN_A_RUSH_EVERY - 1).await {
                tracing::warn!(%error, "could not put names in order");
            }
            // First after half a minute, so that a start is not slowed down.
            if round % FORGET_EVERY == 30 {
                self.forget().await;
            }
            round = round.wrapping_add(1);
        }
    }

    /// Forgets what is kept for a time only, and cuts old client addresses. Runs by itself, now and then.
    pub async fn forget(&self) {
        let now = self.store.ambient().now();
        if let Err(error) = self.store.forget_buckets().await {
            tracing::warn!(%error, "could not forget old rates");
        }
        if let Err(error) = self.store.forget_guard_rows(now.minus(REFUSED_FOR)).await {
            tracing::warn!(%error, "could not forget old rows");
        }
        for account in self.store.directory().all() {
            let days = u64::from(account.settings.guard_settings.quarantine_days);
            let before = now.minus(Duration::from_secs(days * 24 * 3600));
            if days > 0
                && let Err(error) = self.store.expire_quarantine(account.id, before).await
            {
                tracing::warn!(%error, "could not forget old sign-ups in quarantine");
            }
        }
        if self.store.is_shared()
            && let Err(error) = self.store.forget_shares(now.minus(SHARES_FOR)).await
        {
            tracing::warn!(%error, "could not forget old rates");
        }
        if let Err(error) = self.store.truncate_addresses(now.minus(ADDRESSES_FOR), truncated).await {
            tracing::warn!(%error, "could not truncate old client addresses");
        }
    }
}

/// The network of a client address: IPv4 /24, IPv6 /48. `None` where it is one already, or no address.
fn truncated(text: &str) -> Option<String> {
    let network = model::network_of(text.parse::<IpAddr>().ok()?).to_string();
    (network != text).then_some(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_networks_once() {
        for (text, short) in [
            ("203.0.113.9", Some("203.0.113.0")),
            ("203.0.113.0", None),
            ("::ffff:203.0.113.9", Some("203.0.113.0")),
            ("2001:db8:1:2::3", Some("2001:db8:1::")),
            ("2001:db8:1::", None),
            ("unknown", None),
        ] {
            assert_eq!(truncated(text).as_deref(), short, "{text}");
        }
    }
}
