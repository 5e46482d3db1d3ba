//! `aqua run`: a function of a program, on peers of this process or through a relay.

use super::{build, warn_of_unnamed};
use crate::failure::Failure;
use crate::options::RunOptions;
use crate::terminal::Terminal;
use crate::trace;
use anyhow::Context;
use aqua_compiler::typing::Arrow;
use aqua_keys::KeyPair;
use aqua_node::environment::{Entropy, SystemEntropy};
use aqua_node::observer::Trace;
use aqua_node::{Client, ClientError, Config, LocalConfig, LocalNetwork, RunError, Service, USUAL_TTL};
use aqua_project::{GivenConstants, Invocation, Program};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How many rows of a trace are kept.
const LONGEST_TRACE: usize = 10_000;

/// How many peers are started unless somebody says.
const USUAL_PEERS: usize = 3;

/// Runs the function and prints its values.
pub(crate) fn run(options: &RunOptions, terminal: Terminal) -> Result<(), Failure> {
    let program = Program::locate(&options.program)?;
    let settings = options.build.settings(None)?;
    let mut given = GivenConstants::of(&settings);
    let built = build(&program, &settings, &mut given, terminal);
    warn_of_unnamed(&given, terminal);
    let compilation = built?;
    let exported: Vec<(&str, &Arrow)> = compilation
        .functions
        .iter()
        .map(|function| (&*function.name, &*function.arrow))
        .collect();
    let invocation = program.invocation(&exported, options.function.as_deref(), &options.arguments);
    let invocation = invocation.map_err(|error| Failure::Usage(error.to_string()))?;
    let called = compilation
        .functions
        .iter()
        .find(|function| *function.name == *invocation.function);
    let script = aqua_air::print(&called.context("an invocation names an exported function")?.script);

    let trace = Arc::new(Trace::new(LONGEST_TRACE));
    let runtime = tokio::runtime::Runtime::new().context("no threads can be had")?;
    let ended = runtime.block_on(Box::pin(travel(options, &program, script, &invocation, &trace)));
    if options.trace {
        trace::show(&trace.hops(), terminal);
    }
    show(&invocation.function, &ended?, terminal);
    Ok(())
}

/// Connects to a network, or makes one, and runs the script on it.
async fn travel(
    options: &RunOptions,
    program: &Program,
    script: String,
    invocation: &Invocation,
    trace: &Arc<Trace>,
) -> Result<Vec<Value>, Failure> {
    let manifest = program.project.as_ref().map(|project| &project.manifest);
    let run = manifest.map(|manifest| &manifest.run);
    let ttl = options
        .ttl
        .or(run.and_then(|run| run.ttl))
        .map(|ms| Duration::from_millis(ms.into()));
    let (ttl, arguments) = (ttl.unwrap_or(USUAL_TTL), invocation.arguments.clone());
    if let Some(relay) = &options.relay {
        let client = connect(relay, trace.clone()).await?;
        let ended = client.run(script, arguments, ttl).await;
        client.shutdown().await;
        return ended.map_err(Failure::from);
    }
    let peers = options
        .peers
        .map(usize::from)
        .or(run.and_then(|run| run.peers))
        .unwrap_or(USUAL_PEERS);
    let local = LocalConfig {
        services: services(program)?,
        observer: trace.clone(),
        ..LocalConfig::new(peers)
    };
    let network = LocalNetwork::start(local)
        .await
        .context("the peers could not be started")?;
    let ended = match network.client().await {
        Ok(client) => {
            let ended = client.run(script, arguments, ttl).await;
            client.shutdown().await;
            ended.map_err(Failure::from)
        }
        Err(error) => Err(Failure::World(error.into())),
    };
    network.shutdown().await;
    ended
}

/// A client with a new key, connected to a peer of a network that exists.
async fn connect(relay: &str, trace: Arc<Trace>) -> Result<Client, Failure> {
    let address = relay.parse();
    let address = address.map_err(|error| Failure::Usage(format!("`{relay}` is not a multiaddress: {error}")))?;
    let network = aqua_network::Config::new(KeyPair::from_seed(fresh_seed().context("no key can be made")?));
    let config = Config {
        observer: trace,
        ..Config::new(network)
    };
    Client::connect(config, address, None)
        .await
        .map_err(|error| match error {
            ClientError::Relay(_) => Failure::Remote(error.to_string()),
            ClientError::Start(_) => Failure::World(error.into()),
        })
}

/// The secret of a peer that nobody has been before.
pub(super) fn fresh_seed() -> std::io::Result<[u8; 32]> {
    let mut seed = [0; 32];
    SystemEntropy
        .fill(&mut seed)
        .ok_or_else(|| std::io::Error::other("the system gives no randomness"))?;
    Ok(seed)
}

fn services(program: &Program) -> Result<Vec<Service>, Failure> {
    let Some(project) = &program.project else {
        return Ok(Vec::new());
    };
    let services = project.services()?.into_iter();
    Ok(services
        .map(|(service, wasm)| Service {
            id: service.name,
            wasm: wasm.into(),
            memory: service.memory.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
        })
        .collect())
}

/// One line of JSON for each value, or one object for all.
fn show(function: &str, values: &[Value], terminal: Terminal) {
    if terminal.is_json() {
        terminal.object(&json!({"kind": "result", "function": function, "values": values}));
    } else {
        values.iter().for_each(|value| terminal.result(&value.to_string()));
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Remote(_) | RunError::Script { .. } => Self::Remote(error.to_string()),
            RunError::TimedOut { .. } => Self::Timeout(error.to_string()),
            RunError::Refused(_) | RunError::NoEntropy => Self::World(error.into()),
        }
    }
}
