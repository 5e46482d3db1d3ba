//! Starts a node from its configuration file and options.

use crate::data_folder::DataFolder;
use crate::{Error, NodeConfig, NodeFile, random_seed, read_or_create};
use aqua_diagnostics::{Diagnostic, FileId};
use aqua_keys::{KeyPair, PeerId};
use aqua_marine::ServiceConfig;
use aqua_network::Multiaddr;
use aqua_node::{Config, Limits, Node, Observer};
use aqua_services::{ArtefactCache, DeployError, Engine, EngineOptions, Host, ServiceModules};
use aqua_toml::{ServiceSource, WASM_MAGIC};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a node is started with. Values given here override those of the configuration file; bootstrap addresses,
/// managers and services are added to those of the file.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The configuration file.
    pub file: Option<PathBuf>,
    /// The file of the secret key; created if missing. Without one, here or in the configuration, the key is new.
    pub key_file: Option<PathBuf>,
    /// The folder for data that is kept between runs; created if missing. Without one, here or in the configuration, particles can't
    /// create services, and records are kept in memory.
    pub data_dir: Option<PathBuf>,
    /// How code of services is loaded. Its folder for compiled code is used if there is no data folder, here or in the configuration.
    pub engine: EngineOptions,
    /// The IP address to listen on; 127.0.0.1 by default.
    pub ip: Option<IpAddr>,
    /// The TCP port, for other nodes. 0, the default, selects a free port.
    pub tcp_port: Option<u16>,
    /// The WebSocket port, for clients. 0, the default, selects a free port.
    pub ws_port: Option<u16>,
    /// Peers whose particles may call what only the node itself may call.
    pub managers: Vec<PeerId>,
    /// Addresses of peers that are dialled at start-up.
    pub bootstrap: Vec<Multiaddr>,
    /// Services: ids and WebAssembly files.
    pub services: Vec<(String, PathBuf)>,
}

/// Starts a node. `observer` receives its events.
///
/// # Errors
/// [`Error::Invalid`] if the configuration file has errors; the other errors if a file can't be read or created, a service
/// can't be deployed or the node can't be started.
pub async fn start(options: &Options, observer: Arc<dyn Observer>) -> Result<Node, Error> {
    let (root, config) = read(options.file.as_deref())?;
    let network = network(options, &root, &config)?;
    let default = aqua_node::limits();
    let limits = Limits {
        ttl: config.limits.ttl.unwrap_or(default.ttl),
        ..default
    };
    let data = data_folder(options, &root, &config);
    // First, because it also finds out whether another node uses the folder.
    let records = data.as_ref().map(DataFolder::records).transpose()?;
    let services = deploy(options, &root, &config).await?;
    let effectors = config.effectors();
    let deployment = data
        .map(|data| data.deployment(services.clone(), effectors))
        .transpose()?;
    let mut node = Config {
        limits,
        managers: config.managers.iter().chain(&options.managers).cloned().collect(),
        services: Some(services),
        deployment,
        observer,
        ..Config::new(network)
    };
    if let Some(records) = records {
        node.storage = Box::new(records);
    }
    let started = Node::start(node).await;
    started.map_err(|source| Error::Node(Box::new(source)))
}

/// The configuration and the folder that its paths are relative to; defaults without a file.
fn read(path: Option<&Path>) -> Result<(PathBuf, NodeConfig), Error> {
    let Some(path) = path else {
        return Ok(Default::default());
    };
    let file = NodeFile::open(path)?;
    if file.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Error::Invalid(Box::new(file)));
    }
    Ok((file.root, file.config))
}

/// Key, addresses and limits of the network. Creates the key file if it is missing.
fn network(options: &Options, root: &Path, config: &NodeConfig) -> Result<aqua_network::Config, Error> {
    let configured_key = config.key_file.as_ref().map(|path| root.join(&path.value));
    let seed = match options.key_file.clone().or(configured_key) {
        Some(path) => read_or_create(&path, random_seed)?,
        None => random_seed().map_err(Error::NoKey)?,
    };
    let mut network = aqua_network::Config::new(KeyPair::from_seed(seed));
    network.listen = listen(options, config)?;
    let bootstrap = config.network.bootstrap.iter().chain(&options.bootstrap);
    network.bootstrap = bootstrap.cloned().collect();
    if let Some(name) = &config.network.name {
        network.network = name.clone();
    }
    if let Some(bytes) = config.limits.particle {
        network.limits.frame_body = usize::try_from(bytes).unwrap_or(usize::MAX);
    }
    Ok(network)
}

