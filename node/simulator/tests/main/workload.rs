//! Four peers, and particles that visit all of them.

use aqua_keys::KeyPair;
use aqua_peer::{Call, Function, Functions, Limits, Provided, failure};
use aqua_simulator::{MILLISECOND, PeerPlan, Plan, Run, SECOND, STORED, Start, Time};
use aqua_values::Value;
use aqua_vm::CallResult;
use std::collections::BTreeMap;

/// How many peers there are.
pub(crate) const PEERS: u8 = 4;

/// When faults end.
pub(crate) const CALM: Time = 8 * SECOND;

/// Reports of results and of errors.
const RESULT: u32 = 1;
const ERROR: u32 = 2;

/// A plan in which nothing goes wrong.
pub(crate) fn plan() -> Plan {
    let peers = (0..PEERS)
        .map(|number| PeerPlan::new([number + 1; 32], Limits::default(), functions()))
        .collect();
    let starts = (0..6)
        .map(|number| start(number, u64::from(number) * 700 * MILLISECOND))
        .collect();
    Plan::calm(peers, starts)
}

fn functions() -> Functions {
    let mut functions = Functions::default();
    functions.register("op", "noop", Function::Pure(|_| Ok(Value::from(""))));
    functions.register(
        "store",
        "put",
        Function::Stateful(|records, call| {
            let key = call
                .arguments
                .first()
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            if records.get(key.as_bytes()).is_none() {
                records.put(key.clone(), "value");
            }
            Ok(Value::from(key))
        }),
    );
    functions.register_fallback(Function::Embedder);
    functions
}

/// What services answer.
pub(crate) fn answer(peer: usize, call: &Call) -> CallResult {
    match call.function.as_str() {
        "where" => Ok(Value::from(peer)),
        "sum" => Ok(Value::from(
            call.arguments.iter().filter_map(Value::as_i64).sum::<i64>(),
        )),
        other => Err(failure(format!("no function {other}"))),
    }
}

/// Stores a record, asks all other peers at the same time, adds their answers up and reports the sum.
fn start(number: u8, at: Time) -> Start {
    let initiator = usize::from(number % PEERS);
    let me = id(number % PEERS);
    let others: Vec<u8> = (0..PEERS).filter(|peer| usize::from(*peer) != initiator).collect();
    let names: Vec<String> = others.iter().map(|peer| format!("w{peer}")).collect();
    let visits = others
        .iter()
        .zip(&names)
        .map(|(peer, name)| {
            let there = id(*peer);
            format!(r#"(seq (call "{there}" ("table" "where") [] {name}) (call "{me}" ("op" "noop") [{name}]))"#)
        })
        .reduce(|left, right| format!("(par {left} {right})"))
        .expect("there are other peers");
    let all = names.join(" ");
    let script = format!(
        r#"(xor
            (seq (seq (call "{me}" ("store" "put") ["key {number}"] key)
                      (call "{me}" ("callbackSrv" "stored") [key]))
            (seq {visits}
            (seq (call "{me}" ("table" "sum") [{all}] sum)
                 (call "{me}" ("callbackSrv" "response") [sum]))))
            (call "{me}" ("errorHandlingSrv" "error") [:error:.$.message]))"#
    );
    let provided =
        |service: &str, function: &str, tag| ((service.to_owned(), function.to_owned()), Provided::Report(tag));
    Start {
        at,
        peer: initiator,
        script: script.into(),
        ttl: 6000,
        functions: BTreeMap::from([
            provided("callbackSrv", "stored", STORED),
            provided("callbackSrv", "response", RESULT),
            provided("errorHandlingSrv", "error", ERROR),
        ]),
    }
}

pub(crate) fn id(peer: u8) -> String {
    KeyPair::from_seed([peer + 1; 32]).peer_id().to_string()
}

/// The results that were reported, of each start: one, or none.
pub(crate) fn results(run: &Run) -> Vec<Vec<i64>> {
    let numbers = |called: &[(u32, Vec<Value>)]| {
        called
            .iter()
            .filter(|(tag, _)| *tag == RESULT)
            .filter_map(|(_, arguments)| arguments.first()?.as_i64())
            .collect()
    };
    run.outcomes.iter().map(|outcome| numbers(&outcome.called)).collect()
}

/// The right result of a start.
pub(crate) fn right(start: usize) -> i64 {
    let all: usize = (0..usize::from(PEERS)).sum();
    (all - start % usize::from(PEERS)) as i64
}
