//! Programs whose scripts differ intentionally, each with its pattern; and the behaviour of both scripts in the official interpreter
//! on the same network, in any order of deliveries.

use super::scripts::options;
use super::vectors::{Vector, lowering_vectors};
use aqua_compiler::{InMemory, compile};
use aqua_tests::foreign;
use aqua_tests::machine::Machine as _;
use aqua_tests::official_vm::OfficialVm;
use aqua_tests::simulated_network::{Conditions, History, json_arguments, peers, run_with};
use aqua_vm::CallRequest;
use aqua_vm::flat::FlatCallResult;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The number of delivery orders that are tried.
pub(super) const ORDERS: u64 = 20;

/// An intentional difference of our scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pattern {
    /// An empty branch is kept. The published compiler replaces it with the other branch.
    EmptyBranchStays,
    /// An `on` without calls has no hops.
    NothingForNothing,
    /// A number that AIR can't represent is an error. Peers reject the published script.
    UnreadableNumberRefused,
    /// A constant index is computed once, and not at all for `join`.
    IndexOnce,
    /// An array of relays is visited in reverse order on the way back.
    WayBackBackwards,
    /// A method parameter may be named `id`. The published compiler passes the service id instead.
    ParameterCalledId,
    /// Only the entry module exports. The published compiler also exports what imported modules export.
    ExportsOfTheEntry,
    /// An error that leaves several `on`s, or a callback, visits only relays on its way.
    ErrorsVisitRelaysOnly,
}

impl Pattern {
    /// All patterns.
    const ALL: [Self; 8] = [
        Self::EmptyBranchStays,
        Self::NothingForNothing,
        Self::UnreadableNumberRefused,
        Self::IndexOnce,
        Self::WayBackBackwards,
        Self::ParameterCalledId,
        Self::ExportsOfTheEntry,
        Self::ErrorsVisitRelaysOnly,
    ];
}

/// The behaviour of both scripts.
#[derive(Debug, Clone, Copy)]
enum Behaviour {
    /// Both make the same calls and return the same results.
    Same,
    /// The published script does not do what the program specifies.
    PublishedIsWrong,
}

/// The programs: name, pattern, behaviour and arguments, in which `@2` is replaced by the id of the second peer.
const DIFFERENT: &[(&str, Pattern, Behaviour, &str)] = &[
    (
        "F36-empty-if-body",
        Pattern::EmptyBranchStays,
        Behaviour::PublishedIsWrong,
        r#"{"a": true}"#,
    ),
    (
        "G31-on-then-closure-called-outside",
        Pattern::NothingForNothing,
        Behaviour::Same,
        r#"{"a": "@2"}"#,
    ),
    (
        "cb-kinds",
        Pattern::ErrorsVisitRelaysOnly,
        Behaviour::Same,
        r#"{"p": "@2"}"#,
    ),
    (
        "literals",
        Pattern::UnreadableNumberRefused,
        Behaviour::PublishedIsWrong,
        "{}",
    ),
    ("join-var-index", Pattern::IndexOnce, Behaviour::Same, r#"{"n": 1}"#),
    (
        "on-nested-via",
        Pattern::ErrorsVisitRelaysOnly,
        Behaviour::Same,
        r#"{"a": "@2", "b": "@3", "r": "@1"}"#,
    ),
    (
        "on-via-array",
        Pattern::WayBackBackwards,
        Behaviour::Same,
        r#"{"p": "@2", "rs": ["@1", "@3"]}"#,
    ),
    (
        "on-via-option",
        Pattern::WayBackBackwards,
        Behaviour::Same,
        r#"{"p": "@2", "r": ["@3"]}"#,
    ),
    (
        "on-via-stream",
        Pattern::WayBackBackwards,
        Behaviour::Same,
        r#"{"p": "@2", "r": ["@1", "@3"]}"#,
    ),
    (
        "on-empty-exec",
        Pattern::NothingForNothing,
        Behaviour::Same,
        r#"{"p": "@2"}"#,
    ),
];

/// The names of the programs.
pub(super) fn different() -> Vec<&'static str> {
    DIFFERENT.iter().map(|(name, ..)| *name).collect()
}