fn listen(options: &Options, config: &NodeConfig) -> Result<Vec<Multiaddr>, Error> {
    let configured = config.listen.ip.as_ref().map(|ip| ip.value);
    let ip = options.ip.or(configured).unwrap_or(Ipv4Addr::LOCALHOST.into());
    let tcp = options.tcp_port.or(config.listen.tcp_port).unwrap_or(0);
    let ws = options.ws_port.or(config.listen.ws_port).unwrap_or(0);
    let family = if ip.is_ipv4() { "ip4" } else { "ip6" };
    let addresses = [
        format!("/{family}/{ip}/tcp/{tcp}"),
        format!("/{family}/{ip}/tcp/{ws}/ws"),
    ];
    let parsed = addresses.into_iter().map(|text| match text.parse() {
        Ok(address) => Ok(address),
        Err(_) => Err(Error::InvalidListenAddress { text }),
    });
    parsed.collect()
}

/// Deploys the services of the configuration, then those of the options. Their code is loaded in parallel.
async fn deploy(options: &Options, root: &Path, config: &NodeConfig) -> Result<Host, Error> {
    let engine =
        Engine::with_options(engine(options, root, config)).map_err(|source| Error::ServiceHost(Box::new(source)))?;
    let limits = aqua_services::Config {
        policy: config.policy.clone().in_folder(root),
        data_dir: data_folder(options, root, config).map(|folder| folder.services()),
        ..aqua_services::Config::default()
    };
    let host = Host::with_engine(engine.clone(), limits);
    let mut services = Vec::new();
    for service in &config.services {
        let mut limits = host.config().clone();
        if let Some(bytes) = service.memory {
            limits.memory = usize::try_from(bytes).unwrap_or(usize::MAX);
        }
        let definition = match &service.source {
            ServiceSource::Wasm(path) => ServiceModules::of_file(&service.name, read_wasm(&root.join(&path.value))?),
            ServiceSource::Config(path) => read_modules(&root.join(&path.value))?,
        };
        // The operator has written the configuration that mounts them.
        limits.system.programs.extend(definition.programs());
        services.push((&service.name, definition, limits));
    }
    for (name, path) in &options.services {
        let definition = ServiceModules::of_file(name, read_wasm(path)?);
        services.push((name, definition, host.config().clone()));
    }
    let files = services
        .iter()
        .flat_map(|(name, definition, _)| definition.files().map(|file| (name.as_str(), file)));
    let preloaded = engine.preload(files).await;
    for (name, definition, limits) in services {
        let deployed = host.deploy_modules(name, definition, limits).await;
        deployed.map_err(|source| not_deployed(name, source))?;
    }
    drop(preloaded);
    Ok(host)
}

/// The folder for data that is kept between runs.
fn data_folder(options: &Options, root: &Path, config: &NodeConfig) -> Option<DataFolder> {
    let configured = config.data_dir.as_ref().map(|path| root.join(&path.value));
    let path = options.data_dir.clone().or(configured)?;
    Some(DataFolder::new(&path))
}

/// The engine of the options, with the data folder and the limit of the configuration.
fn engine(options: &Options, root: &Path, config: &NodeConfig) -> EngineOptions {
    let mut engine = options.engine.clone();
    if let Some(folder) = data_folder(options, root, config) {
        engine.artefacts = Some(ArtefactCache::new(folder.artefacts()));
    }
    if let (Some(artefacts), Some(limit)) = (&mut engine.artefacts, config.limits.artefacts) {
        artefacts.limit = limit;
    }
    engine
}

fn not_deployed(service: &str, source: DeployError) -> Error {
    Error::Deploy {
        service: service.to_owned(),
        source: Box::new(source),
    }
}

