//! How `aqua run` ends: functions without results, optional results, and runs without a result.

use crate::transcript::Folder;
use aqua_client::LocalNetwork;
use std::path::Path;

/// Runs one program with each list of words, on one peer unless they say otherwise, and records all transcripts. Ids that
/// differ from run to run are replaced.
fn runs(program: &str, lines: &[&[&str]]) -> String {
    let folder = Folder::new(&[("main.aqua", program)]);
    transcripts(&folder, lines)
}

fn transcripts(folder: &Folder, lines: &[&[&str]]) -> String {
    let run = |line: &&[&str]| masked(&folder.run(&[&["run"], *line].concat()));
    lines.iter().map(run).collect::<Vec<_>>().join("\n")
}

/// The files of a reported fault.
fn reported(name: &str) -> Folder {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/vectors/reported")
        .join(name);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&path).expect("a folder of vectors") {
        let path = entry.expect("a readable folder").path();
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        files.push((name, std::fs::read_to_string(&path).expect("text")));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
    Folder::new(&files)
}

/// Replaces peer ids and particle ids.
fn masked(text: &str) -> String {
    const LENGTH: usize = 52;
    let mut masked = text.to_owned();
    for number in 1..=3 {
        let id = LocalNetwork::key(number).peer_id().to_string();
        masked = masked.replace(&id, &format!("[peer {number}]"));
    }
    while let Some(start) = masked.find("12D3KooW") {
        masked.replace_range(start..start + LENGTH, "[client]");
    }
    while let Some(start) = masked.find("(particle ") {
        let end = start + masked[start..].find(')').expect("a closing parenthesis");
        masked.replace_range(start..=end, "[particle]");
    }
    masked
}

#[test]
fn a_function_without_results_ends_when_every_peer_has_done_its_part() {
    let folder = reported("F04-run-void");
    let lines: &[&[&str]] = &[&["main.aqua", "touch"], &["main.aqua", "touch", "--json"]];
    insta::assert_snapshot!(transcripts(&folder, lines));
}

#[test]
fn work_in_the_background_belongs_to_a_function_without_results() {
    let program = r#"
aqua M

import Peer from "std/peer.aqua"
import Console from "std/console.aqua"

export background, fails, stops

func background():
    Console.print("now")
    on HOST_PEER_ID:
        co Peer.timeout(300, nil)
    co Console.print("later")

service Missing("missing"):
    call()

func fails():
    on HOST_PEER_ID:
        Missing.call()

func stops():
    items: *u32
    items <<- 1
    join items[1]
"#;
    let lines: &[&[&str]] = &[
        &["main.aqua", "background"],
        &["main.aqua", "fails"],
        &["main.aqua", "stops"],
    ];
    insta::assert_snapshot!(runs(program, lines));
}