#[test]
fn scripts_that_differ_do_the_same() {
    let mut machine = match OfficialVm::start() {
        Ok(machine) => machine,
        Err(reason) => return foreign::skip("scripts_that_differ_do_the_same", &reason),
    };
    let vectors = lowering_vectors();
    for (name, pattern, behaviour, given) in DIFFERENT {
        let vector = vectors.iter().find(|it| it.name == *name).expect("a vector");
        let ours = our_script(vector);
        let theirs = &vector.functions["f"];
        let mut differed = false;
        for seed in 0..ORDERS {
            let published = outcome(theirs, given, seed, &mut machine);
            let Some(ours) = &ours else {
                differed = true;
                assert!(!published.failures.is_empty(), "{name}: the published script is read");
                continue;
            };
            let ours = outcome(ours, given, seed, &mut machine);
            assert!(
                ours.failures.is_empty() && ours.strangers.is_empty(),
                "{name}: {:?}",
                ours.failures
            );
            let (ours, published) = (calls(&ours), calls(&published));
            assert!(!ours.is_empty(), "{name} does something");
            differed |= ours != published;
            if matches!(behaviour, Behaviour::Same) {
                assert_eq!(ours, published, "{name}, order {seed}");
            }
        }
        assert_eq!(differed, matches!(behaviour, Behaviour::PublishedIsWrong), "{name}");
        println!("{name}: {pattern:?}, {behaviour:?}");
    }
    println!(
        "{} programs, {ORDERS} orders each; {} patterns in all",
        DIFFERENT.len(),
        Pattern::ALL.len()
    );
    const { assert!(Pattern::ALL.len() <= 10) };
}

/// Our script of the function `f`; `None` if the program is rejected.
fn our_script(vector: &Vector) -> Option<String> {
    let loader = InMemory::new().with("main.aqua", vector.source.as_str());
    let ours = compile(&loader, "main.aqua", &options(&vector.options));
    let function = ours.functions.iter().find(|function| function.name == "f")?;
    Some(aqua_air::print(&function.script))
}

/// Runs a script in the official interpreter. The services of each peer return their argument.
pub(super) fn outcome(air: &str, given: &str, seed: u64, machine: &mut OfficialVm) -> History {
    let mut peers = peers(4);
    let given = (0..4).fold(given.to_owned(), |text, number| {
        text.replace(&format!("\"@{number}\""), &format!("\"{}\"", peers[number].id))
    });
    let mut given: Value = serde_json::from_str(&given).expect("JSON");
    given["-relay-"] = json!(peers[1].id);
    let conditions = Conditions {
        seed,
        disorder: true,
        duplicates: 5,
        ..Conditions::default()
    };
    run_with(
        air,
        &mut peers,
        conditions,
        &mut |_, request| answer(&given, request),
        &mut |_, invocation| machine.invoke(invocation),
    )
}

/// The results of services: the first argument.
fn answer(given: &Value, request: &CallRequest) -> FlatCallResult {
    let arguments = json_arguments(request);
    let result = match (request.service_id.as_str(), request.function_name.as_str()) {
        ("getDataSrv", name) => given[name].clone(),
        ("math", "sub") => json!(arguments[0].as_i64().unwrap_or_default() - arguments[1].as_i64().unwrap_or_default()),
        ("math", "add") => json!(arguments[0].as_i64().unwrap_or_default() + arguments[1].as_i64().unwrap_or_default()),
        _ => arguments.first().cloned().unwrap_or_default(),
    };
    FlatCallResult {
        ret_code: 0,
        result: result.to_string(),
    }
}

/// The calls with their results. Computing the same number more than once makes no difference.
fn calls(history: &History) -> BTreeSet<String> {
    let calls = history.calls.iter().map(|called| {
        let (request, result) = (&called.request, &called.result);
        format!(
            "{} {} {} {} gives {} {}",
            called.peer_id,
            request.service_id,
            request.function_name,
            json!(request.arguments),
            result.ret_code,
            result.result
        )
    });
    let repeated: Vec<String> = calls.collect();
    let effects = repeated.iter().filter(|call| !call.contains(" math "));
    assert_eq!(
        effects.clone().collect::<BTreeSet<_>>().len(),
        effects.count(),
        "no call with an effect is made twice"
    );
    repeated.into_iter().collect()
}
