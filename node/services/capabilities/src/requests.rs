//! What a service asks for.
//!
//! ```toml
//! [requests]
//! env = ["REGION", { name = "API_TOKEN", required = true }]
//! process = ["curl"]
//! memory = "64 MiB"
//! call_ms = 2000
//! clock = "particle"             # `real` if missing
//! random = "seeded"              # `secure` if missing
//!
//! [[requests.fs]]
//! guest = "/storage"             # the path in the service
//! scope = "persistent"           # or `ephemeral`, `vault`
//! mode = "rw"                    # or `ro`; `rw` if missing
//! required = true
//!
//! [requests.http]
//! hosts = ["api.example.com:443"]
//! methods = ["GET"]              # all if missing
//! ```

use crate::HostPattern;
use aqua_toml::{Section, parse_size};
use bytesize::ByteSize;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a service asks for. Serializes to the `requests` of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Requests {
    /// Folders.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fs: Vec<DirRequest>,
    /// Environment variables, whose values the operator gives.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<NamedRequest>,
    /// Hosts that the service sends HTTP requests to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpRequest>,
    /// What the service sees as time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<TimeSource>,
    /// Where random numbers come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub random: Option<RandomSource>,
    /// Programs of the machine, by the names under which the operator offers them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub process: Vec<NamedRequest>,
    /// Memory of all modules of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Size>,
    /// Time of one call in milliseconds, waiting included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_ms: Option<u64>,
}

/// A folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirRequest {
    /// The path in the service.
    pub guest: String,
    /// How long the files last, and for whom.
    pub scope: Scope,
    /// What the service does there.
    #[serde(default)]
    pub mode: Mode,
    /// Whether the service can't do without.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
}

/// How long the files of a folder last, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The service's own, kept when the peer restarts.
    Persistent,
    /// The service's own, removed with it.
    Ephemeral,
    /// The folder of the particle, which all services share that it calls on the peer.
    Vault,
}

/// What a service does in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Mode {
    /// It reads and writes.
    #[default]
    #[serde(rename = "rw")]
    ReadWrite,
    /// It reads.
    #[serde(rename = "ro")]
    ReadOnly,
}

/// An environment variable or a program: its name, or a table with the name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "NameOrTable", into = "NameOrTable")]
pub struct NamedRequest {
    /// The name.
    pub name: String,
    /// Whether the service can't do without.
    pub required: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum NameOrTable {
    Name(String),
    Table {
        name: String,
        #[serde(default)]
        required: bool,
    },
}

/// Requests over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpRequest {
    /// The hosts with their ports.
    pub hosts: Vec<HostPattern>,
    /// The methods; all if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
    /// Whether the service can't do without any of the hosts and methods.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
}

/// What a service sees as time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeSource {
    /// The clock of the machine.
    #[default]
    Real,
    /// The timestamp of the particle: the same calls see the same time.
    Particle,
}

/// Where random numbers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RandomSource {
    /// The generator of the machine.
    #[default]
    Secure,
    /// The ids of service and particle: the same calls get the same numbers.
    Seeded,
}

/// A size in bytes, written as `"64 MiB"` or as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "NumberOrText", into = "String")]
pub struct Size(pub u64);

#[derive(Deserialize)]
#[serde(untagged)]
enum NumberOrText {
    Number(u64),
    Text(String),
}

impl Requests {
    /// Reads the table `[requests]`, which may be missing. Invalid values are reported and left out.
    #[must_use]
    pub fn read(root: &mut Section<'_, '_>) -> Option<Self> {
        let mut section = root.section("requests")?;
        let mut requests = Self {
            fs: section.tables("fs").into_iter().filter_map(DirRequest::read).collect(),
            env: read_names(&mut section, "env"),
            process: read_names(&mut section, "process"),
            memory: section.size("memory").map(|size| Size(size.value)),
            call_ms: section.integer("call_ms", 1..=u64::MAX).map(|time| time.value),
            clock: section.deserialized("clock", "\"real\" or \"particle\""),
            random: section.deserialized("random", "\"secure\" or \"seeded\""),
            http: None,
        };
        if let Some(http) = section.section("http") {
            requests.http = Some(HttpRequest::read(http));
        }
        section.finish();
        Some(requests)
    }

    /// The names of what the policy decides on, as in [`Refusal::request`](crate::Refusal::request): `fs./storage`, `env.REGION`.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let fs = self.fs.iter().map(DirRequest::key);
        let env = self.env.iter().map(|request| request.key("env"));
        let process = self.process.iter().map(|request| request.key("process"));
        let http = self.http.iter().flat_map(|http| {
            let hosts = http.hosts.iter().map(|host| format!("http.{host}"));
            hosts.chain(http.methods.iter().map(|method| format!("http.{method}")))
        });
        fs.chain(env).chain(process).chain(http).collect()
    }
}

