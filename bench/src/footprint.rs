//! What the server costs before anyone signs up: size, start, idle memory.

use std::time::Duration;

use anyhow::Result;

use crate::process::memory_mib;
use crate::report::median;
use crate::store::Stores;

/// Starts of which the median is taken.
const STARTS: usize = 5;

/// How long a server is left alone before its memory is read.
const IDLE: Duration = Duration::from_secs(2);

/// The server at rest.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Footprint {
    /// The binary, MiB.
    pub binary_mib: f64,
    /// From the start of `serve --demo` on an existing store to its first answer, milliseconds (median).
    pub start_ms: f64,
    /// Idle resident memory of `serve --demo`, MiB.
    pub idle_mib: f64,
}

/// Takes it.
pub fn measure(stores: &Stores) -> Result<Footprint> {
    let store = stores.make_bare()?;
    let binary_mib = std::fs::metadata(&store.installation.program)?.len() as f64 / 1024.0 / 1024.0;
    store.installation.start_demo()?.stop()?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let server = store.installation.start_demo()?;
        starts.push(server.start_time.as_secs_f64() * 1e3);
        server.stop()?;
    }
    let server = store.installation.start_demo()?;
    std::thread::sleep(IDLE);
    let idle_mib = memory_mib(server.pid()).0;
    server.stop()?;
    Ok(Footprint { binary_mib, start_ms: median(&starts), idle_mib })
}

impl std::fmt::Display for Footprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { binary_mib, start_ms, idle_mib } = self;
        write!(f, "binary {binary_mib:.1} MiB · start to first answer {start_ms:.0} ms · idle {idle_mib:.1} MiB")
    }
}
