//! Hosts that a service may reach: `api.example.com:443`, `*.example.com:443`, `127.0.0.1:8080`, `[::1]:80`.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A host, or all hosts of a domain, and a port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostPattern {
    host: Host,
    port: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Host {
    Address(IpAddr),
    /// In lower case.
    Name(String),
    /// All names that end with this domain, itself not included.
    Below(String),
}

/// The text is not a host with a port.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a host: expected a name or an address, with a port if it isn't 443, such as `api.example.com:443`"
)]
pub struct InvalidHost(String);

impl HostPattern {
    /// The port of hosts that are written without one.
    const DEFAULT_PORT: u16 = 443;

    /// Whether a host and port of a request are among those of the pattern. Addresses match only themselves: a name never matches the
    /// address that it stands for.
    #[must_use]
    pub fn matches(&self, host: &str, port: u16) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let found = Host::of_name(host).unwrap_or_else(|| Host::Name(host.to_ascii_lowercase()));
        port == self.port && self.host.contains(&found)
    }

    /// Whether every host of `other` is one of this pattern.
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        self.port == other.port && self.host.contains(&other.host)
    }

    /// Whether the operator names one machine of a private network by this: an address, or `localhost`.
    #[must_use]
    pub fn is_explicit(&self) -> bool {
        match &self.host {
            Host::Address(_) => true,
            Host::Name(name) => name == "localhost",
            Host::Below(_) => false,
        }
    }
}

impl Host {
    fn of_name(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse() {
            return Some(Self::Address(address));
        }
        let name = text.to_ascii_lowercase();
        let (is_domain, labels) = match name.strip_prefix("*.") {
            Some(domain) => (true, domain),
            None => (false, name.as_str()),
        };
        let is_label = |label: &str| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        if !labels.split('.').all(is_label) {
            return None;
        }
        Some(match is_domain {
            true => Self::Below(labels.to_owned()),
            false => Self::Name(name),
        })
    }

    fn contains(&self, other: &Self) -> bool {
        let is_below = |name: &str, domain: &str| {
            name.strip_suffix(domain)
                .is_some_and(|front| front.len() > 1 && front.ends_with('.'))
        };
        match (self, other) {
            (Self::Below(domain), Self::Name(name)) => is_below(name, domain),
            (Self::Below(domain), Self::Below(name)) => name == domain || is_below(name, domain),
            _ => self == other,
        }
    }
}

impl FromStr for HostPattern {
    type Err = InvalidHost;

    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        let invalid = || InvalidHost(text.to_owned());
        // An IPv6 address has its own colons, and is in brackets where a port follows.
        let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, "")) => (host, None),
            Some((host, rest)) => (host, Some(rest.strip_prefix(':').ok_or_else(invalid)?)),
            None if text.matches(':').count() > 1 => (text, None),
            None => match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        let port = match port {
            Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or_else(invalid)?,
            None => Self::DEFAULT_PORT,
        };
        let host = Host::of_name(host).ok_or_else(invalid)?;
        Ok(Self { host, port })
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Address(IpAddr::V6(address)) => write!(out, "[{address}]")?,
            Host::Address(IpAddr::V4(address)) => write!(out, "{address}")?,
            Host::Name(name) => out.write_str(name)?,
            Host::Below(domain) => write!(out, "*.{domain}")?,
        }
        write!(out, ":{}", self.port)
    }
}

impl TryFrom<String> for HostPattern {
    type Error = InvalidHost;

    fn try_from(text: String) -> Result<Self, InvalidHost> {
        text.parse()
    }
}

impl From<HostPattern> for String {
    fn from(host: HostPattern) -> Self {
        host.to_string()
    }
}
