//! `aqua air`.

use crate::transcript::Folder;

const SCRIPT: &str = r#"; greets
(seq (call %init_peer_id% ("data" "name") [] name) ; who
(xor (seq (call "relay" ("greeter" "greet") [name] $all) (canon %init_peer_id% $all #all))
; told at home
(call %init_peer_id% ("error" "tell") [:error:.$.message])))
"#;

fn folder() -> Folder {
    Folder::new(&[
        ("greet.air", SCRIPT),
        ("wrong.air", "(seq (ap x y)\n (fold y i (null) (next j)))\n"),
        ("torn.air", "(seq (null)"),
        ("noise", "\0air\u{1}noise"),
    ])
}

#[test]
fn fmt_keeps_comments() {
    let folder = folder();
    insta::assert_snapshot!(folder.run(&["air", "fmt", "greet.air"]));
    assert_eq!(folder.output(&["air", "fmt", "-w", "greet.air"]).status.code(), Some(0));
    let once = std::fs::read_to_string(folder.path().join("greet.air")).expect("text");
    let again = folder.output(&["air", "fmt", "greet.air"]).stdout;
    assert_eq!(once.as_bytes(), again);
}

#[test]
fn fmt_of_a_deep_script_ends() {
    const DEPTH: usize = 200_000;
    let deep = format!("{}(null){}", "(seq ".repeat(DEPTH), " (null))".repeat(DEPTH));
    let folder = Folder::new(&[("deep.air", &deep)]);
    let output = folder.output(&["air", "fmt", "deep.air"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.len() < 100 * 3 * DEPTH, "{} bytes", output.stdout.len());
}

#[test]
fn check_reports_valid_and_invalid_scripts() {
    insta::assert_snapshot!(folder().run(&["air", "check", "greet.air", "wrong.air", "torn.air"]));
    insta::assert_snapshot!(
        "check_as_objects",
        folder().run(&["air", "check", "--json", "greet.air", "torn.air"])
    );
}

#[test]
fn other_files_are_rejected() {
    let folder = folder();
    std::fs::write(folder.path().join("latin1"), b"(ap \"\xe9\" x)").expect("a new file");
    let lines = [
        folder.run(&["air", "check", "nowhere.air"]),
        folder.run(&["air", "check", "noise"]),
        folder.run(&["air", "check", "latin1"]),
        folder.run(&["air", "asm", "-"]),
    ];
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn bytecode_round_trips() {
    let folder = folder();
    insta::assert_snapshot!(folder.run(&["air", "asm", "greet.air", "--json"]));
    insta::assert_snapshot!("listing", folder.run(&["air", "disasm", "--listing", "greet.airb"]));
    let text = String::from_utf8(folder.output(&["air", "disasm", "greet.airb"]).stdout).expect("text");
    assert_eq!(aqua_air::parse(&text), aqua_air::parse(SCRIPT));
    insta::assert_snapshot!("fmt_of_bytecode", folder.run(&["air", "fmt", "-w", "greet.airb"]));
    let object = folder.output(&["air", "fmt", "--json", "greet.airb"]).stdout;
    let object: serde_json::Value = serde_json::from_slice(&object).expect("one object");
    assert_eq!(
        (object["kind"].as_str(), object["text"].as_str()),
        (Some("air"), Some(text.as_str()))
    );
    let bytes = |arguments: &[&str]| folder.output(arguments).stdout;
    let (stripped, whole) = (
        bytes(&["air", "asm", "--strip", "-o", "-", "greet.air"]),
        bytes(&["air", "asm", "-o", "-", "greet.air"]),
    );
    assert!(whole.starts_with(&stripped) && whole.len() > stripped.len());
}

#[test]
fn pseudo_code_and_graphs() {
    let folder = folder();
    let lines = [
        folder.run(&["air", "show", "greet.air"]),
        folder.run(&["air", "graph", "greet.air"]),
        folder.run(&["air", "graph", "--format", "dot", "--json", "greet.air"]),
    ];
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn scripts_run_on_simulated_peers() {
    let answers = r#"{"greeter.*": {"values": ["Hello", "again"]}, "data.name": {"value": null}}"#;
    let folder = folder();
    std::fs::write(folder.path().join("answers.json"), answers).expect("a new file");
    let command = [
        "air",
        "run",
        "greet.air",
        "--answers",
        "answers.json",
        "--call",
        "data.name=\"Ada\"",
    ];
    let lines = [
        folder.run(&[&command[..], &["--data", "end.bin"]].concat()),
        folder.run(&["data", "show", "end.bin"]),
        folder.run(&[&command[..], &["--json", "--down", "relay", "--init", "me"]].concat()),
    ];
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn failed_runs_are_reported() {
    let folder = folder();
    std::fs::write(folder.path().join("answers.json"), "{\"f\": 1}").expect("a new file");
    let lines = [
        folder.run(&["air", "run", "greet.air"]),
        folder.run(&["air", "run", "greet.air", "--call", "data.name=1", "--max-steps", "2"]),
        folder.run(&["air", "run", "greet.air", "--answers", "answers.json"]),
        folder.run(&["air", "run", "greet.air", "--call", "name=1"]),
        folder.run(&["air", "run", "greet.air", "--call", "data.name=Ada"]),
    ];
    insta::assert_snapshot!(lines.join("\n"));
}
