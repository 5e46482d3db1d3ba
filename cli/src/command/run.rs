//! `aqua run`: runs a function on peers in this process or through a relay.

use super::{build, warn_unused_constants};
use crate::failure::Failure;
use crate::log::EventLog;
use crate::options::RunOptions;
use crate::terminal::Terminal;
use crate::trace;
use anyhow::Context;
use aqua_client::{Client, ClientError, DEFAULT_TTL, LocalConfig, LocalNetwork, RunError, Service, Trace};
use aqua_compiler::typing::Arrow;
use aqua_config::{MULTIADDRESS, random_seed};
use aqua_keys::KeyPair;
use aqua_network::Multiaddr;
use aqua_node::{Config, Observer};
use aqua_project::{ConstantOverrides, Invocation, Program};
use aqua_values::Value;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// The maximum number of rows of a trace.
const MAX_TRACE_ROWS: usize = 10_000;

/// The number of peers if neither the command line nor the manifest gives one.
const DEFAULT_PEERS: usize = 3;

/// Runs the function and prints its results.
pub(crate) fn run(options: &RunOptions, terminal: Terminal) -> Result<(), Failure> {
    let program = Program::locate(&options.program)?;
    let settings = options.build.settings(None)?;
    let mut overrides = ConstantOverrides::new(&settings);
    let built = build(&program, &settings, &mut overrides, terminal);
    warn_unused_constants(&overrides, terminal);
    let compilation = built?;
    let exported: Vec<(&str, &Arrow)> = compilation
        .functions
        .iter()
        .map(|function| (&*function.name, &*function.arrow))
        .collect();
    let invocation = program.invocation(&exported, options.function.as_deref(), &options.arguments);
    let invocation = invocation.map_err(|error| Failure::Usage(error.to_string()))?;
    let function = compilation
        .functions
        .iter()
        .find(|function| *function.name == *invocation.function);
    let script = aqua_air::print(&function.context("an invocation names an exported function")?.script);

    let trace = Arc::new(Trace::new(MAX_TRACE_ROWS));
    let runtime = tokio::runtime::Runtime::new().context("can't start the async runtime")?;
    let results = runtime.block_on(Box::pin(execute(options, &program, script, &invocation, &trace)));
    if options.trace {
        trace::show(&trace.hops(), terminal);
    }
    print(&invocation.function, &results?, terminal);
    Ok(())
}

/// Runs the script through a relay, or on local peers.
async fn execute(
    options: &RunOptions,
    program: &Program,
    script: String,
    invocation: &Invocation,
    trace: &Arc<Trace>,
) -> Result<Vec<Value>, Failure> {
    let observers: Vec<Arc<dyn Observer>> = vec![trace.clone(), Arc::new(EventLog)];
    let observer = Arc::new(observers);
    let manifest = program.project.as_ref().map(|project| &project.manifest);
    let run = manifest.map(|manifest| &manifest.run);
    let ttl = options
        .ttl
        .or(run.and_then(|run| run.ttl))
        .map(|ms| Duration::from_millis(ms.into()));
    let (ttl, arguments) = (ttl.unwrap_or(DEFAULT_TTL), invocation.arguments.clone());
    let arguments = arguments.into_iter().map(|(name, value)| (name, value.into()));
    if let Some(relay) = &options.relay {
        let client = connect(relay, observer).await?;
        let results = client.run(script, arguments, ttl).await;
        client.shutdown().await;
        return results.map_err(Failure::from);
    }
    let peers = options
        .peers
        .map(usize::from)
        .or(run.and_then(|run| run.peers))
        .unwrap_or(DEFAULT_PEERS);
    let local = LocalConfig {
        services: services(program)?,
        observer,
        ..LocalConfig::new(peers)
    };
    let network = LocalNetwork::start(local).await.context("can't start the peers")?;
    let results = match network.client().await {
        Ok(client) => {
            let results = client.run(script, arguments, ttl).await;
            client.shutdown().await;
            results.map_err(Failure::from)
        }
        Err(error) => Err(Failure::System(error.into())),
    };
    network.shutdown().await;
    results
}

/// Connects a client with a new key to a relay.
async fn connect(relay: &str, observer: Arc<dyn Observer>) -> Result<Client, Failure> {
    let address = multiaddress(relay)?;
    let network = aqua_network::Config::new(KeyPair::from_seed(random_seed().context("can't generate a key")?));
    let config = Config {
        observer,
        ..Config::new(network)
    };
    Client::connect(config, address, None)
        .await
        .map_err(|error| match error {
            ClientError::Relay(_) => Failure::Remote(error.to_string()),
            ClientError::Start(_) => Failure::System(error.into()),
        })
}

/// Parses a multiaddress of the command line.
pub(super) fn multiaddress(text: &str) -> Result<Multiaddr, Failure> {
    text.parse()
        .map_err(|_| Failure::Usage(format!("invalid multiaddress `{text}`: expected {MULTIADDRESS}")))
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

/// Prints each value as a line of JSON; with `--json`, all values in one object.
fn print(function: &str, values: &[Value], terminal: Terminal) {
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
            RunError::Refused(_) => Self::System(error.into()),
        }
    }
}
