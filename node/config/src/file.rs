//! The configuration file of a node.
//!
//! ```toml
//! key_file = "node.key"          # 32 bytes in base58; created if missing
//! data_dir = "data"              # created if missing
//! managers = ["12D3KooW…"]       # peers that may do what only the node may do
//!
//! [listen]
//! ip = "127.0.0.1"
//! tcp_port = 7777                # 0 selects a free port
//! ws_port = 9999
//!
//! [network]
//! name = "dar"                   # peers of different networks don't connect
//! bootstrap = ["/ip4/127.0.0.1/tcp/7771/p2p/12D3KooW…"]
//!
//! [limits]
//! particle = "8MiB"              # maximum size of a particle
//! ttl = 86400000                 # maximum time to live of a particle, in milliseconds
//! artefacts = "1GiB"             # maximum size of compiled code on disk
//!
//! [services.greeter]
//! wasm = "greeter.wasm"
//! memory = "32MiB"
//!
//! [policy]                       # what services may use of this machine: see `aqua_services::Policy`
//! env = { REGION = "eu" }
//!
//! [effectors.curl]               # a module that may run programs if a particle deploys it
//! cid = "bafkrei…"
//! binaries = { curl = "/usr/bin/curl" }
//! ```
//!
//! All keys are optional.

use crate::Error;
use aqua_diagnostics::{Diagnostic, FileId, Sources};
use aqua_keys::PeerId;
use aqua_marine::ServiceConfig;
use aqua_modules::ContentId;
use aqua_network::{Multiaddr, NetworkName};
use aqua_node::Effectors;
use aqua_services::Policy;
use aqua_toml::{Document, Section, Service, ServiceSource, Spanned};
use std::collections::BTreeMap;
use std::fs::File;
use std::net::IpAddr;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

/// What is expected where a string is not a multiaddress.
pub const MULTIADDRESS: &str = "a multiaddress such as /ip4/127.0.0.1/tcp/9999/ws/p2p/12D3KooW...";

/// What is expected where a string is not a network name.
const NETWORK_NAME: &str = "`dar`, `stage`, `kras` or 64 hexadecimal digits";

/// What is expected where a string is not a peer id.
const PEER_ID: &str = "a peer id such as 12D3KooW...";

/// What is expected where a string is not the id of a module.
const CONTENT_ID: &str = "the content id of a module, such as \"bafkrei...\"";

/// What is expected where a string is not the path of a program.
const PROGRAM: &str = "absolute paths of programs";

/// The configuration of a node. Missing and invalid values are replaced by defaults.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeConfig {
    /// The file of the secret key, relative to the configuration file.
    pub key_file: Option<Spanned<PathBuf>>,
    /// The folder for data that is kept between runs, relative to the configuration file.
    pub data_dir: Option<Spanned<PathBuf>>,
    /// Peers whose particles may call what only the node itself may call.
    pub managers: Vec<PeerId>,
    /// `[listen]`.
    pub listen: Listen,
    /// `[network]`.
    pub network: Network,
    /// `[limits]`.
    pub limits: Limits,
    /// `[services.NAME]`, in the order of the file.
    pub services: Vec<Service>,
    /// `[policy]`: what services may have of what they ask for.
    pub policy: Policy,
    /// `[effectors.NAME]`, in the order of the file.
    pub effectors: Vec<Effector>,
}

/// `[effectors.NAME]`: a module that may run programs of this machine if a particle deploys it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effector {
    /// The module.
    pub module: ContentId,
    /// The programs, as absolute paths, by the name of the function that runs them.
    pub programs: BTreeMap<String, PathBuf>,
}

/// `[listen]`: the addresses of the node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listen {
    /// The IP address to listen on.
    pub ip: Option<Spanned<IpAddr>>,
    /// The TCP port, for other nodes. 0 selects a free port.
    pub tcp_port: Option<u16>,
    /// The WebSocket port, for clients. 0 selects a free port.
    pub ws_port: Option<u16>,
}

/// `[network]`: the network the node joins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Network {
    /// The network name; part of the protocol ids, so peers of different networks do not connect.
    pub name: Option<NetworkName>,
    /// Multiaddresses that are dialled at start-up.
    pub bootstrap: Vec<Multiaddr>,
}

/// `[limits]`: limits for particles and files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// The maximum size of a particle, in bytes.
    pub particle: Option<u64>,
    /// The maximum time to live of a particle, in milliseconds.
    pub ttl: Option<u32>,
    /// The maximum size of compiled code on disk, in bytes.
    pub artefacts: Option<u64>,
}

