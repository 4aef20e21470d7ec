//! What the figures were taken on.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::Result;

/// A machine, as far as it explains a figure.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Machine {
    /// Processor's name.
    pub processor: String,
    /// Cores that may be used.
    pub cores: usize,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// Kernel.
    pub kernel: String,
    /// File system below the stores.
    pub file_system: String,
    /// Median of 4 KiB written and synced, in microseconds.
    pub sync_us: u64,
    /// Load average of the last minute when the run began: above about 0.3, something else was running.
    pub load_before: f64,
    /// Day of the run, UTC.
    pub date: String,
}

impl Machine {
    /// Looks around; `directory` is where the stores will be.
    pub fn look(directory: &Path) -> Result<Self> {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        Ok(Self {
            processor: after_colon(&read("/proc/cpuinfo"), "model name")
                .unwrap_or_else(|| std::env::consts::ARCH.into()),
            cores: std::thread::available_parallelism()?.get(),
            memory_mib: after_colon(&read("/proc/meminfo"), "MemTotal")
                .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
                .unwrap_or(0)
                / 1024,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            file_system: last_word(&said("df", &["--output=fstype", &directory.to_string_lossy()])),
            sync_us: sync_time(directory)?,
            load_before: read("/proc/loadavg").split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0.0),
            date: said("date", &["-u", "+%F"]),
        })
    }

    /// Whether syncing means nothing here, so that no figure about durability may be taken.
    pub fn syncs_to_memory(&self) -> bool {
        self.file_system == "tmpfs"
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { processor, cores, memory_mib, kernel, file_system, sync_us, load_before, date } = self;
        writeln!(f, "{date} · {processor} · {cores} cores · {memory_mib} MiB · Linux {kernel}")?;
        write!(f, "stores on {file_system}, a synced 4 KiB write takes {sync_us} µs · load before {load_before:.2}")?;
        if self.syncs_to_memory() {
            write!(f, "\nNOT DURABLE: the stores are in memory; choose another place with --directory")?;
        }
        Ok(())
    }
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default()
}

fn last_word(text: &str) -> String {
    text.split_whitespace().last().unwrap_or("an unknown file system").to_owned()
}

fn after_colon(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn sync_time(directory: &Path) -> Result<u64> {
    let mut file = tempfile::tempfile_in(directory)?;
    let mut times = (0..101).map(|_| sync_once(&mut file)).collect::<Result<Vec<_>>>()?;
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

fn sync_once(file: &mut File) -> Result<u64> {
    let start = Instant::now();
    file.write_all(&[7; 4096])?;
    file.sync_data()?;
    Ok(u64::try_from(start.elapsed().as_micros())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_around() {
        let machine = Machine::look(&std::env::temp_dir()).unwrap();
        assert!(machine.cores > 0 && machine.memory_mib > 0 && !machine.date.is_empty(), "{machine}");
        assert_eq!(after_colon("a: 1\nmodel name\t: X y\n", "model name").as_deref(), Some("X y"));
    }
}
