//! A message of Amazon SNS: which it is, whether Amazon signed it, and which links in it may be followed.

use std::time::Duration;

use model::Timestamp;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use url::Url;

/// How old a message may be. Amazon repeats for an hour at most.
const OLDEST: Duration = Duration::from_secs(70 * 60);
/// How far ahead its clock may be.
const NEWEST: Duration = Duration::from_secs(5 * 60);
/// How long the id of a message is kept: it is too old after that.
pub(super) const KEPT: Duration = Duration::from_secs(2 * 3600);

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
pub(super) enum Kind {
    /// Somebody asks to be allowed to send notifications here.
    SubscriptionConfirmation,
    /// Something is said.
    Notification,
    /// Notifications end.
    UnsubscribeConfirmation,
}

/// A message as it comes.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Message {
    #[serde(rename = "Type")]
    pub(super) kind: Kind,
    #[serde(rename = "MessageId")]
    pub(super) id: String,
    #[serde(rename = "TopicArn")]
    pub(super) topic: String,
    #[serde(rename = "Message")]
    pub(super) text: String,
    #[serde(rename = "Subject", default)]
    subject: Option<String>,
    #[serde(rename = "Timestamp")]
    timestamp: String,
    #[serde(rename = "SignatureVersion")]
    version: String,
    #[serde(rename = "Signature")]
    signature: String,
    #[serde(rename = "SigningCertURL", alias = "SigningCertUrl")]
    certificate: String,
    #[serde(rename = "SubscribeURL", alias = "SubscribeUrl", default)]
    subscribe: Option<String>,
    #[serde(rename = "Token", default)]
    token: Option<String>,
}

impl Message {
    /// When it was sent.
    pub(super) fn sent_at(&self) -> Option<Timestamp> {
        time(&self.timestamp)
    }

    /// Whether it was sent just now, more or less.
    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        self.sent_at().is_some_and(|at| at >= now.minus(OLDEST) && at <= now.plus(NEWEST))
    }

    /// Where the signing certificate is, if that is Amazon's place for it in the topic's region.
    pub(super) fn certificate(&self) -> Option<Url> {
        let url = self.amazon(&self.certificate)?;
        let is_pem = std::path::Path::new(url.path()).extension().is_some_and(|e| e.eq_ignore_ascii_case("pem"));
        (is_pem && url.query().is_none()).then_some(url)
    }

    /// The link that confirms a subscription, if it is Amazon's.
    pub(super) fn subscribe(&self) -> Option<Url> {
        self.amazon(self.subscribe.as_deref()?)
    }

    /// A URL of SNS in the region of the topic.
    fn amazon(&self, url: &str) -> Option<Url> {
        let url = Url::parse(url).ok()?;
        let region = self.topic.split(':').nth(3).filter(|region| {
            !region.is_empty() && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        })?;
        let hosts = [format!("sns.{region}.amazonaws.com"), format!("sns.{region}.amazonaws.com.cn")];
        let plain = url.scheme() == "https"
            && url.port().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none();
        (plain && hosts.iter().any(|host| url.host_str() == Some(host))).then_some(url)
    }

    /// Whether the owner of a key signed it.
    pub(super) fn is_signed_by(&self, key: &[u8]) -> bool {
        let algorithm: &dyn VerificationAlgorithm = match self.version.as_str() {
            "1" => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            "2" => &RSA_PKCS1_2048_8192_SHA256,
            _ => return false,
        };
        use base64::Engine as _;
        let Ok(signature) = base64::engine::general_purpose::STANDARD.decode(self.signature.trim()) else {
            return false;
        };
        let Some(signed) = self.signed() else { return false };
        UnparsedPublicKey::new(algorithm, key).verify(signed.as_bytes(), &signature).is_ok()
    }

    /// What the signature is over: names and values, a line each, in the order of the alphabet.
    fn signed(&self) -> Option<String> {
        let mut pairs = vec![("Message", self.text.as_str()), ("MessageId", &self.id)];
        match self.kind {
            Kind::Notification => pairs.extend(self.subject.as_deref().map(|subject| ("Subject", subject))),
            Kind::SubscriptionConfirmation | Kind::UnsubscribeConfirmation => {
                pairs.push(("SubscribeURL", self.subscribe.as_deref()?));
            }
        }
        pairs.push(("Timestamp", &self.timestamp));
        if self.kind != Kind::Notification {
            pairs.push(("Token", self.token.as_deref()?));
        }
        pairs.push(("TopicArn", &self.topic));
        let kind = match self.kind {
            Kind::Notification => "Notification",
            Kind::SubscriptionConfirmation => "SubscriptionConfirmation",
            Kind::UnsubscribeConfirmation => "UnsubscribeConfirmation",
        };
        pairs.push(("Type", kind));
        Some(pairs.into_iter().flat_map(|(name, value)| [name, "\n", value, "\n"]).collect())
    }
}

/// ISO 8601, as Amazon writes it.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    text.parse::<jiff::Timestamp>().ok().map(|at| Timestamp(at.as_microsecond()))
}
