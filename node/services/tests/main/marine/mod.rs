//! Services of Marine modules: published ones (§7.2 of the Marine format) and hostile ones.

mod corpus;
mod determinism;
pub(crate) mod host_functions;
mod hostile;
mod ipfs;
mod linking;
mod registry;
mod spell;
mod sqlite;
mod system;
mod trust_graph;
pub(crate) mod written;

use std::path::Path;
use std::sync::OnceLock;

use aqua_keys::KeyPair;
use aqua_services::{
    Call, CallArguments, CallError, CallParameters, CallParticle, CallTetraplet, Config, Engine, Host, MappedDir,
    ModuleDefinition, RandomSource, Requests, ServiceModules, TimeSource,
};
use aqua_values::Value;
use tempfile::TempDir;

use crate::PLENTY;

/// The peer that calls, where nothing else is said; it is also the one that runs and owns the service.
pub(crate) const PEER: &str = "12D3KooWAKNos2KogexTXhrkMZzFYpLHuWJ4PgoAhurSAv7o5CWA";

/// A deployed service with a folder of its own, which all modules see as `/tmp` and `/storage`.
pub(crate) struct Deployed {
    pub(crate) host: Host,
    pub(crate) folder: TempDir,
    /// Who calls.
    pub(crate) parameters: CallParameters,
}

impl Deployed {
    /// Deploys modules that see the folder. `change` changes their settings.
    pub(crate) async fn new(modules: &[(&str, &[u8])], change: impl FnOnce(&mut ServiceModules)) -> Self {
        Self::with_limits(modules, Config::default(), change).await
    }

    pub(crate) async fn with_limits(
        modules: &[(&str, &[u8])],
        limits: Config,
        change: impl FnOnce(&mut ServiceModules),
    ) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut service = service(modules, folder.path());
        change(&mut service);
        let host = host();
        host.deploy_modules("sid", service, limits).await.expect("a service");
        Self {
            host,
            folder,
            parameters: parameters(),
        }
    }

    /// Calls a function with an array of arguments.
    pub(crate) async fn call(&self, function: &str, arguments: Value) -> Result<Value, CallError> {
        self.call_with(function, arguments, &[]).await
    }

    /// Calls a function, some of whose arguments have an origin.
    pub(crate) async fn call_with(
        &self,
        function: &str,
        arguments: Value,
        origins: &[(usize, CallTetraplet)],
    ) -> Result<Value, CallError> {
        let arguments = match arguments {
            Value::Array(arguments) => CallArguments::Positional(arguments.to_vec()),
            Value::Object(arguments) => CallArguments::Named(arguments),
            other => panic!("no arguments: {other}"),
        };
        let mut parameters = self.parameters.clone();
        if let Some((last, _)) = origins.last() {
            parameters.tetraplets = vec![Vec::new(); last + 1];
        }
        for (index, origin) in origins {
            parameters.tetraplets[*index].push(origin.clone());
        }
        let call = Call::new("sid", function, arguments, PLENTY).with_parameters(parameters);
        self.host.call(call).await
    }

    /// The value of a call that must succeed.
    pub(crate) async fn value(&self, function: &str, arguments: Value) -> Value {
        let value = self.call(function, arguments).await;
        value.unwrap_or_else(|error| panic!("{function}: {error}"))
    }

    /// The error of a call that must fail.
    pub(crate) async fn error(&self, function: &str, arguments: Value) -> String {
        match self.call(function, arguments).await {
            Err(error) => error.to_string(),
            Ok(value) => panic!("{function} returned {value}"),
        }
    }
}

/// Asks for time and random numbers that are functions of the call.
pub(crate) fn fixed() -> Requests {
    Requests {
        clock: Some(TimeSource::Particle),
        random: Some(RandomSource::Seeded),
        ..Requests::default()
    }
}

/// A host with the engine of all tests.
pub(crate) fn host() -> Host {
    host_with(Config::default())
}

fn host_with(limits: Config) -> Host {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| Engine::new().expect("this machine runs Wasm"));
    Host::with_engine(engine.clone(), limits)
}

/// A service of these modules, which all see `folder`.
fn service(modules: &[(&str, &[u8])], folder: &Path) -> ServiceModules {
    let modules = modules.iter().map(|(name, wasm)| ModuleDefinition {
        mapped_dirs: ["/tmp", "/storage"].map(|guest| MappedDir::new(guest, folder)).into(),
        ..ModuleDefinition::new(*name, *wasm)
    });
    ServiceModules {
        modules: modules.collect(),
        ..ServiceModules::default()
    }
}

fn parameters() -> CallParameters {
    CallParameters {
        particle: CallParticle {
            id: "particle".into(),
            init_peer_id: PEER.into(),
            ..CallParticle::default()
        },
        service_id: "sid".into(),
        service_creator_peer_id: PEER.into(),
        host_id: PEER.into(),
        worker_id: PEER.into(),
        tetraplets: Vec::new(),
    }
}

/// The origin of a value that a function of the host made.
pub(crate) fn origin(host: &str, service: &str, function: &str) -> CallTetraplet {
    CallTetraplet {
        peer_pk: host.into(),
        service_id: service.into(),
        function_name: function.into(),
        lens: "".into(),
    }
}

/// The signature of bytes that a module gave, as an argument.
fn signature(key: &KeyPair, bytes: &Value) -> Value {
    Value::array(key.sign(&raw(bytes)).as_bytes().iter().map(|byte| Value::from(*byte)))
}

/// The bytes of an array of numbers in hexadecimal digits.
fn hex(bytes: &Value) -> String {
    raw(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of an array of numbers as text.
fn text(bytes: &Value) -> String {
    String::from_utf8(raw(bytes)).expect("a text")
}

fn raw(bytes: &Value) -> Vec<u8> {
    let bytes = bytes.as_array().expect("bytes").iter();
    bytes
        .map(|byte| u8::try_from(byte.as_u64().expect("a number")).expect("a byte"))
        .collect()
}
