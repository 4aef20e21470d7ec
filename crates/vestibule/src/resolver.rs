//! Asks a resolver whether a domain takes mail: a stub client for three kinds of question over UDP (RFC 1035), which is all
//! that the guard wants to know. Answers are only counted, never followed, and nothing in them is trusted for its length.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use intake::{Looked, MailHostLookup};
use model::{Ambient, Timestamp};
use tokio::net::UdpSocket;

/// A resolver that has not answered by then is asked once more, or the next one is.
const PATIENCE: Duration = Duration::from_millis(220);
/// While no resolver answers, nothing is asked for so long.
const SILENCE: Duration = Duration::from_secs(300);
/// Resolvers that are asked, as in resolv.conf(5).
const MOST: usize = 3;
const LARGEST: usize = 1232;

const A: u16 = 1;
const MX: u16 = 15;
const AAAA: u16 = 28;

/// The resolvers of this machine, or the one that the operator names.
pub(crate) struct Resolver {
    servers: Vec<SocketAddr>,
    ambient: Ambient,
    /// When a resolver fell silent, in microseconds; 0 = none has.
    silent: AtomicI64,
}

/// What a resolver says to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    /// There are such records.
    Records,
    /// A single MX record with an empty host: the domain takes no mail (RFC 7505).
    NullMx,
    /// The name exists without such records.
    NoData,
    /// There is no such name.
    NoName,
}

impl Resolver {
    /// `setting`: empty or left out = those of `/etc/resolv.conf`, `off` = none, else an address with or without port.
    /// `None` where nothing is to be asked.
    pub(crate) fn new(setting: Option<&str>, ambient: Ambient) -> Result<Option<Self>, String> {
        let servers = match setting.map(str::trim).filter(|s| !s.is_empty()) {
            Some("off") => Vec::new(),
            Some(text) => vec![address(text).ok_or_else(|| format!("{text} is no address of a resolver, nor `off`"))?],
            None => listed(&std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default()),
        };
        let resolver = Self { servers, ambient, silent: AtomicI64::new(0) };
        Ok((!resolver.servers.is_empty()).then_some(resolver))
    }

    /// Asks something that every resolver knows, so that no sign-up waits for one that is not there.
    pub(crate) async fn probe(&self) {
        if self.ask("com", A).await.is_none() {
            tracing::info!("no resolver answers: whether domains take mail is not looked up");
        }
    }

    async fn takes_mail(&self, domain: &str) -> Option<bool> {
        match self.ask(domain, MX).await? {
            Says::Records => return Some(true),
            Says::NullMx | Says::NoName => return Some(false),
            Says::NoData => {}
        }
        for kind in [A, AAAA] {
            if self.ask(domain, kind).await? == Says::Records {
                return Some(true);
            }
        }
        Some(false)
    }

    async fn ask(&self, domain: &str, kind: u16) -> Option<Says> {
        let now = self.ambient.now();
        let silent = self.silent.load(Ordering::Relaxed);
        if silent != 0 && now.since(Timestamp(silent)) < SILENCE {
            return None;
        }
        let mut answered = false;
        for server in self.servers.iter().cycle().take(self.servers.len().max(2)) {
            let id = u16::from_be_bytes(self.ambient.random());
            let question = question(id, domain, kind)?;
            let Ok(Ok(answer)) = tokio::time::timeout(PATIENCE, exchange(*server, &question)).await else { continue };
            answered = true;
            if let Some(says) = read(&answer, &question, kind) {
                self.silent.store(0, Ordering::Relaxed);
                return Some(says);
            }
        }
        if !answered {
            self.silent.store(now.0, Ordering::Relaxed);
        }
        None
    }
}

impl MailHostLookup for Resolver {
    fn look_up<'a>(&'a self, domain: &'a str) -> Looked<'a> {
        Box::pin(self.takes_mail(domain))
    }
}

/// Sends a question from a port of its own and waits for the answer with its number.
async fn exchange(server: SocketAddr, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let any = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(server).await?;
    socket.send(question).await?;
    let mut answer = vec![0; LARGEST];
    loop {
        let length = socket.recv(&mut answer).await?;
        if length >= 12 && answer[..2] == question[..2] {
            answer.truncate(length);
            return Ok(answer);
        }
    }
}

fn address(text: &str) -> Option<SocketAddr> {
    text.parse().ok().or_else(|| text.trim_matches(['[', ']']).parse::<IpAddr>().ok().map(|ip| (ip, 53).into()))
}

/// The resolvers that a resolv.conf names.
fn listed(text: &str) -> Vec<SocketAddr> {
    let named = text.lines().filter_map(|line| line.trim().strip_prefix("nameserver"));
    named.filter_map(|rest| address(rest.trim())).take(MOST).collect()
}

