//! Our scripts beside those of the published compiler: equivalent, but for differences on purpose.

use crate::normal_form::normal_form;
use crate::vectors::{Vector, lowering_vectors};
use aqua_compiler::{Compilation, InMemory, Options, compile};
use std::fmt::Write;

/// Programs whose scripts differ on purpose, with the reason.
const DIFFERENT: &[(&str, &str)] = &[
    (
        "F36-empty-if-body",
        "an empty branch stays where it is; published, the other branch takes its place",
    ),
    (
        "G31-on-then-closure-called-outside",
        "an `on` in which nothing runs is not visited",
    ),
    ("literals", "a number that no peer can read is refused"),
    (
        "join-var-index",
        "an index that is known already is not computed again, and not at all for `join`",
    ),
    (
        "on-via-array",
        "the way back goes through the relays in the opposite order",
    ),
    (
        "on-via-option",
        "the way back goes through the relays in the opposite order",
    ),
    (
        "on-via-stream",
        "the way back goes through the relays in the opposite order",
    ),
    ("on-empty-exec", "an `on` in which nothing runs is not visited"),
];

#[test]
fn scripts_are_equivalent() {
    let (mut equal, mut differing) = (0, Vec::new());
    let mut report = String::new();
    let vectors = lowering_vectors();
    for vector in vectors.iter().filter(|vector| vector.accepted) {
        let ours = compiled(vector);
        for (function, theirs) in &vector.functions {
            let ours = ours.functions.iter().find(|ours| ours.name == *function);
            if let Some(ours) = ours {
                let text = aqua_air::print(&ours.script);
                assert_eq!(
                    aqua_air::read(&text).expect("a valid script"),
                    ours.script,
                    "{}",
                    vector.name
                );
            }
            let ours = ours.map(|ours| normal_form(&ours.script)).unwrap_or_default();
            let theirs = aqua_air::read(theirs)
                .map(|theirs| normal_form(&theirs))
                .unwrap_or_default();
            if ours == theirs && !ours.is_empty() {
                equal += 1;
            } else {
                differing.push(vector.name.as_str());
                let name = &vector.name;
                writeln!(report, "=== {name}\n--- published\n{theirs}--- ours\n{ours}").expect("a string");
            }
        }
    }
    println!("{equal} scripts are equivalent, {} differ", differing.len());
    let known: Vec<&str> = DIFFERENT.iter().map(|(name, _)| *name).collect();
    assert!(
        differing == known && equal == 192,
        "these differ: {differing:?}\n{report}"
    );
}

fn compiled(vector: &Vector) -> Compilation {
    let loader = InMemory::new().with("main.aqua", vector.source.as_str());
    let options = Options {
        relay: !vector.options.no_relay,
        carry_errors: !vector.options.no_xor,
        tracing: vector.options.tracing,
        empty_response: vector.options.no_empty_response == Some(false),
        ..Options::default()
    };
    compile(&loader, "main.aqua", &options)
}
