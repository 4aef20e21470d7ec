//! What the kernel says about a process, and ports that are free.

use std::fs;
use std::net::{SocketAddr, TcpListener};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};

/// Ticks a second of `/proc/PID/stat`: `USER_HZ`, 100 on every Linux of these years (proc(5)).
const TICKS_PER_SECOND: f64 = 100.0;

/// Seconds of processor time a process has used, all threads, user and system; zero once it is gone.
pub fn cpu_seconds(pid: u32) -> f64 {
    fs::read_to_string(format!("/proc/{pid}/stat")).ok().and_then(|stat| parse_cpu_ticks(&stat)).unwrap_or(0.0)
        / TICKS_PER_SECOND
}

/// The same of a process and its children, as a database server has them.
pub fn family_cpu_seconds(pid: u32) -> f64 {
    children(pid).into_iter().chain([pid]).map(cpu_seconds).sum()
}

/// Processor seconds the whole machine has been busy with.
pub fn busy_seconds() -> f64 {
    fs::read_to_string("/proc/stat").ok().and_then(|stat| parse_busy_ticks(&stat)).unwrap_or(0.0) / TICKS_PER_SECOND
}

/// Everything of the `cpu` line but `idle` and `iowait`; guests are counted in `user` already (proc(5)).
fn parse_busy_ticks(stat: &str) -> Option<f64> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<f64> = line.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    Some(ticks.iter().enumerate().filter(|(at, _)| matches!(at, 0..=2 | 5..=7)).map(|(_, n)| n).sum())
}

/// `utime` + `stime`; the name in brackets may hold spaces and brackets itself.
fn parse_cpu_ticks(stat: &str) -> Option<f64> {
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
}

/// The memory of a process in MiB: resident now, and at its highest.
pub fn memory_mib(pid: u32) -> (f64, f64) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    (parse_kib(&status, "VmRSS:") / 1024.0, parse_kib(&status, "VmHWM:") / 1024.0)
}

fn parse_kib(status: &str, name: &str) -> f64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0.0)
}

/// The children of a process.
pub fn children(parent: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let ppid = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
        ppid == Some(parent)
    })
    .collect()
}

/// Sends a signal to a process that the bench started; one that is gone already is no error.
pub fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid.cast_signed()) {
        let _ = kill_process(pid, signal);
    }
}

/// A loopback address nobody listens on at this moment.
pub fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no free port")?;
    Ok(listener.local_addr()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_proc() {
        let stat = "4242 (odd ) name) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0";
        assert_eq!(parse_cpu_ticks(stat), Some(300.0));
        assert_eq!(parse_cpu_ticks("nothing"), None);
        assert_eq!(parse_busy_ticks("cpu  1 2 3 1000 2000 4 5 6 7 8\ncpu0 9"), Some(21.0));
        assert!((parse_kib("VmHWM:\t   2048 kB\nVmRSS:\t 1024 kB\n", "VmRSS:") - 1024.0).abs() < f64::EPSILON);
        assert!(memory_mib(std::process::id()).0 > 0.0);
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        assert!(children(std::process::id()).contains(&child.id()));
        signal(child.id(), Signal::KILL);
        assert!(!child.wait().unwrap().success());
    }
}