#[test]
fn options_are_printed_as_a_value_or_null() {
    let folder = reported("F07-run-prints-options-as-lists");
    let lines: &[&[&str]] = &[
        &["main.aqua", "same", r#"{"name":"n","note":null}"#, "5"],
        &["main.aqua", "same", r#"{"name":"n","note":"x"}"#, "null"],
        &["main.aqua", "same", r#"{"name":"n"}"#, "5", "--json"],
    ];
    insta::assert_snapshot!(transcripts(&folder, lines));
}

#[test]
fn options_are_values_in_all_depths() {
    let program = r#"
aqua M

export deep

data Note:
    text: ?string

data Card:
    notes: []Note
    first: ?Note

func deep(cards: []?Card) -> []?Card, ?[]?Card:
    some: *[]?Card
    some <<- cards
    <- cards, some
"#;
    let cards = r#"[null, {"notes": [{"text": null}, {"text": "a"}], "first": {"text": "b"}}]"#;
    insta::assert_snapshot!(runs(program, &[&["main.aqua", "deep", cards]]));
}

#[test]
fn an_error_in_a_branch_explains_why_there_is_no_result() {
    let folder = reported("F17-lost-branch-error");
    insta::assert_snapshot!(transcripts(&folder, &[&["main.aqua", "main", "--ttl", "20000"]]));
}

#[test]
fn runs_without_a_result_say_what_is_waited_for() {
    let program = r#"
aqua M

import Op from "std/op.aqua"
import Peer from "std/peer.aqua"

export join_at_home, join_elsewhere, lost_on_a_peer, lost_value, slow, unreachable

service Missing("missing"):
    call() -> string

func join_at_home() -> u32:
    s: *u32
    s <<- 7
    join s[5]
    <- s[0]

func join_elsewhere() -> u32:
    s: *u32
    on HOST_PEER_ID:
        s <<- 7
        join s[2]
    <- s[0]

func lost_on_a_peer() -> string:
    on HOST_PEER_ID:
        x <- Missing.call()
    par unused_y <- Op.identity("y")
    <- x

func lost_value() -> u32:
    values = [1, 2]
    at = 5
    x = values[at]
    par unused_y <- Op.identity("y")
    <- x

func slow() -> string:
    on HOST_PEER_ID:
        late <- Peer.timeout(60000, ?["late"])
    <- late

func unreachable(peer: string) -> string:
    on peer:
        x <- Op.identity("x")
    <- x
"#;
    let nowhere = "12D3KooWANqfCDrV79MZdMnMqTvDdqSAPSxdgFY1L6DCq2DVGB4D";
    let lines: &[&[&str]] = &[
        &["main.aqua", "join_at_home"],
        &["main.aqua", "join_elsewhere"],
        &["main.aqua", "lost_on_a_peer", "--json"],
        &["main.aqua", "lost_value"],
        &["main.aqua", "slow", "--ttl", "1000"],
        &["main.aqua", "unreachable", nowhere],
    ];
    insta::assert_snapshot!(runs(program, lines));
}

#[test]
fn errors_name_line_peer_and_value() {
    let program = r#"
aqua M

import Op from "std/op.aqua"

export index, field, on_host, thrown

func index() -> u32:
    s: *u32
    s <<- 7
    items = s
    <- items[5]

data Card:
    name: string

service Cards("op"):
    identity(s: string) -> Card

func field() -> string:
    card <- Cards.identity("none")
    <- card.name

func on_host() -> string:
    on HOST_PEER_ID:
        x <- Op.string_from_b58("0OIl")
    <- x

service Thrower("op"):
    concat_strings(a: u32) -> string

func thrown() -> string:
    x <- Thrower.concat_strings(1)
    <- x
"#;
    let lines: &[&[&str]] = &[
        &["main.aqua", "index"],
        &["main.aqua", "field"],
        &["main.aqua", "on_host"],
        &["main.aqua", "thrown"],
    ];
    insta::assert_snapshot!(runs(program, lines));
}

#[test]
fn the_console_prints_to_standard_error() {
    let program = r#"
aqua M

import Console from "std/console.aqua"

export log

func log(n: u32) -> u32:
    Console.print("a text")
    Console.print([n])
    <- n
"#;
    let lines: &[&[&str]] = &[
        &["main.aqua", "log", "1"],
        &["main.aqua", "log", "1", "--json"],
        &["main.aqua", "log", "1", "-q"],
    ];
    insta::assert_snapshot!(runs(program, lines));
}

#[test]
fn quiet_runs_print_no_warnings() {
    let program = "aqua M\n\nexport one\n\nfunc one() -> u8:\n    extra = 2\n    <- 1\n";
    let lines: &[&[&str]] = &[&["main.aqua"], &["main.aqua", "-q"], &["main.aqua", "-q", "--json"]];
    insta::assert_snapshot!(runs(program, lines));
}

#[test]
fn a_broken_manifest_is_reported_by_every_command() {
    let folder = reported("F15-broken-manifest");
    let commands: &[&[&str]] = &[
        &["run", ".", "main"],
        &["run", "main.aqua", "main"],
        &["check", "."],
        &["compile", ".", "-o", "out"],
        &["compile", "main.aqua", "-o", "out"],
    ];
    let transcript = |command: &&[&str]| {
        let transcript = folder.run(command);
        // The time differs.
        let lines = transcript.lines().filter(|line| !line.starts_with("err| checked"));
        lines.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(commands.iter().map(transcript).collect::<Vec<_>>().join("\n\n"));
}
