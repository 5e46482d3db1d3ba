//! Who answers a call, who may make it, and what is reported about functions that are not there.

use crate::driver::{Driver, id, particle};
use aqua_interface::{Function as Declared, Interface};
use aqua_keys::KeyPair;
use aqua_peer::{
    Answer, EventKind, Function, Functions, Provided, Report, Scope, ScopeId, Services, Submission, Target, failure,
};
use aqua_values::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const HOST: u8 = 1;
const WORKER: u8 = 2;
const MANAGER: u8 = 3;
const STRANGER: u8 = 4;

fn functions() -> Functions {
    let mut functions = Functions::default();
    functions.register("kv", "put", Function::Pure(|_| Ok(Value::from("put"))));
    functions.register("kv", "get", Function::Pure(|_| Ok(Value::from("got"))));
    functions.register_default(
        "log",
        "print",
        Function::Local(|_, _| Answer::Printed("hello".to_owned(), Ok(Value::from("printed")))),
    );
    functions.register_guard("closed", |call| match call.authority.is_privileged() {
        true => Ok(()),
        false => Err(failure("closed to others")),
    });
    functions.register("closed", "open", Function::Pure(|_| Ok(Value::from("open"))));
    functions
}

/// A peer with a host and a worker, a service `greeter` with two functions, and a manager.
fn driver() -> Driver {
    let declared = |name: &str| Declared {
        name: name.to_owned(),
        parameters: Vec::new(),
        result: None,
    };
    let mut services = Services::default();
    services.register(
        "greeter",
        Arc::new(Interface::new([declared("wave"), declared("greet")], [])),
    );
    let scope = |number: u64, seed: u8| Scope {
        functions: functions(),
        services: services.clone(),
        ..Scope::new(ScopeId(number), KeyPair::from_seed([seed; 32]))
    };
    let scopes = vec![scope(0, HOST), scope(1, WORKER)];
    Driver::with_config(|config| config.managers = BTreeSet::from([id(MANAGER)]), scopes)
}

/// The functions that are reported as known of a service in a particle with this script.
fn unknown(driver: &mut Driver, script: &str) -> Option<(String, Vec<String>)> {
    driver.submit(script);
    driver.kinds().into_iter().find_map(|kind| match kind {
        EventKind::UnknownFunction {
            service,
            function,
            known,
        } => Some((
            format!("{service}.{function}"),
            known.iter().map(ToString::to_string).collect(),
        )),
        _ => None,
    })
}

#[test]
fn functions_that_a_service_has_are_reported_with_one_that_it_does_not_have() {
    let mut driver = driver();
    let known = |name: &str, functions: &[&str]| {
        let functions = functions.iter().map(ToString::to_string).collect();
        Some((name.to_owned(), functions))
    };
    assert_eq!(
        unknown(&mut driver, r#"(call %init_peer_id% ("kv" "set") [])"#),
        known("kv.set", &["get", "put"])
    );
    assert_eq!(
        unknown(&mut driver, r#"(call %init_peer_id% ("greeter" "shout") [])"#),
        known("greeter.shout", &["greet", "wave"])
    );
    assert_eq!(driver.calls.len(), 1, "the service answers with its own error");
    for script in [
        r#"(call %init_peer_id% ("kv" "get") [])"#,
        r#"(call %init_peer_id% ("greeter" "greet") [])"#,
        r#"(call %init_peer_id% ("nobody" "get") [])"#,
    ] {
        assert_eq!(unknown(&mut driver, script), None, "{script}");
    }
}

#[test]
fn an_unknown_function_is_an_error_of_the_call_also_where_others_are_known() {
    let mut driver = driver();
    driver.submit(r#"(call %init_peer_id% ("kv" "set") [])"#);
    let is_error = |kind: &EventKind| matches!(kind, EventKind::Failed { message, .. } if message.contains("Service with id 'kv' not found (function set)"));
    assert!(driver.kinds().iter().any(is_error));
}

#[test]
fn what_a_particle_prints_is_an_event() {
    let mut driver = driver();
    driver.submit(r#"(call %init_peer_id% ("log" "print") ["hello"])"#);
    let text = "hello".to_owned();
    assert!(driver.kinds().contains(&EventKind::Printed { text }));
}

#[test]
fn a_submitter_replaces_defaults_only() {
    let mut driver = driver();
    let own = ["log print", "kv get"].map(|name| {
        let (service, function) = name.split_once(' ').expect("two words");
        let value = Provided::Value(Value::from("of the submitter"));
        ((service.to_owned(), function.to_owned()), value)
    });
    let response = (("callbackSrv".to_owned(), "response".to_owned()), Provided::Report(1));
    driver.submit_with(Submission {
        scope: ScopeId::HOST,
        script: r#"(seq (call %init_peer_id% ("log" "print") [] x)
                   (seq (call %init_peer_id% ("kv" "get") [] y)
                        (call %init_peer_id% ("callbackSrv" "response") [x y])))"#
            .into(),
        ttl: 10_000,
        functions: own.into_iter().chain([response]).collect::<BTreeMap<_, _>>(),
    });
    let called = driver.reports.iter().find_map(|(_, report)| match report {
        Report::Called { arguments, .. } => Some(arguments.clone()),
        _ => None,
    });
    assert_eq!(called, Some(vec![Value::from("of the submitter"), Value::from("got")]));
}

/// Guards come before functions, and before services that are not there. Particles of the host and its managers are privileged in
/// all scopes, those of a worker in none.
#[test]
fn guards_let_the_host_and_its_managers_pass() {
    let mut driver = driver();
    driver.connect(1, id(20));
    for (number, from, is_open) in [
        (0, HOST, true),
        (1, MANAGER, true),
        (2, STRANGER, false),
        (3, WORKER, false),
    ] {
        for (scope, seed) in [("host", HOST), ("worker", WORKER)] {
            let peer = id(seed);
            let script =
                format!(r#"(seq (call "{peer}" ("closed" "open") []) (call "{peer}" ("greeter" "greet") []))"#);
            driver.calls.clear();
            driver.kinds();
            assert!(driver.arrive(1, particle(from, &format!("{number} {scope}"), &script)));
            let failed = driver.kinds().into_iter().find_map(|kind| match kind {
                EventKind::Failed { message, .. } => Some(message),
                _ => None,
            });
            let is_refused = failed.is_some_and(|message| message.contains("closed to others"));
            assert_eq!(is_refused, !is_open, "{from} on the {scope}");
            let next = driver
                .calls
                .iter()
                .map(|(_, call)| (call.target.clone(), call.authority.is_privileged()));
            let expected = is_open.then(|| {
                let target = Target::Service {
                    id: "greeter".into(),
                    owner: peer.clone(),
                };
                (target, true)
            });
            assert_eq!(next.collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>());
        }
    }
}
