//! Particles that move between the scopes of one peer.

use crate::driver::Driver;
use aqua_keys::KeyPair;
use aqua_peer::{Answer, EventKind, Function, Functions, Nanos, Provided, Report, Scope, ScopeId, Submission};
use aqua_values::Value;
use aqua_vm::State;
use std::collections::BTreeMap;

fn scope(id: u64, seed: u8) -> Scope {
    let mut functions = Functions::default();
    functions.register(
        "who",
        "am_i",
        Function::Local(|view, _| Answer::Now(Ok(Value::from(view.scope.peer.to_string())))),
    );
    Scope {
        functions,
        ..Scope::new(ScopeId(id), KeyPair::from_seed([seed; 32]))
    }
}

#[test]
fn a_particle_goes_from_host_to_scope_and_back_without_the_network() {
    let (host, worker) = (scope(0, 1), scope(1, 2));
    let (host_id, worker_id) = (host.peer.to_string(), worker.peer.to_string());
    let mut driver = Driver::with_scopes(|_| {}, vec![host, worker]);
    let script = format!(
        r#"(seq (call "{host_id}" ("who" "am_i") [] a)
           (seq (call "{worker_id}" ("who" "am_i") [] b)
           (seq (call "{host_id}" ("who" "am_i") [] c)
                (call "{host_id}" ("callbackSrv" "response") [a b c]))))"#
    );
    let functions = BTreeMap::from([(("callbackSrv".to_owned(), "response".to_owned()), Provided::Report(1))]);
    driver.submit_with(Submission {
        scope: ScopeId::HOST,
        script: script.into(),
        ttl: 10_000,
        functions,
    });
    let called = driver.reports.iter().find_map(|(_, report)| match report {
        Report::Called { arguments, .. } => Some(arguments.clone()),
        _ => None,
    });
    let [host_id, worker_id] = [host_id, worker_id].map(Value::from);
    assert_eq!(called, Some(vec![host_id.clone(), worker_id, host_id]));
    assert!(driver.sent.is_empty(), "nothing touches the network");
    let scopes: Vec<u64> = driver
        .events
        .iter()
        .filter(|event| matches!(event.kind, EventKind::Stepped { .. }))
        .map(|event| event.scope.0)
        .collect();
    assert!(scopes.contains(&0) && scopes.contains(&1), "{scopes:?}");
    driver.pass(Nanos::from_millis(10_001));
    assert_eq!(driver.peer.status().particles, 0);
}

#[test]
fn each_scope_signs_what_it_adds() {
    let (host, worker) = (scope(0, 1), scope(1, 2));
    let (host_id, worker_id) = (host.peer.to_string(), worker.peer.to_string());
    let far = KeyPair::from_seed([3; 32]).peer_id();
    let mut driver = Driver::with_scopes(|_| {}, vec![host, worker]);
    let script = format!(
        r#"(seq (call "{host_id}" ("who" "am_i") [] a)
           (seq (call "{worker_id}" ("who" "am_i") [] b)
                (call "{far}" ("op" "noop") [a b])))"#
    );
    driver.submit(&script);
    assert_eq!(driver.sent.len(), 1);
    assert_eq!(driver.sent[0].to, far);
    let state = State::decode(&driver.sent[0].data).expect("particle data");
    assert_eq!(state.data().signatures.len(), 2);
}
