//! The builtins called one by one, on a peer whose neighbours, modules and services are made up.

#![allow(clippy::expect_used, reason = "tests")]
#![allow(clippy::print_stdout, reason = "counts are shown")]

mod modules;
mod page;
mod peers;
mod suite;
mod table;

use aqua_builtins::{Contacts, World, guarded, world};
use aqua_interface::{Interface, Parameter, Type};
use aqua_keys::{KeyPair, PeerId};
use aqua_particle::{Header, Particle};
use aqua_peer::{
    Answer, Authority, Call, Function, Monotonic, Nanos, Now, Scope, ScopeId, Service, ServiceKind, Services, Target,
    Transaction, View, failure,
};
use aqua_values::Value;
use aqua_vm::{CallResult, Tetraplets};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A value, written as JSON.
macro_rules! json {
    ($($json:tt)+) => { aqua_values::Value::from(serde_json::json!($($json)+)) };
}
use json;

/// The time of all calls, in milliseconds since the Unix epoch.
const START: u64 = 1_700_000_000_000;

/// Numbers of the keys of peers. Others are neighbours.
const HOST: u8 = 1;
const WORKER: u8 = 9;
const MANAGER: u8 = 10;
const STRANGER: u8 = 11;

/// The scope of the worker.
const WORKER_SCOPE: ScopeId = ScopeId(1);

/// What a call of a service gives that is not a builtin.
const ANSWER_OF_SERVICE: &str = "<the answer of the service>";

/// A network that knows two peers: one with addresses, one by its name alone.
#[derive(Debug)]
struct TwoNeighbours;

fn key(number: u8) -> KeyPair {
    KeyPair::from_seed([number; 32])
}

fn id(number: u8) -> PeerId {
    key(number).peer_id()
}

const ADDRESS: &str = "/ip4/127.0.0.1/tcp/7771";

impl Contacts for TwoNeighbours {
    fn neighborhood(&self, _: Vec<u8>, count: usize) -> BoxFuture<'_, Vec<PeerId>> {
        futures::future::ready([2, 3].into_iter().map(id).take(count).collect()).boxed()
    }

    fn contact<'a>(&'a self, peer: &'a PeerId) -> BoxFuture<'a, Option<Vec<String>>> {
        futures::future::ready((*peer == id(2)).then(|| vec![ADDRESS.to_owned()])).boxed()
    }

    fn connect<'a>(&'a self, peer: &'a PeerId, addresses: &'a [String]) -> BoxFuture<'a, bool> {
        futures::future::ready(*peer == id(2) || addresses.contains(&ADDRESS.to_owned())).boxed()
    }

    fn addresses(&self) -> BoxFuture<'_, Vec<String>> {
        futures::future::ready(vec![ADDRESS.to_owned()]).boxed()
    }
}

/// The interface of all services: the function `greet(name, peer)`.
fn greeter_interface() -> Interface {
    let parameter = |name: &str| Parameter {
        name: name.to_owned(),
        ty: Type::String,
    };
    let greet = aqua_interface::Function {
        name: "greet".to_owned(),
        parameters: vec![parameter("name"), parameter("peer")],
        result: Some(Type::String),
    };
    Interface::new([greet], [])
}

/// A service of the operator, `greeter`; one of a stranger, `service`, with the alias `alias`; one of the host, `broken`, that could
/// not be started; and a spell.
fn services() -> Services {
    let interface = Arc::new(greeter_interface());
    let mut services = Services::default();
    services.register("greeter", interface.clone());
    let service = Service {
        id: "service".into(),
        blueprint: Some(modules::blueprint().id().to_string().into()),
        kind: ServiceKind::Service,
        owner: Some(id(STRANGER)),
        aliases: ["alias".into()].into(),
        interface: Ok(interface),
    };
    services.insert(Service {
        id: "broken".into(),
        owner: Some(id(HOST)),
        aliases: Default::default(),
        interface: Err("its module is missing".into()),
        ..service.clone()
    });
    services.insert(Service {
        id: "spell id".into(),
        kind: ServiceKind::Spell,
        aliases: Default::default(),
        ..service.clone()
    });
    services.insert(service);
    services
}

/// A call on the host by a particle of the peer with this key.
fn call_from(from: u8, service: &str, function: &str, arguments: Value, tetraplets: Vec<Tetraplets>) -> Call {
    let arguments = arguments.as_array().expect("arguments are an array").to_vec();
    let particle = Particle::sign(&key(from), "test", START, 10_000, "(null)");
    Call {
        scope: ScopeId::HOST,
        peer: id(HOST),
        target: Target::Core,
        service: service.into(),
        function: function.into(),
        arguments,
        tetraplets,
        particle: Arc::new(Header::split(particle).0),
        authority: match from {
            HOST => Authority::Host,
            MANAGER => Authority::Manager,
            _ => Authority::Other,
        },
        deadline: Monotonic(0),
    }
}

/// What a call gave.
#[derive(Debug, PartialEq)]
struct Answered {
    result: CallResult,
    /// How long it took.
    time: Nanos,
    /// What it wrote to the log.
    printed: Option<String>,
}

impl From<CallResult> for Answered {
    fn from(result: CallResult) -> Self {
        Self {
            result,
            time: Nanos(0),
            printed: None,
        }
    }
}

/// Calls a function of a peer with a host and a worker, both of which have these services.
fn answered(services: Services, call: &Call) -> Answered {
    let functions = guarded();
    if let Some(Err(error)) = functions.guard(&call.service).map(|guard| guard(call)) {
        return Err(error).into();
    }
    let number = if call.scope == WORKER_SCOPE { WORKER } else { HOST };
    let scope = Scope {
        services,
        ..Scope::new(call.scope, key(number))
    };
    let now = Now {
        monotonic: Monotonic(0),
        unix_ms: START,
    };
    let view = View {
        now,
        scope: &scope,
        scopes: &BTreeMap::from([(id(HOST), ScopeId::HOST), (id(WORKER), WORKER_SCOPE)]),
    };
    match functions.find(&call.service, &call.function) {
        None => Ok(ANSWER_OF_SERVICE.into()).into(),
        Some(Function::Pure(answer)) => answer(call).into(),
        Some(Function::Local(answer)) => match answer(&view, call) {
            Answer::Now(result) => result.into(),
            Answer::At(moment, result) => Answered {
                time: moment - now.monotonic,
                ..result.into()
            },
            Answer::Printed(text, result) => Answered {
                printed: Some(text),
                ..result.into()
            },
        },
        Some(Function::World) => {
            let world = World {
                contacts: &TwoNeighbours,
                modules: Some(&modules::OneModule),
                vault: Some(&modules::Files),
            };
            let answered = world::answer(world, call).now_or_never();
            answered.expect("nothing waits here").into()
        }
        Some(Function::Stateful(answer)) => answer(&mut Transaction::over(&scope), call).into(),
        Some(Function::Create(answer)) => {
            let created = answer(call).map(|new| format!("<a service of {}>", new.blueprint).into());
            created.into()
        }
        Some(Function::Embedder) => panic!("no builtin is like that"),
    }
}

fn answer(call: &Call) -> CallResult {
    answered(Services::default(), call).result
}

/// Calls `service.function` and compares with the value, or with the text of the error.
fn check(service: &str, function: &str, arguments: Value, expected: Result<Value, &str>) {
    let given = answer(&call_from(HOST, service, function, arguments.clone(), Vec::new()));
    let expected = expected.map_err(failure);
    assert_eq!(given, expected, "{service}.{function}{arguments}");
}
