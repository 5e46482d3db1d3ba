//! `aqua run`: the examples on local peers, and failures.

use crate::transcript::Folder;
use std::path::Path;
use std::process::{Command, Output};

/// Runs an example.
fn example(name: &str, arguments: &[&str]) -> Output {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples")
        .join(name)
        .join("main.aqua");
    let mut command = Command::new(env!("CARGO_BIN_EXE_aqua"));
    command
        .arg("run")
        .arg(file)
        .args(arguments)
        .env_clear()
        .output()
        .expect("the binary starts")
}

fn value(name: &str, arguments: &[&str]) -> String {
    let output = example(name, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_quickstart_greets_from_two_peers() {
    insta::assert_snapshot!(value("quickstart", &[]));
}

/// The log says how each run gets the code of the service.
#[test]
fn compiled_services_are_kept_between_runs() {
    let folder = Folder::new(&[]);
    let run = |arguments: &[&str], variable: &str, value: &Path| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/quickstart/main.aqua");
        let mut command = Command::new(env!("CARGO_BIN_EXE_aqua"));
        command.args(["run", "-v"]).arg(file).args(arguments);
        let output = command
            .env_clear()
            .env(variable, value)
            .output()
            .expect("the binary starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stderr).expect("text")
    };
    let cache = folder.path().join("cache");
    assert!(run(&[], "XDG_CACHE_HOME", &cache).contains("compiled service greeter in "));
    let entries = std::fs::read_dir(cache.join("aqua/artefacts")).expect("the default folder");
    assert_eq!(entries.count(), 2, "a key and an entry");
    assert!(run(&[], "XDG_CACHE_HOME", &cache).contains("loaded service greeter from the cache in "));

    let other = folder.path().join("other");
    assert!(run(&[], "AQUA_ARTEFACTS", &other).contains("compiled service greeter in "));
    let option = format!("--artefacts={}", other.display());
    assert!(run(&[&option], "XDG_CACHE_HOME", &cache).contains("loaded service greeter from the cache in "));
}

#[test]
fn parallel_waits_for_all_neighbours() {
    insta::assert_snapshot!(value("parallel", &[]));
}

#[test]
fn recovery_returns_the_error() {
    insta::assert_snapshot!(value("recovery", &[]));
}

#[test]
fn numbers_are_sorted() {
    insta::assert_snapshot!(value("numbers", &[]));
}

#[test]
fn arguments_come_from_the_command_line() {
    insta::assert_snapshot!(value("numbers", &["sort_out", "[{\"x\": -1, \"y\": 2}]", "-5"]), @r#"
    ["here"]
    {"all_near":true,"far":0,"near":1}
    "#);
}

#[test]
fn a_file_without_a_command_is_run() {
    let folder = Folder::new(&[(
        "main.aqua",
        "aqua M\n\nexport hi\n\nfunc hi(n: u32) -> u32:\n    <- n + 1\n",
    )]);
    assert_eq!(
        folder.run(&["main.aqua", "hi", "41"]),
        "$ aqua main.aqua hi 41\nout| 42\nexit 0\n"
    );
    assert_eq!(
        folder.run(&["--color", "never", "main.aqua", "hi", "0"]).lines().nth(1),
        Some("out| 1")
    );
}

#[test]
fn a_trace_has_a_row_for_each_hop() {
    let output = example("quickstart", &["--trace"]);
    let table = String::from_utf8(output.stderr).expect("text");
    assert!(table.starts_with("  #  peer"), "{table}");
    assert_eq!(table.matches("greeter.greet").count(), 2, "{table}");
    assert_eq!(table.matches("kad.neighborhood").count(), 1, "{table}");
    assert!(table.contains("→ 12D3KooW…"), "{table}");
}

#[test]
fn json_gives_hops_and_the_result_as_objects() {
    let output = example("recovery", &["--trace", "--json"]);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let lines = String::from_utf8(output.stdout).expect("text");
    let objects: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object on each line"))
        .collect();
    let (result, hops) = objects.split_last().expect("some lines");
    assert_eq!(
        (&result["kind"], &result["function"]),
        (&"result".into(), &"ask".into())
    );
    assert_eq!(result["values"].as_array().map(Vec::len), Some(2));
    assert!(
        hops.iter().all(|hop| hop["kind"] == "hop" && hop["bytes"].is_u64()),
        "{lines}"
    );
    assert!(
        hops.iter()
            .any(|hop| hop["what"] == "oracle.answer" && hop["failure"].is_string()),
        "{lines}"
    );
}

#[test]
fn an_uncaught_error_exits_with_4() {
    let program = "\
aqua M

export ask

service Oracle(\"oracle\"):
    answer() -> string

func ask() -> string:
    on HOST_PEER_ID:
        answer <- Oracle.answer()
    <- answer
";
    insta::assert_snapshot!(Folder::new(&[("main.aqua", program)]).run(&["run", "main.aqua", "--peers", "1"]));
}

#[test]
fn a_timeout_exits_with_5_and_names_the_pending_call() {
    let program = "\
aqua M

import Peer from \"std/peer.aqua\"

export wait

func wait() -> string:
    on HOST_PEER_ID:
        late <- Peer.timeout(60000, ?[\"late\"])
    <- late
";
    let folder = Folder::new(&[("main.aqua", program)]);
    let output = folder.output(&["run", "main.aqua", "--peers", "1", "--ttl", "1500"]);
    let message = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(5), "{message}");
    assert!(
        message.contains("no result within 1500 ms") && message.contains("peer.timeout"),
        "{message}"
    );
}

#[test]
fn invalid_calls_exit_with_2() {
    let program = "\
aqua M

export one, two, send, later

data Point:
    x: i32
    label: ?string

func one(n: u8) -> u8:
    <- n

func two() -> u8:
    <- 2

func send(points: []Point, unused_verbose: bool):
    unused = points

func later(callback: string -> ()):
    callback(\"now\")
";
    let folder = Folder::new(&[
        ("main.aqua", program),
        ("none.aqua", "aqua N\n\nfunc f() -> u8:\n    <- 1\n"),
        ("text.txt", "no program"),
        ("empty/notes.md", ""),
        ("nameless/aqua.toml", "[package]\nname = \"p\"\n"),
    ]);
    let lines: &[&[&str]] = &[
        &["main.aqua"],
        &["main.aqua", "tow"],
        &["main.aqua", "one"],
        &["main.aqua", "two", "1", "2"],
        &["main.aqua", "one", "300"],
        &["main.aqua", "one", "many"],
        &["main.aqua", "one", "1.5"],
        &["main.aqua", "send", "[{\"x\": 1}", "true"],
        &["main.aqua", "send", "[{\"x\": 1}, {\"x\": \"2\"}]", "true"],
        &["main.aqua", "send", "[{\"x\": 1, \"lable\": \"a\"}]", "true"],
        &["main.aqua", "send", "[{}]", "true"],
        &["main.aqua", "send", "[]", "yes"],
        &["main.aqua", "later", "print"],
        &["main.aqua", "one", "1", "--relay", "home"],
        &["main.aqua", "one", "1", "--relay", "/ip4/127.0.0.1/tcp/9999"],
        &["none.aqua"],
        &["nowhere.aqua"],
        &["text.txt"],
        &["empty"],
        &["nameless"],
    ];
    let runs: Vec<String> = lines
        .iter()
        .map(|line| folder.run(&[&["run"], *line].concat()))
        .collect();
    insta::assert_snapshot!(runs.join("\n"));
}

#[test]
fn an_unreachable_relay_exits_with_4() {
    let program = "aqua M\n\nexport one\n\nfunc one() -> u8:\n    <- 1\n";
    let peer = "12D3KooWANqfCDrV79MZdMnMqTvDdqSAPSxdgFY1L6DCq2DVGB4D";
    let relay = format!("/ip4/127.0.0.1/tcp/1/p2p/{peer}");
    let output = Folder::new(&[("main.aqua", program)]).output(&["run", "main.aqua", "--relay", &relay]);
    let message = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(4), "{message}");
    assert!(message.starts_with("error: can't connect to the relay"), "{message}");
}