impl NamedRequest {
    pub(crate) fn key(&self, kind: &str) -> String {
        format!("{kind}.{}", self.name)
    }
}

impl DirRequest {
    pub(crate) fn key(&self) -> String {
        format!("fs.{}", self.guest)
    }

    fn read(mut section: Section<'_, '_>) -> Option<Self> {
        let guest = section.required_string("guest", "\"/storage\"");
        if !section.has("scope") {
            section.required_string("scope", "\"persistent\"");
        }
        let scope = section.deserialized("scope", "\"persistent\", \"ephemeral\" or \"vault\"");
        let mode = section.deserialized("mode", "\"rw\" or \"ro\"");
        let required = section.boolean("required");
        let guest = guest.filter(|guest| {
            let is_path = is_guest_path(&guest.value);
            if !is_path {
                let expected = "an absolute path without `.` and `..`, such as \"/storage\"";
                section.report_invalid("guest", guest.span, expected);
            }
            is_path
        });
        section.finish();
        Some(Self {
            guest: guest?.value,
            scope: scope?,
            mode: mode.unwrap_or_default(),
            required: required.is_some_and(|required| required.value),
        })
    }
}

impl HttpRequest {
    fn read(mut section: Section<'_, '_>) -> Self {
        let required = section.boolean("required");
        let request = Self {
            hosts: read_hosts(&mut section),
            methods: read_methods(&mut section),
            required: required.is_some_and(|required| required.value),
        };
        section.finish();
        request
    }
}

/// The hosts in `hosts`. Those that are invalid are reported.
pub(crate) fn read_hosts(section: &mut Section<'_, '_>) -> Vec<HostPattern> {
    let hosts = section.strings("hosts").into_iter();
    let hosts = hosts.filter_map(|host| {
        let parsed = host.value.parse().ok();
        if parsed.is_none() {
            section.report_invalid("hosts", host.span, "a host such as \"api.example.com:443\"");
        }
        parsed
    });
    hosts.collect()
}

/// The methods in `methods`, in upper case.
pub(crate) fn read_methods(section: &mut Section<'_, '_>) -> Vec<String> {
    let methods = section.strings("methods").into_iter();
    methods.map(|method| method.value.to_ascii_uppercase()).collect()
}

fn read_names(section: &mut Section<'_, '_>, key: &'static str) -> Vec<NamedRequest> {
    let expected = "an array of names, or of tables such as { name = \"NAME\", required = true }";
    section.deserialized(key, expected).unwrap_or_default()
}

/// Whether a path of a service is absolute and has no parts that stand for other folders.
fn is_guest_path(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    rest.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(value: &bool) -> bool {
    !value
}

impl From<NameOrTable> for NamedRequest {
    fn from(request: NameOrTable) -> Self {
        match request {
            NameOrTable::Name(name) => Self { name, required: false },
            NameOrTable::Table { name, required } => Self { name, required },
        }
    }
}

impl From<NamedRequest> for NameOrTable {
    fn from(request: NamedRequest) -> Self {
        match request {
            NamedRequest { name, required: false } => Self::Name(name),
            NamedRequest { name, required } => Self::Table { name, required },
        }
    }
}

impl TryFrom<NumberOrText> for Size {
    type Error = String;

    fn try_from(size: NumberOrText) -> Result<Self, String> {
        match size {
            NumberOrText::Number(bytes) => Ok(Self(bytes)),
            NumberOrText::Text(text) => match parse_size(&text) {
                Some(bytes) => Ok(Self(bytes)),
                None => Err(format!("`{text}` is not a size such as `64 MiB`")),
            },
        }
    }
}

impl From<Size> for String {
    fn from(size: Size) -> Self {
        size.to_string()
    }
}

/// Exact: in the largest unit of which it is a multiple.
impl fmt::Display for Size {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [
            ("GiB", ByteSize::gib(1)),
            ("MiB", ByteSize::mib(1)),
            ("KiB", ByteSize::kib(1)),
        ];
        let unit = units
            .iter()
            .find(|(_, ByteSize(bytes))| self.0 > 0 && self.0.is_multiple_of(*bytes));
        match unit {
            Some((name, ByteSize(bytes))) => write!(out, "{} {name}", self.0 / bytes),
            None => write!(out, "{} B", self.0),
        }
    }
}
