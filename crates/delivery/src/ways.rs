//! How an account's mail goes out: its own server, return path and DKIM keys, or the installation's.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use model::{AccountId, AccountSnapshot, DkimKey, EmailAddress, MailSettings};

use crate::mail::{DkimSigner, MailUrl, SmtpSettings, SmtpTransport, Transport};

/// A way out, with all that belongs to it.
#[derive(Clone, Debug)]
pub struct Way {
    /// Where mail is handed over.
    pub transport: Transport,
    /// Where bounces go; left out = the sender.
    pub return_path: Option<EmailAddress>,
    /// Keys to sign with, whatever their domain: those that align with the sender are used.
    pub signers: Vec<Arc<DkimSigner>>,
}

/// The ways of all accounts, opened when first used and kept until the account's settings change.
pub(crate) struct Ways {
    installation: Way,
    /// Key files are named from here.
    key_dir: PathBuf,
    own: Mutex<HashMap<AccountId, (MailSettings, Arc<Way>)>>,
}

impl Ways {
    pub(crate) fn new(installation: Way, key_dir: PathBuf) -> Self {
        Self { installation, key_dir, own: Mutex::default() }
    }

    /// An account's way. The error names what is missing; it may come.
    pub(crate) async fn of(&self, account: &AccountSnapshot) -> Result<Arc<Way>, String> {
        let Some(settings) = &account.settings.mail else { return Ok(Arc::new(self.installation.clone())) };
        if let Some((known, way)) = self.lock().get(&account.id)
            && known == settings
        {
            return Ok(Arc::clone(way));
        }
        let (wanted, installation, key_dir) = (settings.clone(), self.installation.clone(), self.key_dir.clone());
        let opened = tokio::task::spawn_blocking(move || open(&wanted, installation, &key_dir)).await;
        let way = Arc::new(opened.map_err(|_| "internal fault".to_owned())??);
        self.lock().insert(account.id, (settings.clone(), Arc::clone(&way)));
        Ok(way)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<AccountId, (MailSettings, Arc<Way>)>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Blocking: reads key files.
fn open(settings: &MailSettings, installation: Way, key_dir: &Path) -> Result<Way, String> {
    let transport = match &settings.url_env {
        None => installation.transport,
        Some(name) => {
            let url = std::env::var(name).map_err(|_| format!("the environment variable {name} is not set"))?;
            match MailUrl::parse(&url).map_err(|why| format!("{name}: {why}"))? {
                MailUrl::Smtp(url) => {
                    let transport = SmtpTransport::new(url, SmtpSettings::default());
                    Transport::Smtp(transport.map_err(|why| format!("{name}: {why}"))?)
                }
                MailUrl::Mailbox => return Err(format!("{name}: an account's own mail needs a mail server")),
            }
        }
    };
    let return_path = match &settings.return_path {
        None => installation.return_path,
        Some(text) => Some(EmailAddress::parse(text).map_err(|_| "the return path is no address".to_owned())?),
    };
    let signers = match settings.dkim.as_slice() {
        [] => installation.signers,
        keys => keys.iter().map(|key| signer(key, key_dir)).collect::<Result<_, _>>()?,
    };
    Ok(Way { transport, return_path, signers })
}

/// What of an account's mail settings cannot work here, a line each: keys that cannot be read, an address that is none. A
/// variable that is not set is no fault: the server's surroundings may have it. Blocking.
pub fn check_mail(settings: &MailSettings, key_dir: &Path) -> Vec<String> {
    let mut faults: Vec<String> = settings.dkim.iter().filter_map(|key| signer(key, key_dir).err()).collect();
    if let Some(name) = &settings.url_env
        && let Ok(url) = std::env::var(name)
    {
        match MailUrl::parse(&url) {
            Err(why) => faults.push(format!("{name}: {why}")),
            Ok(MailUrl::Mailbox) => faults.push(format!("{name}: an account's own mail needs a mail server")),
            Ok(MailUrl::Smtp(_)) => {}
        }
    }
    faults
}

/// Reads a DKIM key; a relative file name begins in `key_dir`. Blocking. The error names the file.
pub fn signer(key: &DkimKey, key_dir: &Path) -> Result<Arc<DkimSigner>, String> {
    let path = key_dir.join(&key.key_file);
    let fault = |why: String| format!("the DKIM key {}: {why}", path.display());
    let pem = std::fs::read(&path).map_err(|e| fault(e.to_string()))?;
    DkimSigner::from_pem(&key.domain, &key.selector, &pem).map(Arc::new).map_err(fault)
}
