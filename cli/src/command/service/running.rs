//! A service that runs in this process, for `call` and `repl`.

use super::policy;
use crate::command::file;
use crate::engine;
use crate::failure::Failure;
use crate::terminal::Terminal;
use anyhow::{Context, anyhow};
use aqua_diagnostics::{Diagnostic, Sources};
use aqua_interface::{Function, Interface, Type};
use aqua_marine::ServiceConfig;
use aqua_services::{Call, CallParameters, Config, Engine, Host, ServiceModules};
use aqua_values::Value;
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The time that a call may take.
const TIME: Duration = Duration::from_secs(60);

/// The service that `call` and `repl` start, and how.
#[derive(Debug, Args)]
pub(super) struct StartOptions {
    /// A WebAssembly component, a Marine module, or a Config.toml that lists modules
    #[arg(value_name = "CONFIG|FILE")]
    service: PathBuf,
    /// Grant what the service requests as far as the table `[policy]` of this TOML file allows it
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Keep the compiled code of services in this folder [default: aqua/artefacts in the user's cache folder]
    #[arg(long, value_name = "DIR", env = "AQUA_ARTEFACTS", hide_env_values = true)]
    artefacts: Option<PathBuf>,
}

/// A deployed service.
pub(super) struct Running {
    runtime: tokio::runtime::Runtime,
    host: Host,
    /// The file that was given, in messages.
    file: String,
}

/// The folder of persistent files of services, beside their configuration.
const DATA: &str = ".aqua/services";

/// The name under which the service is deployed.
const NAME: &str = "service";

impl Running {
    /// Deploys a service.
    pub(super) fn start(options: &StartOptions, terminal: Terminal) -> Result<Self, Failure> {
        let path = options.service.as_path();
        let file = file::name(path);
        let runtime = tokio::runtime::Runtime::new().context("can't start the async runtime")?;
        let definition = match is_configuration(path) {
            true => configured(path, terminal)?,
            false => ServiceModules::of_file(NAME, file::read(path)?),
        };
        let artefacts = engine::options(options.artefacts.as_deref());
        let engine = Engine::with_options(artefacts).context("can't start the engine")?;
        let mut limits = limits(&definition);
        limits.policy = policy::read(options.policy.as_deref(), terminal)?;
        limits.data_dir = Some(path.parent().unwrap_or(Path::new("")).join(DATA));
        let host = Host::with_engine(engine, limits);
        let deployed = runtime.block_on(host.deploy_modules(NAME, definition, host.config().clone()));
        deployed.with_context(|| format!("can't deploy {file}"))?;
        Ok(Self { runtime, host, file })
    }

    /// What the service offers.
    pub(super) fn interface(&self) -> Arc<Interface> {
        self.host.interface(NAME).unwrap_or_default()
    }

    /// The size of the memory of the service in bytes.
    pub(super) fn memory(&self) -> usize {
        self.runtime.block_on(self.host.memory(NAME)).unwrap_or_default()
    }

    /// Calls a function. Words are JSON; for a parameter of type string a word that is not JSON is a string.
    pub(super) fn call(&self, function: &str, words: &[String], parameters: CallParameters) -> Result<Value, Failure> {
        let interface = self.interface();
        let Some((_, declared)) = interface.function(function) else {
            let names: Vec<_> = interface.functions().map(|function| function.name.as_str()).collect();
            return Err(Failure::Usage(format!(
                "{} has no function `{function}`; it has {}",
                self.file,
                names.join(", ")
            )));
        };
        let arguments = arguments(declared, words)?;
        let call = Call::new(NAME, function, arguments, TIME).with_parameters(parameters);
        let answer = self.runtime.block_on(self.host.call(call));
        answer.map_err(|error| Failure::Remote(error.to_string()))
    }
}

/// The modules that a configuration lists.
fn configured(path: &Path, terminal: Terminal) -> Result<ServiceModules, Failure> {
    let config = configuration(path, terminal)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    Ok(ServiceModules::read(&config, folder).map_err(anyhow::Error::new)?)
}

/// Whether a file is a configuration that lists modules, by its name.
pub(super) fn is_configuration(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

/// A configuration that lists modules. Prints its mistakes.
pub(super) fn configuration(path: &Path, terminal: Terminal) -> Result<ServiceConfig, Failure> {
    let text = String::from_utf8(file::read(path)?).map_err(|_| anyhow!("{} is not text", file::name(path)))?;
    let mut sources = Sources::new();
    let source = sources.add(file::name(path), text.as_str());
    let (config, diagnostics) = ServiceConfig::parse(source, &text);
    terminal.diagnostics(&sources, &diagnostics);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Failure::Reported);
    }
    if config.modules.is_empty() {
        return Err(Failure::System(anyhow!("{} lists no module", file::name(path))));
    }
    Ok(config)
}

/// The limits of the service. Programs that its configuration mounts may run: the user of this command chose it.
fn limits(definition: &ServiceModules) -> Config {
    let mut limits = Config::default();
    limits.system.programs = definition.programs().collect();
    limits
}

fn arguments(function: &Function, words: &[String]) -> Result<Vec<Value>, Failure> {
    let values = words.iter().enumerate().map(|(index, word)| {
        let parameter = function.parameters.get(index);
        match (Value::parse(word), parameter) {
            (Ok(Value::String(text)), _) => Ok(Value::String(text)),
            (_, Some(parameter)) if parameter.ty == Type::String => Ok(word.as_str().into()),
            (Ok(value), _) => Ok(value),
            (Err(error), _) => {
                let name = parameter.map_or_else(|| format!("argument {}", index + 1), |it| format!("`{}`", it.name));
                Err(Failure::Usage(format!(
                    "invalid value for {name}: `{word}` is not JSON: {error}"
                )))
            }
        }
    });
    values.collect()
}
