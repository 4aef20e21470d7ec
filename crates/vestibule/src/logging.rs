//! Logs: to standard error, as text for people or as JSON for machines. Nothing personal goes in: no address, no name,
//! no body, no token.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// What these write below `warn` holds what is written to the database, wire and all: whatever the filter says, it is
/// left out.
const TALKATIVE: [&str; 4] = ["tokio_postgres", "postgres_protocol", "hyper", "rustls"];

use crate::settings::{CommonSettings, SettingsFault};

/// Sets up the logs of the whole process.
pub(crate) fn start(settings: &CommonSettings) -> Result<(), SettingsFault> {
    let filter = settings.log.as_deref().filter(|f| !f.is_empty()).unwrap_or("info");
    let fault = |e: &dyn std::fmt::Display| SettingsFault::new("VESTIBULE_LOG", e);
    let mut filter = EnvFilter::try_new(filter).map_err(|e| fault(&e))?;
    for name in TALKATIVE {
        filter = filter.add_directive(format!("{name}=warn").parse().map_err(|e| fault(&e))?);
    }
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.log_format.as_deref().unwrap_or("text") {
        // A second start in one process, as in tests, keeps the first one's logs.
        "json" => drop(builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()),
        "text" | "" => drop(builder.with_ansi(std::io::stderr().is_terminal()).try_init()),
        other => return Err(SettingsFault::new("VESTIBULE_LOG_FORMAT", format!("{other} is neither text nor json"))),
    }
    Ok(())
}
