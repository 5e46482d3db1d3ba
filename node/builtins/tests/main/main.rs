//! The builtins called one by one, on a peer whose neighbours are made up.

#![allow(clippy::expect_used, reason = "tests")]

mod peers;
mod services;
mod values;

use crate::{Contacts, standard, world};
use aqua_keys::{KeyPair, PeerId};
use aqua_particle::{Header, Particle};
use aqua_peer::{Answer, Call, Function, Monotonic, Nanos, Now, Scope, ScopeId, Services, Target, View, failure};
use aqua_values::Value;
use aqua_vm::{CallResult, Tetraplets};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::Arc;

/// A value, written as JSON.
macro_rules! json {
    ($($json:tt)+) => { aqua_values::Value::from(serde_json::json!($($json)+)) };
}
use json;

/// The time of all calls, in milliseconds since the Unix epoch.
const START: u64 = 1_700_000_000_000;

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

/// A call on peer 1 by a particle of peer `from`.
fn call_from(from: u8, service: &str, function: &str, arguments: Value, tetraplets: Vec<Tetraplets>) -> Call {
    let arguments = arguments.as_array().expect("arguments are an array").to_vec();
    let particle = Particle::sign(&key(from), "test", START, 10_000, "(null)");
    Call {
        scope: ScopeId::HOST,
        peer: id(1),
        target: Target::Core,
        service: service.into(),
        function: function.into(),
        arguments,
        tetraplets,
        particle: Arc::new(Header::split(particle).0),
        deadline: Monotonic(0),
    }
}

/// The answer of a peer with these services, and how long it takes.
fn answer_with(services: Services, call: Call) -> (CallResult, Nanos) {
    let scope = Scope {
        services,
        ..Scope::new(ScopeId::HOST, key(1))
    };
    let now = Now {
        monotonic: Monotonic(0),
        unix_ms: START,
    };
    let view = View { now, scope: &scope };
    let found = standard()
        .find(&call.service, &call.function)
        .expect("the function is registered");
    match found {
        Function::Pure(answer) => (answer(&call), Nanos(0)),
        Function::Local(answer) => match answer(&view, &call) {
            Answer::Now(result) => (result, Nanos(0)),
            Answer::At(moment, result) => (result, moment - now.monotonic),
        },
        Function::World => {
            let answered = world::answer(&TwoNeighbours, &call).now_or_never();
            (answered.expect("nothing waits here"), Nanos(0))
        }
        Function::Stateful(_) | Function::Embedder => panic!("no builtin is like that"),
    }
}

fn answer(call: Call) -> CallResult {
    answer_with(Services::default(), call).0
}

/// Calls `service.function` and compares with the value, or with the text of the error.
fn check(service: &str, function: &str, arguments: Value, expected: Result<Value, &str>) {
    let given = answer(call_from(1, service, function, arguments.clone(), Vec::new()));
    let expected = expected.map_err(failure);
    assert_eq!(given, expected, "{service}.{function}{arguments}");
}
