//! The master key's file: read, or made with mode 0600 when there is none.

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use model::Ambient;
use store::{Keys, format_master_key, parse_master_key};

use crate::settings::SettingsFault;

const SETTING: &str = "VESTIBULE_SECRET_KEY_FILE";

/// The keys derived from the master key.
pub(crate) fn load(path: &Path, ambient: &Ambient) -> Result<Keys, SettingsFault> {
    let fault = |why: String| SettingsFault::new(SETTING, format!("{}: {why}", path.display()));
    match std::fs::read_to_string(path) {
        Ok(text) => parse_master_key(&text)
            .map(|key| Keys::new(&key))
            .ok_or_else(|| fault("it does not hold a key (32 bytes in base64)".into())),
        Err(error) if error.kind() == ErrorKind::NotFound => make(path, ambient).map_err(|e| fault(e.to_string())),
        Err(error) => Err(fault(error.to_string())),
    }
}

fn make(path: &Path, ambient: &Ambient) -> std::io::Result<Keys> {
    let key: [u8; 32] = ambient.random();
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(format_master_key(&key).as_bytes())?;
    // Secrets sealed with it must not outlive it.
    file.sync_all()?;
    Ok(Keys::new(&key))
}
