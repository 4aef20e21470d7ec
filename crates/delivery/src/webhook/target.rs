//! Which addresses a webhook may go to. Whoever writes an account's settings must not reach what only this machine's own
//! network can reach, so the check is on the address that is really connected to: a name is looked up once, its addresses
//! are judged, and the connection goes to one of those.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;

use super::call::{CallFault, CallFaultKind};

/// What a look-up gives in the end.
pub type ResolveFuture = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Looks a host name up.
pub trait Resolve: Send + Sync + 'static {
    /// The addresses of a host.
    fn resolve(&self, host: &str, port: u16) -> ResolveFuture;
}

/// The operating system's look-up.
struct System;

impl Resolve for System {
    fn resolve(&self, host: &str, port: u16) -> ResolveFuture {
        let host = host.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((host.as_str(), port)).await?.collect()) })
    }
}

/// Where webhooks may go. Cheap to clone.
#[derive(Clone)]
pub struct Targets {
    resolver: Arc<dyn Resolve>,
    may: fn(IpAddr) -> bool,
}

/// How long one of several addresses may take to answer before the next is tried.
const EACH_ADDRESS: Duration = Duration::from_secs(4);

impl Targets {
    /// Public addresses only, or any.
    pub fn new(allow_private: bool) -> Self {
        Self::with(Arc::new(System), if allow_private { |_| true } else { is_public })
    }

    /// Another look-up, and another word about what may be called: for tests.
    pub fn with(resolver: Arc<dyn Resolve>, may: fn(IpAddr) -> bool) -> Self {
        Self { resolver, may }
    }

    /// Connects to a host, if one of its addresses may be called.
    pub(super) async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, CallFault> {
        // URLs write IPv6 addresses in brackets.
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let found = match host.parse::<IpAddr>() {
            Ok(ip) => vec![SocketAddr::new(ip, port)],
            Err(_) => {
                let found = self.resolver.resolve(host, port).await;
                found.map_err(|error| CallFault::new(CallFaultKind::Name, error.to_string()))?
            }
        };
        if found.is_empty() {
            return Err(CallFault::new(CallFaultKind::Name, "the name has no address"));
        }
        let allowed: Vec<_> = found.into_iter().filter(|address| (self.may)(address.ip())).collect();
        if allowed.is_empty() {
            return Err(refused());
        }
        let mut fault = CallFault::new(CallFaultKind::Connect, "nothing to connect to");
        for address in &allowed {
            match tokio::time::timeout(EACH_ADDRESS, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return self.checked(stream),
                Ok(Err(error)) => fault = CallFault::new(CallFaultKind::Connect, error.to_string()),
                Err(_) => fault = CallFault::new(CallFaultKind::Connect, "the address does not answer"),
            }
        }
        Err(fault)
    }

    /// The last word is the connection's own.
    fn checked(&self, stream: TcpStream) -> Result<TcpStream, CallFault> {
        let told = |error: io::Error| CallFault::new(CallFaultKind::Connect, error.to_string());
        if !(self.may)(stream.peer_addr().map_err(told)?.ip()) {
            return Err(refused());
        }
        stream.set_nodelay(true).map_err(told)?;
        Ok(stream)
    }
}

fn refused() -> CallFault {
    let why = "its address is private, local or reserved, and VESTIBULE_ALLOW_PRIVATE_TARGETS is not set";
    CallFault::new(CallFaultKind::Target, why)
}

/// Whether an address is one that anybody on the internet could reach (IANA's registries of special-purpose addresses).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || matches!((a, b, c), (0 | 224.., ..) | (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) | (198, 18 | 19, _));
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let part = ip.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match (part[0], part[1]) {
        // Translated and tunnelled addresses are what they hold.
        (0x64, 0xff9b) if part[2..6] == [0; 4] => is_public_v4(v4(part[6], part[7])),
        (0x2002, _) => is_public_v4(v4(part[1], part[2])),
        // Teredo and other protocols' own, documentation.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x3fff, 0..=0xfff) => false,
        (0x2000..=0x3fff, _) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_may_be_called() {
        for ip in ["8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "223.255.255.255"] {
            assert!(is_public(ip.parse().expect("an address")), "{ip}");
        }
        for ip in ["2a00:1450:4001::1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"] {
            assert!(is_public(ip.parse().expect("an address")), "{ip}");
        }
        for ip in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2002:a00:1::1",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
            "5f00::1",
        ] {
            assert!(!is_public(ip.parse().expect("an address")), "{ip}");
        }
    }
}
