//! The file that configures a node: who it is, where it listens, whom it knows, what it serves.
//!
//! ```toml
//! key_file = "node.key"          # 32 bytes in base58; made when it does not exist
//!
//! [listen]
//! ip = "127.0.0.1"
//! tcp_port = 7777                # 0 takes any free port
//! ws_port = 9999
//!
//! [network]
//! name = "dar"                   # peers of other networks don't see this one
//! bootstrap = ["/ip4/127.0.0.1/tcp/7771/p2p/12D3KooW…"]
//!
//! [limits]
//! particle = "8MiB"              # the largest particle taken in
//! ttl = 86400000                 # the longest life of a particle, in milliseconds
//!
//! [services.greeter]
//! wasm = "greeter.wasm"
//! memory = "32MiB"
//! ```
//!
//! Every key may be left out.

use crate::Error;
use crate::disk::shown;
use crate::manifest::{Service, missing_file, path};
use crate::section::{Document, Placed, Section};
use aqua_diagnostics::{Diagnostic, FileId, Sources};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// What a node's configuration says. Parts that were wrong or absent have their defaults.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeConfig {
    /// The file that holds the node's secret key, relative to the configuration.
    pub key_file: Option<Placed<PathBuf>>,
    /// `[listen]`.
    pub listen: Listen,
    /// `[network]`.
    pub network: Network,
    /// `[limits]`.
    pub limits: Limits,
    /// `[services.NAME]`, in the order of the file.
    pub services: Vec<Service>,
}

/// `[listen]`: where the node accepts connections.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listen {
    /// The address to listen at.
    pub ip: Option<Placed<IpAddr>>,
    /// The port for other nodes; 0 takes any free one.
    pub tcp_port: Option<u16>,
    /// The port for clients over WebSocket; 0 takes any free one.
    pub ws_port: Option<u16>,
}

/// `[network]`: whom the node knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Network {
    /// The name that peers of one network share.
    pub name: Option<Placed<String>>,
    /// Multiaddresses that are dialled at the start.
    pub bootstrap: Vec<Placed<String>>,
}

/// `[limits]`: how much the node takes on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// The largest particle, in bytes.
    pub particle: Option<u64>,
    /// The longest life of a particle, in milliseconds.
    pub ttl: Option<u32>,
}

/// A configuration as it lies on disk.
#[derive(Debug, Clone)]
pub struct NodeFile {
    /// The folder that paths of the configuration are relative to.
    pub root: PathBuf,
    /// What the file says.
    pub config: NodeConfig,
    /// Its text, which [`Self::diagnostics`] point into.
    pub sources: Sources,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

impl NodeConfig {
    /// Reads a configuration's text. Total: mistakes become messages, and what can be understood is.
    pub fn parse(file: FileId, text: &str) -> (Self, Vec<Diagnostic>) {
        let document = Document::parse(file, text);
        let config = Self::read(document.root());
        (config, document.finish())
    }

    fn read(mut root: Section<'_, '_>) -> Self {
        let config = Self {
            key_file: root.text("key_file").map(path),
            listen: root.section("listen").map(Listen::read).unwrap_or_default(),
            network: root.section("network").map(Network::read).unwrap_or_default(),
            limits: root.section("limits").map(Limits::read).unwrap_or_default(),
            services: root
                .sections("services")
                .into_iter()
                .filter_map(|(name, it)| Service::read(name, it))
                .collect(),
        };
        root.finish();
        config
    }
}

impl NodeFile {
    /// Reads a configuration.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let unreadable = |source| Error::Unreadable {
            path: path.to_owned(),
            source,
        };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let root = path.parent().map(Path::to_owned).unwrap_or_default();
        let mut sources = Sources::new();
        let file = sources.add(shown(path), text.as_str());
        let (config, mut diagnostics) = NodeConfig::parse(file, &text);
        let missing = config
            .services
            .iter()
            .filter(|service| !root.join(&service.wasm.value).is_file());
        diagnostics.extend(missing.map(|service| missing_file(&service.wasm)));
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
            tcp_port: section.whole("tcp_port", ports.clone()).map(|port| port.value as u16),
            ws_port: section.whole("ws_port", ports).map(|port| port.value as u16),
        };
        section.finish();
        listen
    }
}

impl Network {
    fn read(mut section: Section<'_, '_>) -> Self {
        let network = Self {
            name: section.text("name"),
            bootstrap: section.texts("bootstrap"),
        };
        section.finish();
        network
    }
}

impl Limits {
    fn read(mut section: Section<'_, '_>) -> Self {
        let limits = Self {
            particle: section.bytes("particle").map(|bytes| bytes.value),
            ttl: section
                .whole("ttl", 1..=u64::from(u32::MAX))
                .map(|ttl| ttl.value as u32),
        };
        section.finish();
        limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_reads_and_shows_every_key() {
        let text = include_str!("../../examples/node.toml");
        let (config, messages) = NodeConfig::parse(FileId(0), text);
        assert_eq!(messages, []);
        assert!(config.key_file.is_some() && config.listen.ip.is_some() && config.network.name.is_some());
        assert_eq!(
            (config.listen.tcp_port, config.listen.ws_port),
            (Some(7777), Some(9999))
        );
        assert!(config.limits.particle.is_some() && config.limits.ttl.is_some());
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let text = "[listen]\nip = \"home\"\ntcp_prot = 1\nws_port = 70000\n[network]\nbootstrap = [1]\n";
        let mut sources = Sources::new();
        let file = sources.add("node.toml", text);
        let (_, messages) = NodeConfig::parse(file, text);
        insta::assert_snapshot!(aqua_render::terminal(&sources, &messages, aqua_render::Colour::Off));
    }
}