/// A configuration file read from disk.
#[derive(Debug, Clone)]
pub struct NodeFile {
    /// The folder that paths in the configuration are relative to.
    pub root: PathBuf,
    /// The parsed configuration.
    pub config: NodeConfig,
    /// The source text that [`Self::diagnostics`] refer to.
    pub sources: Sources,
    /// Errors in the configuration.
    pub diagnostics: Vec<Diagnostic>,
}

impl NodeConfig {
    /// Parses a configuration. Never fails: returns what could be read, with diagnostics for the rest.
    pub fn parse(file: FileId, text: &str) -> (Self, Vec<Diagnostic>) {
        let document = Document::parse(file, text);
        let config = Self::read(document.root());
        (config, document.finish())
    }

    fn read(mut root: Section<'_, '_>) -> Self {
        let managers = root.strings("managers");
        let managers = managers.iter().enumerate().filter_map(|(index, manager)| {
            let key = format!("managers[{index}]");
            converted(&root, &key, manager, PEER_ID)
        });
        let config = Self {
            managers: managers.collect(),
            key_file: root.path("key_file"),
            data_dir: root.path("data_dir"),
            listen: root.section("listen").map(Listen::read).unwrap_or_default(),
            network: root.section("network").map(Network::read).unwrap_or_default(),
            limits: root.section("limits").map(Limits::read).unwrap_or_default(),
            services: Service::read_all(&mut root),
            policy: Policy::read(&mut root),
            effectors: Effector::read_all(&mut root),
        };
        root.finish();
        config
    }
}

impl NodeConfig {
    /// The modules that may run programs.
    pub fn effectors(&self) -> Effectors {
        let mut effectors = Effectors::default();
        for effector in &self.effectors {
            effectors.allow(effector.module, effector.programs.clone());
        }
        effectors
    }
}

impl Effector {
    fn read_all(root: &mut Section<'_, '_>) -> Vec<Self> {
        let sections = root.sections("effectors").into_iter();
        sections.filter_map(|(_, section)| Self::read(section)).collect()
    }

    fn read(mut section: Section<'_, '_>) -> Option<Self> {
        let module = section.required_string("cid", "\"bafkrei...\"");
        let module = module.and_then(|cid| converted(&section, "cid", &cid, CONTENT_ID));
        let programs = section.string_table("binaries").into_iter();
        let programs = programs.filter_map(|(name, path)| {
            let is_absolute = Path::new(&path.value).is_absolute();
            if !is_absolute {
                section.report_invalid("binaries", path.span, PROGRAM);
            }
            is_absolute.then(|| (name, path.value.into()))
        });
        let programs = programs.collect();
        section.finish();
        Some(Self {
            module: module?,
            programs,
        })
    }
}

impl NodeFile {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// If the file can't be read.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let unreadable = |source| Error::Unreadable {
            path: path.to_owned(),
            source,
        };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let root = path.parent().map(Path::to_owned).unwrap_or_default();
        let mut sources = Sources::new();
        let file = sources.add(display_name(path), text.as_str());
        let (config, mut diagnostics) = NodeConfig::parse(file, &text);
        let services = config.services.iter();
        diagnostics.extend(services.filter_map(|service| {
            let file = root.join(&service.source.path().value);
            service.check_file(file.is_file().then(|| File::open(&file).ok()).flatten())
        }));
        for service in &config.services {
            if let ServiceSource::Config(path) = &service.source
                && let Ok(text) = std::fs::read_to_string(root.join(&path.value))
            {
                let file = sources.add(display_name(&root.join(&path.value)), text.as_str());
                diagnostics.extend(ServiceConfig::parse(file, &text).1);
            }
        }
        Diagnostic::sort(&mut diagnostics);
        Ok(Self {
            root,
            config,
            sources,
            diagnostics,
        })
    }
}

impl Listen {
    fn read(mut section: Section<'_, '_>) -> Self {
        let ports = 0..=u64::from(u16::MAX);
        let listen = Self {
            ip: section.parsed("ip", "an IP address such as \"127.0.0.1\""),
            tcp_port: section.integer("tcp_port", ports.clone()).map(|port| port.value as u16),
            ws_port: section.integer("ws_port", ports).map(|port| port.value as u16),
        };
        section.finish();
        listen
    }
}

