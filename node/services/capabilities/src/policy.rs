//! What the operator of a peer allows.
//!
//! ```toml
//! [policy]                       # what services may have
//! fs = ["persistent", "ephemeral", "vault"]
//! env = { REGION = "eu" }
//! process = { curl = "/usr/bin/curl" }
//! memory = "256 MiB"
//! call_ms = 5000
//!
//! [policy.http]
//! hosts = ["*.example.com:443", "127.0.0.1:8080"]
//! methods = ["GET", "POST"]      # all if missing
//!
//! [policy.services.weather]      # instead of the above, for one service
//! env = { API_TOKEN = "…" }
//! ```
//!
//! A policy that is missing allows folders, and neither variables, hosts nor programs. A name such as `*.example.com` never reaches a
//! private network: machines there must be named by their address, or as `localhost`.

use crate::requests::{read_hosts, read_methods};
use crate::{HostPattern, Scope, Size};
use aqua_toml::Section;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What the operator of a peer allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The scopes of folders.
    pub scopes: Vec<Scope>,
    /// The environment variables with the values that services see.
    pub env: BTreeMap<String, String>,
    /// The programs by name. Relative paths are relative to the file of the policy.
    pub process: BTreeMap<String, PathBuf>,
    /// The hosts that services can send HTTP requests to.
    pub hosts: Vec<HostPattern>,
    /// The methods of HTTP requests; all if empty.
    pub methods: Vec<String>,
    /// The memory of one service.
    pub memory: Option<Size>,
    /// The time of one call in milliseconds.
    pub call_ms: Option<u64>,
    /// The policies of single services, by id or alias, which replace this one.
    pub services: BTreeMap<String, Self>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            scopes: vec![Scope::Persistent, Scope::Ephemeral, Scope::Vault],
            env: BTreeMap::new(),
            process: BTreeMap::new(),
            hosts: Vec::new(),
            methods: Vec::new(),
            memory: None,
            call_ms: None,
            services: BTreeMap::new(),
        }
    }
}

impl Policy {
    /// Reads the table `[policy]`; the default if it is missing. Invalid values are reported and left out, so that a mistake never
    /// allows more.
    #[must_use]
    pub fn read(root: &mut Section<'_, '_>) -> Self {
        let Some(mut section) = root.section("policy") else {
            return Self::default();
        };
        let services = section.sections("services");
        let services = services
            .into_iter()
            .map(|(name, section)| (name, Self::read_table(section)));
        let services = services.collect();
        Self {
            services,
            ..Self::read_table(section)
        }
    }

    /// The policy for a service.
    #[must_use]
    pub fn of_service(&self, name: &str) -> &Self {
        self.services.get(name).unwrap_or(self)
    }

    /// Makes the paths of programs relative to `folder`.
    #[must_use]
    pub fn in_folder(mut self, folder: &std::path::Path) -> Self {
        for path in self.process.values_mut() {
            *path = folder.join(&path);
        }
        let services = std::mem::take(&mut self.services).into_iter();
        self.services = services
            .map(|(name, policy)| (name, policy.in_folder(folder)))
            .collect();
        self
    }

    fn read_table(mut section: Section<'_, '_>) -> Self {
        let scopes = match section.has("fs") {
            true => {
                let expected = "an array of \"persistent\", \"ephemeral\" and \"vault\"";
                section.deserialized("fs", expected).unwrap_or_default()
            }
            false => {
                section.strings("fs");
                Self::default().scopes
            }
        };
        let env = section.string_table("env").into_iter();
        let process = section.string_table("process").into_iter();
        let (hosts, methods) = match section.section("http") {
            Some(mut http) => {
                let read = (read_hosts(&mut http), read_methods(&mut http));
                http.finish();
                read
            }
            None => Default::default(),
        };
        let policy = Self {
            scopes,
            env: env.map(|(name, value)| (name, value.value)).collect(),
            process: process.map(|(name, path)| (name, path.value.into())).collect(),
            hosts,
            methods,
            memory: section.size("memory").map(|size| Size(size.value)),
            call_ms: section.integer("call_ms", 1..=u64::MAX).map(|time| time.value),
            services: BTreeMap::new(),
        };
        section.finish();
        policy
    }
}
