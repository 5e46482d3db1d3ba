//! `aqua data`.

use crate::transcript::Folder;
use aqua_keys::KeyPair;
use aqua_particle::{Particle, frame};
use aqua_vm::{CallError, CallResult, Outcome, Params, Program, State, step};
use std::collections::BTreeMap;

const ID: &str = "a-particle";

/// Peers 1 and 2 greet each other; peer 3 does not run.
fn script() -> String {
    let air = r#"
    (seq
     (par (call "@2" ("greeter" "greet") ["Ada"] $all) (call "@1" ("greeter" "greet") ["Grace"] $all))
     (seq
      (canon "@1" $all #all)
      (xor (call "@1" ("greeter" "fail") [#all]) (call "@3" ("greeter" "greet") []))))"#;
    (1..=3).fold(air.to_owned(), |air, number| {
        air.replace(&format!("@{number}"), &params(number).current_peer_id)
    })
}

fn params(number: u8) -> Params {
    let key = |number| aqua_keys::KeyPair::from_seed([number; 32]);
    Params::new(ID, key(1).peer_id(), key(number))
}

fn run(number: u8, state: &State, incoming: &[u8]) -> Outcome {
    let program = Program::from_air(&script()).expect("valid");
    let asked = step(&program, state, incoming, &BTreeMap::new(), &params(number));
    let mut outcome = asked;
    while !outcome.call_requests.is_empty() {
        let answer = |(id, request): (&u32, &aqua_vm::CallRequest)| {
            let result = match request.function_name.as_str() {
                "fail" => Err(CallError {
                    code: 1,
                    message: "\"nobody is there\"".into(),
                }),
                _ => Ok(format!("Hello, {}", request.arguments[0].as_str().unwrap_or_default()).into()),
            };
            (*id, result)
        };
        let results: BTreeMap<u32, CallResult> = outcome.call_requests.iter().map(answer).collect();
        outcome = step(&program, &outcome.state, &[], &results, &params(number));
    }
    outcome
}

/// Data of peer 1 after its first step, and at the end.
fn data() -> (Vec<u8>, Vec<u8>) {
    let first = run(1, &State::default(), &[]);
    let second = run(2, &State::default(), &first.state.encode());
    let third = run(1, &first.state, &second.state.encode());
    (first.state.encode(), third.state.encode())
}

/// A folder with the data in all supported formats.
fn folder() -> Folder {
    let (first, last) = data();
    let folder = Folder::new(&[
        (
            "object.json",
            &serde_json::json!({"particle_id": ID, "data": last}).to_string(),
        ),
        ("array.json", &serde_json::json!(first).to_string()),
        ("noise.txt", "what is this?\n"),
        ("torn", "g6d2ZXI="),
    ]);
    let mut particle = Particle::sign(&KeyPair::from_seed([1; 32]), ID, 1, 1, script());
    particle.data.clone_from(&last);
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("a new file");
    write("last.bin", &last);
    write("particle.frame", &frame::encode(&particle));
    particle.ttl = 2;
    write("forged.frame", &frame::encode(&particle));
    let at = last
        .windows(5)
        .position(|window| window == b"Hello")
        .expect("the value");
    let altered = [&last[..at], b"Jello", &last[at + 5..]].concat();
    write("altered.bin", &altered);
    folder
}

#[test]
fn show_prints_trace_and_stores() {
    insta::assert_snapshot!(folder().run(&["data", "show", "object.json"]));
    insta::assert_snapshot!("show_as_objects", folder().run(&["data", "show", "--json", "last.bin"]));
}

#[test]
fn verify_prints_results_and_faults() {
    let folder = folder();
    insta::assert_snapshot!(folder.run(&["data", "verify", "particle.frame"]));
    insta::assert_snapshot!(
        "verify_faults",
        [
            folder.run(&["data", "verify", "--particle-id", ID, "altered.bin"]),
            folder.run(&["data", "verify", "--particle-id", "another", "last.bin"]),
            folder.run(&["data", "verify", "forged.frame", "--json"]),
            folder.run(&["data", "verify", "--json", "array.json"]),
        ]
        .join("\n")
    );
}

#[test]
fn diff_prints_changes() {
    let folder = folder();
    insta::assert_snapshot!(
        [
            folder.run(&["data", "diff", "array.json", "last.bin"]),
            folder.run(&["data", "diff", "last.bin", "object.json"]),
            folder.run(&["data", "diff", "--json", "array.json", "last.bin"]),
        ]
        .join("\n")
    );
}

#[test]
fn other_files_are_rejected() {
    let folder = folder();
    let lines = ["nowhere", "noise.txt", "torn"].map(|file| folder.run(&["data", "show", file]));
    insta::assert_snapshot!(lines.join("\n"));
}
