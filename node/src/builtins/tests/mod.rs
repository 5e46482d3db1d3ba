//! The builtins called one by one, on a peer whose clock and neighbours are made up.

#![allow(clippy::expect_used, reason = "tests")]

mod peers;
mod services;
mod values;

use super::{Answer, Call, Failure, standard};
use crate::Peer;
use crate::environment::{Carrier, Clock, SendFailure, SystemEntropy};
use aqua_keys::{KeyPair, PeerId};
use aqua_particle::Particle;
use aqua_values::Value;
use aqua_vm::Tetraplets;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A value, written as JSON.
macro_rules! json {
    ($($json:tt)+) => { aqua_values::Value::from(serde_json::json!($($json)+)) };
}
use json;

/// When all particles of these tests start.
const START: u64 = 1_700_000_000_000;
/// How long they live, in milliseconds.
const TTL: u32 = 10_000;

/// A peer that knows two others: one with addresses, one by its name alone.
#[derive(Debug)]
struct TwoNeighbours;

fn key(number: u8) -> KeyPair {
    KeyPair::from_seed([number; 32])
}

fn id(number: u8) -> PeerId {
    key(number).peer_id()
}

const ADDRESS: &str = "/ip4/127.0.0.1/tcp/7771";

impl Carrier for TwoNeighbours {
    fn send<'a>(&'a self, _: &'a PeerId, _: &'a Particle) -> BoxFuture<'a, Result<usize, SendFailure>> {
        futures::future::err(SendFailure("nobody sends here".to_owned())).boxed()
    }

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

/// A clock that jumps to whatever moment is waited for.
#[derive(Debug, Default)]
struct JumpingClock(Arc<AtomicU64>);

impl Clock for JumpingClock {
    fn now(&self) -> u64 {
        START + self.0.load(Ordering::Relaxed)
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }

    fn passed(&self, moment: u64) -> BoxFuture<'static, ()> {
        self.0.fetch_max(moment - START, Ordering::Relaxed);
        futures::future::ready(()).boxed()
    }
}

/// A call on peer 1 by a particle of peer `from`.
fn call_from(from: u8, service: &str, function: &str, arguments: Value, tetraplets: Vec<Tetraplets>) -> Call {
    let arguments = arguments.as_array().expect("arguments are an array").to_vec();
    Call {
        service: service.to_owned(),
        function: function.to_owned(),
        arguments,
        tetraplets,
        particle: Arc::new(Particle::sign(&key(from), "test", START, TTL, "(null)")),
        peer: Arc::new(Peer::new(
            key(1),
            Arc::new(TwoNeighbours),
            Arc::new(JumpingClock::default()),
            Arc::new(SystemEntropy),
        )),
    }
}

fn answer(call: Call) -> Answer {
    let function = standard()
        .find(&call.service, &call.function)
        .expect("the function is in the table");
    function.call(call).now_or_never().expect("nothing waits here")
}

/// Calls `service.function` and compares with the value, or with the text of the error.
fn check(service: &str, function: &str, arguments: Value, expected: Result<Value, &str>) {
    let given = answer(call_from(1, service, function, arguments.clone(), Vec::new()));
    let expected = expected.map_err(Failure::text);
    assert_eq!(given, expected, "{service}.{function}{arguments}");
}
