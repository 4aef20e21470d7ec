//! Who is at the other end: the client's address, believed from a proxy only when that proxy is trusted, and the
//! account that the request's host belongs to.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;
use model::AccountId;

use crate::{Doors, Peer};

/// Networks whose `Forwarded` and `X-Forwarded-For` are believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// A network that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{0} is no network in CIDR form")]
pub struct TrustedProxiesFault(String);

impl TrustedProxies {
    /// Reads networks in CIDR form (or single addresses), separated by commas.
    pub fn parse(text: &str) -> Result<Self, TrustedProxiesFault> {
        let parse = |part: &str| {
            part.parse::<IpNet>().or_else(|_| part.parse::<IpAddr>().map(IpNet::from)).map_err(|_| TrustedProxiesFault(part.into()))
        };
        text.split(',').map(str::trim).filter(|p| !p.is_empty()).map(parse).collect::<Result<_, _>>().map(Self)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|net| net.contains(&address))
    }

    /// The client's address: the last hop that is no trusted proxy, counted from our end.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.trusts(client) {
            return client;
        }
        for hop in hops(headers).into_iter().rev() {
            let Some(hop) = hop else { break };
            client = hop.to_canonical();
            if !self.trusts(client) {
                break;
            }
        }
        client
    }
}

/// The addresses a request has passed, the furthest first; `None` for what is no address.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let listed = |name: HeaderName| -> Vec<String> {
        let values = headers.get_all(name).iter().filter_map(|v| v.to_str().ok());
        values.flat_map(|v| v.split(',').map(|p| p.trim().to_owned()).collect::<Vec<_>>()).collect()
    };
    let forwarded = listed(header::FORWARDED);
    if !forwarded.is_empty() {
        return forwarded
            .iter()
            .map(|element| {
                let pair = element.split(';').map(str::trim).find(|p| p.len() > 4 && p[..4].eq_ignore_ascii_case("for="))?;
                address(pair[4..].trim_matches('"'))
            })
            .collect();
    }
    listed(HeaderName::from_static("x-forwarded-for")).iter().map(|hop| address(hop)).collect()
}

/// An address with or without port and brackets.
fn address(text: &str) -> Option<IpAddr> {
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split(']').next()?.parse().ok();
    }
    text.parse().ok().or_else(|| text.split_once(':').and_then(|(host, _)| host.parse().ok()))
}

/// The caller of a request.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its address.
    pub ip: IpAddr,
    /// The account whose own domain was called; `None` for the main host, and for hosts that nobody claims.
    pub domain_of: Option<AccountId>,
}

impl Client {
    /// Whether an account is served on the host that was called: a custom domain serves that one account only.
    pub fn may_see(&self, account: AccountId) -> bool {
        self.domain_of.is_none_or(|own| own == account)
    }
}

impl FromRequestParts<Doors> for Client {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<Peer>().map_or(IpAddr::from([127, 0, 0, 1]), |p| p.0);
        let host = parts.headers.get(header::HOST).and_then(|h| h.to_str().ok()).map(without_port);
        let domain_of = host.and_then(|host| doors.directory().by_domain(host).map(|a| a.id));
        Ok(Self { ip: doors.trusted_proxies.client(peer, &parts.headers), domain_of })
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// A header as text, with what is no UTF-8 replaced and cut to a sensible length.
pub fn header_text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let text = String::from_utf8_lossy(headers.get(name)?.as_bytes());
    let kept: String = text.chars().filter(|c| !c.is_control()).take(1000).collect();
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = TrustedProxies::parse("10.0.0.0/8, ::1, 192.0.2.7").expect("networks");
        for (peer, name, value, client) in [
            ("203.0.113.9", "x-forwarded-for", "1.2.3.4", "203.0.113.9"),
            ("10.0.0.1", "x-forwarded-for", "1.2.3.4", "1.2.3.4"),
            ("10.0.0.1", "x-forwarded-for", "6.6.6.6, 1.2.3.4, 10.9.9.9", "1.2.3.4"),
            ("10.0.0.1", "x-forwarded-for", "junk", "10.0.0.1"),
            ("10.0.0.1", "x-forwarded-for", "6.6.6.6, junk, 10.2.2.2", "10.2.2.2"),
            ("::1", "forwarded", "for=\"[2001:db8::17]:4711\";proto=https", "2001:db8::17"),
            ("::ffff:10.0.0.1", "forwarded", "For=1.2.3.4:80", "1.2.3.4"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static(name), value.parse().expect("a value"));
            assert_eq!(trusted.client(peer.parse().expect(peer), &headers).to_string(), client, "{peer} {value}");
        }
        assert!(TrustedProxies::parse("10.0.0.0/33").is_err());
    }
}