impl Network {
    fn read(mut section: Section<'_, '_>) -> Self {
        let name = section.string("name");
        let bootstrap = section.strings("bootstrap");
        let addresses = bootstrap.iter().enumerate().filter_map(|(index, address)| {
            let key = format!("bootstrap[{index}]");
            converted(&section, &key, address, MULTIADDRESS)
        });
        let network = Self {
            bootstrap: addresses.collect(),
            name: name.and_then(|name| converted(&section, "name", &name, NETWORK_NAME)),
        };
        section.finish();
        network
    }
}

impl Limits {
    fn read(mut section: Section<'_, '_>) -> Self {
        let limits = Self {
            particle: section.size("particle").map(|size| size.value),
            ttl: section
                .integer("ttl", 1..=u64::from(u32::MAX))
                .map(|ttl| ttl.value as u32),
            artefacts: section.size("artefacts").map(|size| size.value),
        };
        section.finish();
        limits
    }
}

/// A string converted to the network's type for it. Reports a string that this type does not accept.
fn converted<T: FromStr>(section: &Section<'_, '_>, key: &str, text: &Spanned<String>, expected: &str) -> Option<T> {
    let value = text.value.parse().ok();
    if value.is_none() {
        section.report_invalid(key, text.span, expected);
    }
    value
}

/// The name of a file in diagnostics: relative to the current folder if the file is below it.
fn display_name(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let short = path.strip_prefix(here.unwrap_or_default()).unwrap_or(path);
    let parts = short.components().filter(|part| *part != Component::CurDir);
    parts.collect::<PathBuf>().display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_sets_every_key() {
        let text = include_str!("../../../examples/node.toml");
        let (config, messages) = NodeConfig::parse(FileId(0), text);
        assert_eq!(messages, []);
        assert!(config.data_dir.is_some() && config.limits.artefacts.is_some());
        assert!(config.key_file.is_some() && config.listen.ip.is_some() && config.network.name.is_some());
        assert_eq!(
            (config.listen.tcp_port, config.listen.ws_port),
            (Some(7777), Some(9999))
        );
        assert!(config.limits.particle.is_some() && config.limits.ttl.is_some());
    }

    #[test]
    fn effectors_are_modules_with_programs() {
        let cid = "bafkreids22lgia5bqs63uigw4mqwhsoxvtnkpfqxqy5uwyyerrldsr32ce";
        let text = format!("[effectors.curl]\ncid = \"{cid}\"\nbinaries = {{ curl = \"/usr/bin/curl\" }}\n");
        let (config, messages) = NodeConfig::parse(FileId(0), &text);
        assert_eq!(messages, []);
        let programs = [("curl".to_owned(), PathBuf::from("/usr/bin/curl"))];
        assert_eq!(
            config.effectors,
            [Effector {
                module: cid.parse().expect("a content id"),
                programs: programs.into()
            }]
        );
        let relative = text.replace("/usr/bin/", "");
        let (config, messages) = NodeConfig::parse(FileId(0), &relative);
        assert_eq!((config.effectors[0].programs.len(), messages.len()), (0, 1));
        let (config, messages) = NodeConfig::parse(FileId(0), &text.replace(cid, "curl.wasm"));
        assert_eq!((config.effectors.len(), messages.len()), (0, 1));
    }

    #[test]
    fn managers_are_peer_ids() {
        let manager = "12D3KooWANqfCDrV79MZdMnMqTvDdqSAPSxdgFY1L6DCq2DVGB4D";
        let text = format!("managers = [\"{manager}\"]\n");
        let (config, messages) = NodeConfig::parse(FileId(0), &text);
        assert_eq!(messages, []);
        assert_eq!(config.managers, [manager.parse().expect("a peer id")]);
        let (config, messages) = NodeConfig::parse(FileId(0), "managers = [\"me\"]\n");
        assert_eq!((config.managers.len(), messages.len()), (0, 1));
    }

    #[test]
    fn errors_point_to_the_invalid_values() {
        let text = "[listen]\nip = \"home\"\ntcp_prot = 1\nws_port = 70000\n[network]\nbootstrap = [1]\n";
        let mut sources = Sources::new();
        let file = sources.add("node.toml", text);
        let (_, messages) = NodeConfig::parse(file, text);
        insta::assert_snapshot!(aqua_render::terminal(&sources, &messages, aqua_render::Colour::Off));
    }
}
