//! What a service gets: the intersection of its requests and the operator's policy.

use crate::{HostPattern, Mode, NamedRequest, Policy, RandomSource, Requests, Scope, Size, TimeSource};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// The resources that a service may use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Capabilities {
    /// Folders.
    pub dirs: Vec<Dir>,
    /// Environment variables with their values, by name.
    pub env: Vec<(String, String)>,
    /// HTTP requests.
    pub http: HttpAccess,
    /// Programs by name.
    pub process: Vec<(String, PathBuf)>,
    /// What the service sees as time.
    pub clock: TimeSource,
    /// Where random numbers come from.
    pub random: RandomSource,
    /// The memory of the service, if requests or policy limit it.
    pub memory: Option<Size>,
    /// The time of one call in milliseconds, if requests or policy limit it.
    pub call_ms: Option<u64>,
}

/// A folder of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dir {
    /// The path in the service.
    pub guest: String,
    /// How long the files last, and for whom.
    pub scope: Scope,
    /// What the service may do there.
    pub mode: Mode,
}

/// The HTTP requests that a service may send.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HttpAccess {
    /// The hosts; none by default.
    pub hosts: Vec<HostPattern>,
    /// The methods; `None`: all.
    pub methods: Option<Vec<String>>,
}

/// A request that was not granted, or only in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What was asked for, such as `env.API_TOKEN`.
    pub request: String,
    /// Why, and what the operator can do.
    pub reason: String,
    /// Whether the service can't do without.
    pub required: bool,
}

impl Capabilities {
    /// The intersection of requests and policy, and what was refused. The policy is that of the service: see
    /// [`Policy::of_service`].
    #[must_use]
    pub fn granted(requests: &Requests, policy: &Policy) -> (Self, Vec<Refusal>) {
        let mut refused = Vec::new();
        let mut capabilities = Self {
            clock: requests.clock.unwrap_or_default(),
            random: requests.random.unwrap_or_default(),
            memory: lesser(requests.memory, policy.memory),
            call_ms: lesser(requests.call_ms, policy.call_ms),
            ..Self::default()
        };
        capabilities.grant_dirs(requests, policy, &mut refused);
        capabilities.env = named(&requests.env, &policy.env, "env", &mut refused);
        capabilities.process = named(&requests.process, &policy.process, "process", &mut refused);
        capabilities.grant_http(requests, policy, &mut refused);
        (capabilities, refused)
    }

    fn grant_dirs(&mut self, requests: &Requests, policy: &Policy, refused: &mut Vec<Refusal>) {
        for request in &requests.fs {
            if policy.scopes.contains(&request.scope) {
                self.dirs.push(Dir {
                    guest: request.guest.clone(),
                    scope: request.scope,
                    mode: request.mode,
                });
            } else {
                refused.push(Refusal {
                    request: request.key(),
                    reason: format!("the policy doesn't have \"{}\" in `fs`", request.scope),
                    required: request.required,
                });
            }
        }
    }

    fn grant_http(&mut self, requests: &Requests, policy: &Policy, refused: &mut Vec<Refusal>) {
        let Some(request) = &requests.http else {
            return;
        };
        let mut refuse = |request: String, reason: String, required| {
            refused.push(Refusal {
                request,
                reason,
                required,
            });
        };
        for host in &request.hosts {
            if policy.hosts.iter().any(|allowed| allowed.includes(host)) {
                self.http.hosts.push(host.clone());
                continue;
            }
            // The service may ask for a domain of which the operator allows some hosts.
            let part = policy.hosts.iter().filter(|allowed| host.includes(allowed));
            let part: Vec<HostPattern> = part.cloned().collect();
            let reason = match part.is_empty() {
                true => format!("the policy doesn't have \"{host}\" in `http.hosts`"),
                false => format!("the policy has only a part of \"{host}\" in `http.hosts`"),
            };
            self.http.hosts.extend(part);
            refuse(format!("http.{host}"), reason, request.required);
        }
        let is_allowed = |method: &String| policy.methods.is_empty() || policy.methods.contains(method);
        self.http.methods = match (request.methods.as_slice(), policy.methods.as_slice()) {
            ([], []) => None,
            ([], allowed) => Some(allowed.to_vec()),
            (wanted, _) => Some(wanted.iter().filter(|method| is_allowed(method)).cloned().collect()),
        };
        for method in request.methods.iter().filter(|method| !is_allowed(method)) {
            let reason = format!("the policy doesn't have \"{method}\" in `http.methods`");
            refuse(format!("http.{method}"), reason, request.required);
        }
    }
}

impl HttpAccess {
    /// Whether the service may send a request of this method to a host.
    #[must_use]
    pub fn allows(&self, method: &str, host: &str, port: u16) -> bool {
        let has_method = self
            .methods
            .as_ref()
            .is_none_or(|methods| methods.iter().any(|allowed| allowed == method));
        has_method && self.hosts.iter().any(|allowed| allowed.matches(host, port))
    }

    /// Whether the service may reach this host in a private network: whether it is named by address, or as `localhost`.
    #[must_use]
    pub fn is_private_allowed(&self, host: &str, port: u16) -> bool {
        let mut hosts = self.hosts.iter();
        hosts.any(|allowed| allowed.is_explicit() && allowed.matches(host, port))
    }
}

/// The variables or programs that the policy has under the requested names.
fn named<T: Clone>(
    requests: &[NamedRequest],
    offered: &BTreeMap<String, T>,
    kind: &str,
    refused: &mut Vec<Refusal>,
) -> Vec<(String, T)> {
    let mut granted = Vec::new();
    for request in requests {
        match offered.get(&request.name) {
            Some(value) => granted.push((request.name.clone(), value.clone())),
            None => refused.push(Refusal {
                request: request.key(kind),
                reason: format!("the policy doesn't have `{}` in `{kind}`", request.name),
                required: request.required,
            }),
        }
    }
    granted
}

/// The lesser of two limits, where both are there.
fn lesser<T: Ord>(first: Option<T>, second: Option<T>) -> Option<T> {
    match (first, second) {
        (Some(first), Some(second)) => Some(first.min(second)),
        (first, second) => first.or(second),
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Persistent => "persistent",
            Self::Ephemeral => "ephemeral",
            Self::Vault => "vault",
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}`: {}", self.request, self.reason)
    }
}
