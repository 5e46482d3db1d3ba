//! `aqua run`: runs a function on peers in this process or through a relay.

use super::{build, locate, warn_unused_constants};
use crate::engine;
use crate::failure::Failure;
use crate::log::EventLog;
use crate::options::RunOptions;
use crate::script_lines::ScriptLines;
use crate::terminal::Terminal;
use crate::trace;
use anyhow::Context;
use aqua_client::{
    Client, ClientError, DEFAULT_TTL, Explanation, LocalConfig, LocalNetwork, RunError, Service, Trace, Until,
};
use aqua_compiler::typing::Arrow;
use aqua_config::{MULTIADDRESS, random_seed, read_key};
use aqua_keys::KeyPair;
use aqua_network::Multiaddr;
use aqua_node::{Call, Config, Handlers, Observer};
use aqua_project::{ConstantOverrides, Program, ServiceContent, results};
use aqua_services::ServiceModules;
use aqua_values::Value;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The maximum number of rows of a trace.
const MAX_TRACE_ROWS: usize = 10_000;

/// The number of peers if neither the command line nor the manifest gives one.
const DEFAULT_PEERS: usize = 3;

/// Runs the function and prints its results.
pub(crate) fn run(options: &RunOptions, terminal: Terminal) -> Result<(), Failure> {
    let program = locate(&options.program, terminal)?;
    let mut settings = options.build.settings(None)?;
    // The response marks the end of a function without results.
    settings.options.empty_response = true;
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
    let mut functions = compilation.functions.iter();
    let function = functions
        .find(|function| *function.name == *invocation.function)
        .context("an invocation names an exported function")?;
    let run = Run {
        script: aqua_air::print(&function.script),
        lines: ScriptLines::new(function, &compilation.sources),
        arguments: invocation.arguments,
        until: if function.arrow.results.is_empty() {
            Until::Idle
        } else {
            Until::Response
        },
        console: console(terminal),
    };
    let trace = Arc::new(Trace::new(MAX_TRACE_ROWS));
    let runtime = tokio::runtime::Runtime::new().context("can't start the async runtime")?;
    let values = runtime.block_on(Box::pin(execute(options, &program, &run, &trace)));
    if options.trace {
        trace::show(&trace.hops(), terminal);
    }
    let values = values?.iter().map(serde_json::Value::from).collect();
    print(
        &invocation.function,
        &results::from_peers(&function.arrow, values),
        terminal,
    );
    Ok(())
}

/// A call of a function.
struct Run<'c> {
    script: String,
    lines: ScriptLines<'c>,
    arguments: Vec<(String, serde_json::Value)>,
    until: Until,
    console: Handlers,
}

impl Run<'_> {
    /// Runs the script on a client.
    async fn on(&self, client: &Client, ttl: Duration) -> Result<Vec<Value>, Failure> {
        let arguments = self.arguments.iter().cloned();
        let arguments = arguments.map(|(name, value)| (name, value.into()));
        let ended = client
            .run_with(self.script.as_str(), arguments, &self.console, ttl, self.until)
            .await;
        ended.map_err(|error| self.failure(error))
    }

    fn failure(&self, error: RunError) -> Failure {
        let message = Explanation::new(&error, &self.script, &self.lines).to_string();
        match error {
            RunError::Remote(_) | RunError::Script { .. } => Failure::Remote(message),
            RunError::Stuck { .. } | RunError::TimedOut { .. } => Failure::Timeout(message),
            RunError::Refused(_) => Failure::System(error.into()),
        }
    }
}

/// Runs the script through a relay, or on local peers.
async fn execute(
    options: &RunOptions,
    program: &Program,
    run: &Run<'_>,
    trace: &Arc<Trace>,
) -> Result<Vec<Value>, Failure> {
    let observers: Vec<Arc<dyn Observer>> = vec![trace.clone(), Arc::new(EventLog)];
    let observer = Arc::new(observers);
    let manifest = program.project.as_ref().map(|project| &project.manifest.run);
    let ttl = options
        .ttl
        .or(manifest.and_then(|manifest| manifest.ttl))
        .map_or(DEFAULT_TTL, |ms| Duration::from_millis(ms.into()));
    if let Some(relay) = &options.relay {
        let client = connect(relay, options.key.as_deref(), observer).await?;
        let results = run.on(&client, ttl).await;
        client.shutdown().await;
        return results;
    }
    let peers = options
        .peers
        .map(usize::from)
        .or(manifest.and_then(|manifest| manifest.peers))
        .unwrap_or(DEFAULT_PEERS);
    let local = LocalConfig {
        services: services(program)?,
        service_limits: service_limits(program),
        engine: engine::options(options.artefacts.as_deref()),
        observer,
        ..LocalConfig::new(peers)
    };
    let network = LocalNetwork::start(local).await.context("can't start the peers")?;
    let results = match network.client().await {
        Ok(client) => {
            let results = run.on(&client, ttl).await;
            client.shutdown().await;
            results
        }
        Err(error) => Err(Failure::System(error.into())),
    };
    network.shutdown().await;
    results
}

/// The console service of the initiator: `Console.print` writes to standard error.
fn console(terminal: Terminal) -> Handlers {
    let mut handlers = Handlers::default();
    handlers.register("run-console", "print", move |call: Call| {
        let texts = call.arguments.iter().map(|value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        });
        terminal.console(&texts.collect::<Vec<_>>().join(" "));
        async { Ok(Value::from("")) }
    });
    handlers
}

/// Connects a client to a relay, with the key of a file or a new one.
async fn connect(relay: &str, key: Option<&Path>, observer: Arc<dyn Observer>) -> Result<Client, Failure> {
    let address = multiaddress(relay)?;
    let seed = match key {
        Some(path) => read_key(path).map_err(|error| Failure::System(error.into()))?,
        None => random_seed().context("can't generate a key")?,
    };
    let network = aqua_network::Config::new(KeyPair::from_seed(seed));
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

/// With the policy of the manifest. Persistent files of services are kept beside it.
fn service_limits(program: &Program) -> aqua_services::Config {
    let Some(project) = &program.project else {
        return aqua_services::Config::default();
    };
    aqua_services::Config {
        policy: project.manifest.policy.clone().in_folder(&project.root),
        data_dir: Some(project.root.join(".aqua/services")),
        ..aqua_services::Config::default()
    }
}

fn services(program: &Program) -> Result<Vec<Service>, Failure> {
    let Some(project) = &program.project else {
        return Ok(Vec::new());
    };
    let services = project.services()?.into_iter().map(|(service, content)| {
        let modules = match content {
            ServiceContent::Wasm(wasm) => ServiceModules::of_file(&service.name, wasm),
            ServiceContent::Modules { config, folder } => {
                ServiceModules::read(&config, &folder).map_err(anyhow::Error::new)?
            }
        };
        let memory = service.memory.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        let id = service.name;
        Ok(Service { id, modules, memory })
    });
    services.collect()
}

/// Prints each value as a line of JSON; with `--json`, all values in one object.
fn print(function: &str, values: &[serde_json::Value], terminal: Terminal) {
    if terminal.is_json() {
        terminal.object(&json!({"kind": "result", "function": function, "values": values}));
    } else {
        values.iter().for_each(|value| terminal.result(&value.to_string()));
    }
}