/// One question, with recursion wanted; `None` for what is no domain.
fn question(id: u16, domain: &str, kind: u16) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(domain.len() + 18);
    bytes.extend(id.to_be_bytes());
    bytes.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in domain.trim_end_matches('.').split('.') {
        let length = u8::try_from(label.len()).ok().filter(|l| (1..=63).contains(l))?;
        bytes.push(length);
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes.extend(kind.to_be_bytes());
    bytes.extend([0, 1]);
    (bytes.len() <= 12 + 255 + 4).then_some(bytes)
}

/// What an answer says; `None` where it is none to this question, or the resolver could not tell.
fn read(answer: &[u8], question: &[u8], kind: u16) -> Option<Says> {
    let word = |at: usize| Some(u16::from_be_bytes(answer.get(at..at + 2)?.try_into().ok()?));
    let (flags, asked) = (word(2)?, question.get(12..)?);
    let echoed = answer.get(12..12 + asked.len())?;
    if flags & 0x8000 == 0 || word(4)? != 1 || !echoed.eq_ignore_ascii_case(asked) {
        return None;
    }
    match flags & 0x000f {
        0 => {}
        3 => return Some(Says::NoName),
        _ => return None,
    }
    let (mut at, mut found, mut null) = (12 + asked.len(), 0, false);
    for _ in 0..word(6)? {
        // What was cut off for want of room is not missed: one record is enough.
        let Some(end) = name_end(answer, at) else { break };
        let (Some(of), Some(length)) = (word(end), word(end + 8)) else { break };
        let data = end + 10;
        if of == kind {
            found += 1;
            // Preference and host: a host that is the root.
            null = kind == MX && length == 3 && answer.get(data + 2) == Some(&0);
        }
        at = data + usize::from(length);
    }
    match found {
        0 if flags & 0x0200 != 0 => None,
        0 => Some(Says::NoData),
        1 if null => Some(Says::NullMx),
        _ => Some(Says::Records),
    }
}

/// Where a name ends; pointers are not followed.
fn name_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *bytes.get(at)? {
            0 => return Some(at + 1),
            length if length >= 0xc0 => return Some(at + 2),
            length if length < 0x40 => at += usize::from(length) + 1,
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer with records of a kind, each with this data.
    fn answer(question: &[u8], flags: u16, records: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = question.to_vec();
        bytes[2..4].copy_from_slice(&flags.to_be_bytes());
        bytes[6..8].copy_from_slice(&(records.len() as u16).to_be_bytes());
        for (kind, data) in records {
            bytes.extend([0xc0, 12]);
            bytes.extend(kind.to_be_bytes());
            bytes.extend([0, 1, 0, 0, 0, 60]);
            bytes.extend((data.len() as u16).to_be_bytes());
            bytes.extend(*data);
        }
        bytes
    }

    #[test]
    fn answers_are_read_and_nonsense_is_none() {
        let asked = question(7, "mail.test", MX).expect("a question");
        let host: &[u8] = &[0, 10, 2, b'm', b'x', 0xc0, 12];
        for (flags, records, says) in [
            (0x8180, vec![(MX, host)], Some(Says::Records)),
            (0x8180, vec![(5, host), (MX, host)], Some(Says::Records)),
            (0x8180, vec![(MX, &[0, 0, 0][..])], Some(Says::NullMx)),
            (0x8180, vec![(MX, &[0, 0, 0][..]), (MX, host)], Some(Says::Records)),
            (0x8180, vec![], Some(Says::NoData)),
            (0x8180, vec![(5, host)], Some(Says::NoData)),
            (0x8183, vec![], Some(Says::NoName)),
            (0x8182, vec![], None),
            (0x0100, vec![(MX, host)], None),
            (0x8380, vec![], None),
        ] {
            let whole = answer(&asked, flags, &records);
            assert_eq!(read(&whole, &asked, MX), says, "{flags:x} {records:?}");
            for cut in 0..whole.len() {
                let _ = read(&whole[..cut], &asked, MX);
            }
            for at in 0..whole.len() {
                let mut garbled = whole.clone();
                garbled[at] ^= 0xff;
                let _ = read(&garbled, &asked, MX);
            }
        }
        let other = question(7, "other.test", MX).expect("a question");
        assert_eq!(read(&answer(&other, 0x8180, &[(MX, host)]), &asked, MX), None, "to another question");
        for bad in ["", "a..b", &"x".repeat(64), &"abc.".repeat(80)] {
            assert_eq!(question(1, bad, MX), None, "{bad}");
        }
    }

    #[test]
    fn settings_name_resolvers() {
        let text = "# local\nnameserver 192.0.2.1\nsearch x.test\nnameserver 2001:db8::1\nnameserver nowhere\n";
        assert_eq!(listed(text), [address("192.0.2.1:53").unwrap(), address("[2001:db8::1]:53").unwrap()]);
        let new = |setting| Resolver::new(Some(setting), Ambient::system()).map(|r| r.map(|r| r.servers));
        assert_eq!(new("off"), Ok(None));
        assert_eq!(new("127.0.0.1:5353"), Ok(Some(vec![address("127.0.0.1:5353").unwrap()])));
        assert!(new("nowhere").is_err());
    }
}
