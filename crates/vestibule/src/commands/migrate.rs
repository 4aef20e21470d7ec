//! `vestibule migrate`: the schema, brought up to date.

use store::Store;

use super::{CommandFault, say};
use crate::settings::{CommonSettings, SettingsFault};
use crate::wire_up::{StartFault, plain};

pub(super) fn run(common: &CommonSettings) -> Result<(), CommandFault> {
    let target = common.target()?;
    if !target.is_shared() {
        std::fs::create_dir_all(common.data_dir()).map_err(|e| SettingsFault::new("VESTIBULE_DATA_DIR", e))?;
    }
    let (before, after) = Store::migrate(&target).map_err(|e| StartFault::Store(target.shown(), plain(e)))?;
    if before == after {
        say(format_args!("The schema is up to date (version {after})."));
    } else {
        say(format_args!("The schema went from version {before} to {after}."));
    }
    Ok(())
}
