//! The keys by which Amazon SNS signs, from the certificates that it names: fetched over the connection that webhooks use,
//! so from no private address, and kept.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use delivery::webhook::{Caller, Targets};
use model::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Url;
use x509_cert::Certificate;
use x509_cert::der::Decode;

/// The largest certificate, in bytes.
const LARGEST: usize = 16 * 1024;
/// Certificates that are kept: Amazon has one a region, and changes it once a year.
const MOST_KEPT: usize = 32;
/// Certificates that are fetched within a minute: strangers can name any number.
const MOST_FETCHED: usize = 10;
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// A key and how long its certificate holds.
#[derive(Clone)]
struct Known {
    /// PKCS#1.
    key: Vec<u8>,
    from: Timestamp,
    until: Timestamp,
}

/// Fetches and keeps certificates, and follows the links that confirm subscriptions.
pub struct Certificates {
    caller: Caller,
    instead: Option<Url>,
    known: Mutex<HashMap<String, Known>>,
    fetched: Mutex<VecDeque<Timestamp>>,
}

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// Amazon cannot be reached now, or too many were asked for.
    Later,
    /// What is there is no certificate, or one whose time is over.
    Never,
}

impl Certificates {
    /// `instead` takes the place of Amazon's scheme, host and port; then private addresses may be called.
    pub fn new(allow_private: bool, instead: Option<Url>) -> Self {
        let targets = Targets::new(allow_private || instead.is_some());
        Self {
            caller: Caller::new(targets, TIME_LIMIT, 1),
            instead,
            known: Mutex::default(),
            fetched: Mutex::default(),
        }
    }

    fn place(&self, url: &Url) -> String {
        match &self.instead {
            None => url.to_string(),
            Some(instead) => {
                let mut place = instead.clone();
                place.set_path(url.path());
                place.set_query(url.query());
                place.to_string()
            }
        }
    }

    /// The public key of a certificate. The URL was checked.
    pub(super) async fn key(&self, url: &Url, now: Timestamp) -> Result<Vec<u8>, NoKey> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(url.as_str()).cloned();
        let known = match known {
            Some(known) => known,
            None => self.fetch(url, now).await?,
        };
        if (known.from..=known.until).contains(&now) { Ok(known.key) } else { Err(NoKey::Never) }
    }

    async fn fetch(&self, url: &Url, now: Timestamp) -> Result<Known, NoKey> {
        if !self.may_fetch(now) {
            return Err(NoKey::Later);
        }
        let pem = self.caller.get(&self.place(url), LARGEST).await.map_err(|fault| {
            tracing::warn!(%fault, "the certificate of an SNS message cannot be fetched");
            NoKey::Later
        })?;
        let known = read(&pem).ok_or(NoKey::Never)?;
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_KEPT {
            all.clear();
        }
        all.insert(url.to_string(), known.clone());
        Ok(known)
    }

    fn may_fetch(&self, now: Timestamp) -> bool {
        let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = |at: &Timestamp| now.since(*at) < Duration::from_secs(60);
        while fetched.front().is_some_and(|at| !recent(at)) {
            fetched.pop_front();
        }
        let may = fetched.len() < MOST_FETCHED;
        if may {
            fetched.push_back(now);
        }
        may
    }

    /// Follows a link of Amazon's. The URL was checked.
    pub(super) async fn follow(&self, url: &Url) -> bool {
        let followed = self.caller.get(&self.place(url), 256 * 1024).await;
        if let Err(fault) = &followed {
            tracing::warn!(%fault, "a subscription of Amazon SNS cannot be confirmed");
        }
        followed.is_ok()
    }
}

fn read(pem: &[u8]) -> Option<Known> {
    let der = CertificateDer::from_pem_slice(pem).ok()?;
    let certificate = Certificate::from_der(&der).ok()?.tbs_certificate;
    let at =
        |time: x509_cert::time::Time| Timestamp(i64::try_from(time.to_unix_duration().as_micros()).unwrap_or(i64::MAX));
    Some(Known {
        key: certificate.subject_public_key_info.subject_public_key.as_bytes()?.to_vec(),
        from: at(certificate.validity.not_before),
        until: at(certificate.validity.not_after),
    })
}
