//! `aqua node run`: a peer, until somebody stops it.

use super::run::fresh_seed;
use crate::failure::Failure;
use crate::log::Log;
use crate::options::NodeRunOptions;
use crate::terminal::Terminal;
use anyhow::Context;
use aqua_diagnostics::Diagnostic;
use aqua_keys::KeyPair;
use aqua_network::{Multiaddr, NetworkName};
use aqua_node::{Config, Limits, Node};
use aqua_project::node_config::NodeFile;
use aqua_project::{NodeConfig, key_file};
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;

/// Runs the peer and says where it can be reached.
pub(crate) fn run_node(options: &NodeRunOptions, terminal: Terminal) -> Result<(), Failure> {
    let settings = Settings::gather(options, terminal)?;
    let runtime = tokio::runtime::Runtime::new().context("no threads can be had")?;
    runtime.block_on(Box::pin(async {
        let node = settings.start().await?;
        announce(&node, terminal).await;
        let interrupted = interrupted().await;
        node.shutdown().await;
        terminal.note("stopped");
        interrupted
    }))
}

/// The configuration's and the command line's settings together.
struct Settings {
    config: NodeConfig,
    root: PathBuf,
    key: KeyPair,
    ip: IpAddr,
    tcp_port: u16,
    ws_port: u16,
    bootstrap: Vec<String>,
    services: Vec<(String, PathBuf)>,
}

impl Settings {
    fn gather(options: &NodeRunOptions, terminal: Terminal) -> Result<Self, Failure> {
        let (root, config) = match &options.config {
            Some(path) => {
                let file = NodeFile::open(path)?;
                terminal.diagnostics(&file.sources, &file.diagnostics);
                if file.diagnostics.iter().any(Diagnostic::is_error) {
                    return Err(Failure::Mistakes);
                }
                (file.root, file.config)
            }
            None => (PathBuf::new(), NodeConfig::default()),
        };
        let configured_key = config.key_file.as_ref().map(|path| root.join(&path.value));
        let seed = match options.key_file.clone().or(configured_key) {
            Some(path) => key_file::read_or_make(&path, fresh_seed)?,
            None => fresh_seed().context("no key can be made")?,
        };
        let ip = config.listen.ip.as_ref().map(|ip| ip.value);
        let named = config.network.bootstrap.iter().map(|address| address.value.clone());
        Ok(Self {
            key: KeyPair::from_seed(seed),
            ip: options.ip.or(ip).unwrap_or(Ipv4Addr::LOCALHOST.into()),
            tcp_port: options.tcp_port.or(config.listen.tcp_port).unwrap_or(0),
            ws_port: options.ws_port.or(config.listen.ws_port).unwrap_or(0),
            bootstrap: named.chain(options.bootstrap.iter().cloned()).collect(),
            services: options.services.clone(),
            config,
            root,
        })
    }

    async fn start(self) -> Result<Node, Failure> {
        let mut network = aqua_network::Config::new(self.key.clone());
        network.listen = self.listen()?;
        network.bootstrap = self
            .bootstrap
            .iter()
            .map(|text| address(text))
            .collect::<Result<_, _>>()?;
        if let Some(name) = &self.config.network.name {
            network.network = name.value.parse::<NetworkName>().with_context(|| name.value.clone())?;
        }
        if let Some(bytes) = self.config.limits.particle {
            network.limits.frame_body = usize::try_from(bytes).unwrap_or(usize::MAX);
        }
        let usual = Limits::default();
        let limits = Limits {
            ttl: self.config.limits.ttl.unwrap_or(usual.ttl),
            ..usual
        };
        let services = Some(self.deploy().await?);
        let config = Config {
            limits,
            services,
            observer: Arc::new(Log),
            ..Config::new(network)
        };
        Ok(Node::start(config).await.context("the peer could not be started")?)
    }

    fn listen(&self) -> Result<Vec<Multiaddr>, Failure> {
        let family = if self.ip.is_ipv4() { "ip4" } else { "ip6" };
        let (ip, tcp, ws) = (self.ip, self.tcp_port, self.ws_port);
        Ok(vec![
            address(&format!("/{family}/{ip}/tcp/{tcp}"))?,
            address(&format!("/{family}/{ip}/tcp/{ws}/ws"))?,
        ])
    }

    /// Everything of the configuration, then everything of the command line.
    async fn deploy(&self) -> Result<aqua_services::Host, Failure> {
        let host = aqua_services::Host::new(aqua_services::Config::default()).context("services can't run here")?;
        for service in &self.config.services {
            let mut bounds = host.config().clone();
            if let Some(bytes) = service.memory {
                bounds.memory = usize::try_from(bytes).unwrap_or(usize::MAX);
            }
            let deployed = host
                .deploy_within(&service.name, &service.bytes(&self.root)?, bounds)
                .await;
            deployed.with_context(|| cannot_run(&service.name))?;
        }
        for (name, path) in &self.services {
            let wasm = std::fs::read(path).with_context(|| format!("can't read {}", path.display()))?;
            host.deploy(name, &wasm).await.with_context(|| cannot_run(name))?;
        }
        Ok(host)
    }
}

fn cannot_run(service: &str) -> String {
    format!("the service `{service}` can't be run")
}

fn address(text: &str) -> Result<Multiaddr, Failure> {
    text.parse()
        .map_err(|error| Failure::Usage(format!("`{text}` is not a multiaddress: {error}")))
}

/// The peer's identity and its addresses: a line each, or one object.
async fn announce(node: &Node, terminal: Terminal) {
    let (peer, addresses) = (node.peer_id().to_string(), node.listen_addresses().await);
    let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    if terminal.is_json() {
        terminal.object(&json!({"kind": "peer", "peer": peer, "addresses": addresses}));
    } else {
        terminal.result(&peer);
        addresses.iter().for_each(|address| terminal.result(address));
    }
}

/// Returns when the user or the system asks the process to end.
async fn interrupted() -> Result<(), Failure> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupt = tokio::signal::ctrl_c() => interrupt?,
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}
