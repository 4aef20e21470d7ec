//! Mail: what it says ([`template`], [`confirmation`], [`alert`]), how it is written ([`message`]) and how it goes out
//! ([`smtp`], [`mailbox`]).
//!
//! Nothing here knows the store. An outbox worker makes an [`Outgoing`] and hands it to a [`Transport`]; the
//! [`SendFault`] says whether to try again.

pub mod alert;
pub mod built_in;
pub mod confirmation;
mod dkim;
mod fault;
mod html;
pub mod mailbox;
pub mod message;
pub mod mjml;
pub mod personal;
mod session;
pub mod smtp;
pub mod template;
mod tls;
pub mod url;
mod wire;

use std::path::Path;
use std::sync::Arc;

use model::Ambient;

pub use alert::{AlertDigest, AlertMail};
pub use built_in::{BuiltInMail, MailText, mail, mail_footer};
pub use confirmation::{Confirmation, ConfirmationMail};
pub use dkim::DkimSigner;
pub use fault::{FaultKind, SendFault, Sent};
pub use html::direction;
pub use mailbox::{Mailbox, MailboxMessage};
pub use message::{MessageFault, Outgoing, Sender};
pub use smtp::{SmtpSettings, SmtpTransport};
pub use template::{Escape, MergeField, Template, TemplateFault, TemplateKind};
pub(crate) use tls::verified as verified_tls;
pub use url::MailUrl;

/// A way for mail to go out. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Transport {
    /// The built-in mailbox.
    Mailbox(Mailbox),
    /// A mail server.
    Smtp(SmtpTransport),
}

impl Transport {
    /// Prepares the transport a URL names; a mailbox is kept in `directory`. Connects to nothing yet. Blocking: reads or
    /// makes files. The error is for the operator.
    pub fn open(url: MailUrl, directory: &Path, settings: SmtpSettings, ambient: Ambient) -> Result<Self, String> {
        match url {
            MailUrl::Mailbox => Mailbox::open(directory, ambient)
                .map(Self::Mailbox)
                .map_err(|fault| format!("mailbox in {}: {fault}", directory.display())),
            MailUrl::Smtp(url) => SmtpTransport::new(url, settings).map(Self::Smtp),
        }
    }

    /// Hands one mail over. `Ok` only when the server, or the disk, has it.
    pub async fn send(&self, mail: &Outgoing) -> Result<Sent, SendFault> {
        self.send_signed(mail, &[], false).await
    }

    /// The same, signed by those of the signers that align with the sender; what is urgent waits behind nothing else. The
    /// mailbox keeps no signatures.
    pub async fn send_signed(
        &self,
        mail: &Outgoing,
        signers: &[Arc<DkimSigner>],
        urgent: bool,
    ) -> Result<Sent, SendFault> {
        match self {
            Self::Mailbox(mailbox) => mailbox.deliver(mail).await,
            Self::Smtp(smtp) => smtp.send_signed(mail, signers, urgent).await,
        }
    }
}
