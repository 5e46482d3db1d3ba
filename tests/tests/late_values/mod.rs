//! Values of one `par` branch that are used on another peer: a program is warned of (W3004) exactly if it does not end in every
//! order of delivery.

use aqua_compiler::{Compilation, CompiledFunction, InMemory, Options, codes, compile};
use aqua_tests::aqua_generator::answer;
use aqua_tests::machine::{Machine as _, OurMachine};
use aqua_tests::simulated_network::{Conditions, peers, run_with};
use aqua_tests::tree;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// In how many orders of delivery a program must end.
const ORDERS: u64 = 40;
/// Among how many there is one in which it doesn't, if it may not.
const MOST_ORDERS: u64 = 1000;

#[test]
fn programs_that_may_not_end_are_warned_of() {
    let text = std::fs::read_to_string(tree::at("tests/tests/late_values/programs.aqua")).expect("the programs");
    let compiled = compiled(&text);
    let doubted: BTreeSet<&str> = compiled
        .diagnostics
        .iter()
        .filter(|message| message.code == codes::VALUE_ELSEWHERE)
        .filter_map(|message| {
            let before = &text[..message.span.start as usize];
            before.rsplit_once("\nfunc ")?.1.split('(').next()
        })
        .collect();
    let mut wrong = Vec::new();
    for function in &compiled.functions {
        let doubted = doubted.contains(&function.name[..]);
        let orders = if doubted { MOST_ORDERS } else { ORDERS };
        let stuck = (0..orders).find(|order| !ends(function, *order));
        if doubted != stuck.is_some() {
            wrong.push(format!("{}: waits in order {stuck:?} of {orders}", function.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(!doubted.is_empty() && doubted.len() < compiled.functions.len());
}

#[test]
fn the_page_says_what_happens() {
    let page = aqua_render::explain("W3004").expect("a page");
    let example = |heading: &str| {
        let (_, rest) = page.split_once(heading).expect("an example");
        let text = rest.split("```aqua\n").nth(1).and_then(|text| text.split("```").next());
        let compiled = compiled(text.expect("a program"));
        (0..ORDERS).all(|order| ends(&compiled.functions[0], order))
    };
    assert!(example("## Right"));
    assert!(!example("## Wrong"));
}

fn compiled(text: &str) -> Compilation {
    let compiled = compile(
        &InMemory::new().with("main.aqua", text),
        "main.aqua",
        &Options::default(),
    );
    let messages = aqua_render::terminal(&compiled.sources, &compiled.diagnostics, aqua_render::Colour::Off);
    assert!(!compiled.has_errors(), "{messages}");
    compiled
}

/// Whether the function gives results in that order when its parameters name peers that are all different.
fn ends(function: &CompiledFunction, order: u64) -> bool {
    let mut peers = peers(8);
    let names = function.arrow.parameters.iter().map(|parameter| {
        let name = parameter.name.as_ref().expect("parameters have names");
        name.to_string()
    });
    let mut given: BTreeMap<String, Value> = names.zip(peers[2..].iter().map(|peer| json!(peer.id))).collect();
    given.insert("-relay-".to_owned(), json!(peers[1].id));
    let conditions = Conditions {
        seed: order,
        disorder: true,
        ..Conditions::default()
    };
    let mut machine = OurMachine::as_official();
    let history = run_with(
        &aqua_air::print(&function.script),
        &mut peers,
        conditions,
        &mut |peer, request| answer(&given, peer, request),
        &mut |_, invocation| machine.invoke(invocation),
    );
    assert!(history.failures.is_empty() && !history.stopped && history.strangers.is_empty());
    assert!(history.arguments("errorHandlingSrv", "error").is_empty());
    !history.arguments("callbackSrv", "response").is_empty()
}