/// The modules that a file lists.
fn read_modules(path: &Path) -> Result<ServiceModules, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    // `NodeFile::open` has reported its mistakes.
    let (config, _) = ServiceConfig::parse(FileId(0), &text);
    let folder = path.parent().unwrap_or(Path::new(""));
    ServiceModules::read(&config, folder).map_err(Error::UnreadableModule)
}

fn read_wasm(path: &Path) -> Result<Vec<u8>, Error> {
    let wasm = std::fs::read(path).map_err(|source| Error::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    if wasm.starts_with(WASM_MAGIC) {
        Ok(wasm)
    } else {
        Err(Error::NotWasm { path: path.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqua_network::NetworkName;

    fn configured(text: &str) -> (tempfile::TempDir, PathBuf, NodeConfig) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("node.toml");
        std::fs::write(&path, text).expect("a new file");
        let (root, config) = read(Some(&path)).expect("a valid configuration");
        (folder, root, config)
    }

    #[test]
    fn options_override_the_file() {
        let text = "[listen]\nip = \"::1\"\ntcp_port = 1\nws_port = 2\n[network]\nname = \"stage\"\n\
            bootstrap = [\"/ip4/127.0.0.1/tcp/3\"]\n[limits]\nparticle = \"1MiB\"\n";
        let (_folder, root, config) = configured(text);
        let options = Options {
            tcp_port: Some(4),
            bootstrap: vec!["/ip4/127.0.0.1/tcp/5".parse().expect("a multiaddress")],
            ..Options::default()
        };
        let network = network(&options, &root, &config).expect("valid settings");
        let text = |addresses: &[Multiaddr]| addresses.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(text(&network.listen), ["/ip6/::1/tcp/4", "/ip6/::1/tcp/2/ws"]);
        assert_eq!(
            text(&network.bootstrap),
            ["/ip4/127.0.0.1/tcp/3", "/ip4/127.0.0.1/tcp/5"]
        );
        assert_eq!(
            network.network,
            "stage".parse::<NetworkName>().expect("a public network")
        );
        assert_eq!(network.limits.frame_body, 1 << 20);
    }

    #[test]
    fn the_key_file_of_the_configuration_is_relative_to_it() {
        let (folder, root, config) = configured("key_file = \"node.key\"\n");
        let options = Options::default();
        let first = network(&options, &root, &config).expect("a new key file");
        let second = network(&options, &root, &config).expect("the same key file");
        assert!(folder.path().join("node.key").is_file());
        assert_eq!(first.key.peer_id(), second.key.peer_id());
    }

    #[test]
    fn compiled_code_is_kept_in_the_data_folder() {
        let directory = |options: &Options, text: &str| {
            let (folder, root, config) = configured(text);
            let artefacts = engine(options, &root, &config).artefacts?;
            let directory = artefacts.directory.strip_prefix(folder.path()).map(Path::to_owned);
            Some((directory.unwrap_or(artefacts.directory), artefacts.limit))
        };
        let mut options = Options::default();
        let default = ArtefactCache::DEFAULT_LIMIT;
        assert_eq!(directory(&options, ""), None);
        assert_eq!(
            directory(&options, "data_dir = \"data\""),
            Some(("data/artefacts".into(), default))
        );
        options.engine.artefacts = Some(ArtefactCache::new("cache"));
        let limited = "[limits]\nartefacts = \"3MiB\"";
        assert_eq!(directory(&options, limited), Some(("cache".into(), 3 << 20)));
        assert_eq!(
            directory(&options, "data_dir = \"data\""),
            Some(("data/artefacts".into(), default))
        );
        let given = tempfile::tempdir().expect("a temporary folder");
        options.data_dir = Some(given.path().to_owned());
        assert_eq!(
            directory(&options, "data_dir = \"data\""),
            Some((given.path().join("artefacts"), default))
        );
    }

    #[tokio::test]
    async fn an_invalid_file_is_returned_with_its_diagnostics() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("node.toml");
        std::fs::write(&path, "[network]\nname = \"nowhere\"\n").expect("a new file");
        let options = Options {
            file: Some(path),
            ..Options::default()
        };
        let error = start(&options, Arc::new(())).await.expect_err("an unknown network");
        assert!(matches!(error, Error::Invalid(file) if file.diagnostics.len() == 1));
    }
}
