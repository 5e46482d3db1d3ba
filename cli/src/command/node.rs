//! `aqua node run`: runs a node until it is interrupted.

use super::run::{MULTIADDRESS, multiaddress, random_seed};
use crate::failure::Failure;
use crate::log::EventLog;
use crate::options::NodeRunOptions;
use crate::terminal::Terminal;
use anyhow::Context;
use aqua_diagnostics::Diagnostic;
use aqua_keys::KeyPair;
use aqua_network::{Multiaddr, NetworkName};
use aqua_node::{Config, Limits, Node};
use aqua_project::node_config::{NodeFile, invalid_value};
use aqua_project::{NodeConfig, key_file};
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;

/// Runs a node and prints its peer id and addresses.
pub(crate) fn run_node(options: &NodeRunOptions, terminal: Terminal) -> Result<(), Failure> {
    let settings = Settings::gather(options, terminal)?;
    let runtime = tokio::runtime::Runtime::new().context("can't start the async runtime")?;
    runtime.block_on(Box::pin(async {
        let node = settings.start().await?;
        announce(&node, terminal).await;
        let interrupted = interrupted().await;
        node.shutdown().await;
        terminal.status("stopped");
        interrupted
    }))
}

/// Settings of the configuration file and the command line.
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
                let mut file = NodeFile::open(path)?;
                file.diagnostics.extend(invalid_network(&file.config));
                Diagnostic::sort(&mut file.diagnostics);
                terminal.diagnostics(&file.sources, &file.diagnostics);
                if file.diagnostics.iter().any(Diagnostic::is_error) {
                    return Err(Failure::Reported);
                }
                (file.root, file.config)
            }
            None => (PathBuf::new(), NodeConfig::default()),
        };
        let configured_key = config.key_file.as_ref().map(|path| root.join(&path.value));
        let seed = match options.key_file.clone().or(configured_key) {
            Some(path) => key_file::read_or_create(&path, random_seed)?,
            None => random_seed().context("can't generate a key")?,
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
            .map(|text| multiaddress(text))
            .collect::<Result<_, _>>()?;
        if let Some(name) = &self.config.network.name {
            network.network = name
                .value
                .parse::<NetworkName>()
                .with_context(|| format!("invalid network name `{}`", name.value))?;
        }
        if let Some(bytes) = self.config.limits.particle {
            network.limits.frame_body = usize::try_from(bytes).unwrap_or(usize::MAX);
        }
        let default = aqua_node::limits();
        let limits = Limits {
            ttl: self.config.limits.ttl.unwrap_or(default.ttl),
            ..default
        };
        let services = Some(self.deploy().await?);
        let config = Config {
            limits,
            services,
            observer: Arc::new(EventLog),
            ..Config::new(network)
        };
        Ok(Node::start(config).await.context("can't start the node")?)
    }

    fn listen(&self) -> Result<Vec<Multiaddr>, Failure> {
        let family = if self.ip.is_ipv4() { "ip4" } else { "ip6" };
        let (ip, tcp, ws) = (self.ip, self.tcp_port, self.ws_port);
        Ok(vec![
            multiaddress(&format!("/{family}/{ip}/tcp/{tcp}"))?,
            multiaddress(&format!("/{family}/{ip}/tcp/{ws}/ws"))?,
        ])
    }

    /// Deploys the services of the configuration, then those of the command line.
    async fn deploy(&self) -> Result<aqua_services::Host, Failure> {
        let host =
            aqua_services::Host::new(aqua_services::Config::default()).context("can't start the service host")?;
        for service in &self.config.services {
            let mut bounds = host.config().clone();
            if let Some(bytes) = service.memory {
                bounds.memory = usize::try_from(bytes).unwrap_or(usize::MAX);
            }
            let deployed = host
                .deploy_with_limits(&service.name, &service.bytes(&self.root)?, bounds)
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
    format!("can't deploy service `{service}`")
}

/// Diagnostics for strings in `[network]` that only the network library can check.
fn invalid_network(config: &NodeConfig) -> Vec<Diagnostic> {
    const NETWORK_NAME: &str = "`dar`, `stage`, `kras` or 64 hexadecimal digits";
    let name = config.network.name.iter();
    let name = name.filter(|name| name.value.parse::<NetworkName>().is_err());
    let name = name.map(|name| invalid_value("network.name", name.span, NETWORK_NAME));
    let bootstrap = config.network.bootstrap.iter().enumerate();
    let bootstrap = bootstrap.filter(|(_, address)| address.value.parse::<Multiaddr>().is_err());
    let bootstrap = bootstrap
        .map(|(index, address)| invalid_value(&format!("network.bootstrap[{index}]"), address.span, MULTIADDRESS));
    name.chain(bootstrap).collect()
}

/// Prints the peer id and the addresses: one per line, or as one JSON object.
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

/// Waits for Ctrl-C or SIGTERM.
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
