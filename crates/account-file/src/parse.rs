//! The way in: text to a checked account file, or every fault at once.

use toml::de::DeTable;

use crate::AccountFile;
use crate::reader::Table;
use crate::report::{Fault, Report};
use crate::sections::{self, Context};

/// Reads an account file. Reports everything that is wrong with it, in the order of the file; a text that is no TOML reports its
/// first syntax error alone. `file_name` only appears in messages.
pub fn parse(text: &str, file_name: &str) -> Result<AccountFile, Vec<Fault>> {
    let report = Report::new(file_name, text);
    let document = match DeTable::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let at = error.span().map_or(text.len(), |span| span.start);
            report.fault(at, error.message().replace('\n', ", "));
            return Err(report.finish().err().unwrap_or_default());
        }
    };
    let mut file = Table::new(&report, document.get_ref(), 0, "the file");
    file.need(&["account"]);
    let settings = sections::account::read(&mut file);
    let mut context = Context::new(&report, settings);
    sections::callers::read_api_users(&mut file, &mut context);
    sections::fields::read(&mut file, &mut context);
    sections::marks::read_tags(&mut file, &mut context);
    sections::marks::read_lists(&mut file, &mut context);
    sections::statements::read(&mut file, &mut context);
    sections::automations::read(&mut file, &mut context);
    sections::forms::read(&mut file, &mut context);
    sections::callers::read_webhooks(&mut file, &mut context);
    file.finish();
    let Context { settings, mut items, .. } = context;
    let hints = report.finish()?;
    // Stable, so that each kind keeps the order of the file.
    items.sort_by_key(|item: &crate::Item| item.kind);
    Ok(AccountFile { settings, items, hints, file_name: file_name.to_owned() })
}
