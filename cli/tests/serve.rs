//! `aqua air serve`: requests in, replies out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

/// The peer with a secret key of 32 bytes of 1.
const PEER: &str = "12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5";

/// Returns the output lines of the process for this input, and its exit code.
fn serve(options: &[&str], input: Vec<u8>) -> (Vec<String>, Option<i32>) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_aqua"))
        .args(["air", "serve"])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut requests = process.stdin.take().expect("piped");
    // Written from a thread: the process replies while it reads, and both pipes would fill up.
    let writer = std::thread::spawn(move || requests.write_all(&input).expect("it reads to the end"));
    let output = process.wait_with_output().expect("it ends with its input");
    writer.join().expect("written");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let replies = String::from_utf8(output.stdout).expect("JSON is a text");
    (replies.lines().map(str::to_owned).collect(), output.status.code())
}

fn request(air: &str) -> Value {
    json!({
        "air": air,
        "params": {
            "init_peer_id": PEER, "current_peer_id": PEER, "timestamp": 1, "ttl": 2, "key_format": 0,
            "secret_key": STANDARD.encode([1; 32]), "particle_id": "particle",
        },
    })
}

fn message(reply: &str) -> String {
    let reply: Value = serde_json::from_str(reply).expect("a reply is JSON");
    format!(
        "{} {}",
        reply["ret_code"],
        reply["error_message"].as_str().expect("a text")
    )
}

#[test]
fn each_line_gets_a_reply() {
    let good = request("(null)").to_string();
    let calls = request(
        r#"(call %init_peer_id% ("s" "f") ["two
lines"] x)"#,
    );
    let lines = [
        good.as_str(),
        "{",
        "",
        "  \r",
        "\u{0}",
        &calls.to_string(),
        "[]",
        &format!("{good}\r"),
        "{\"air\": 7}",
        &good,
    ];
    // The last one has no line break.
    let (replies, code) = serve(&[], lines.join("\n").into_bytes());
    assert_eq!(code, Some(0));
    assert_eq!(
        replies.iter().map(|it| message(it)).collect::<Vec<_>>(),
        [
            "0 ",
            "-1 this is no request: EOF while parsing an object at line 1 column 1",
            "-1 this is no request: it is no JSON object",
            "0 ",
            "-1 this is no request: it is no JSON object",
            "0 ",
            "-1 this is no request: invalid type: integer `7`, expected a string at line 1 column 9",
            "0 ",
        ]
    );
    let asked: Value = serde_json::from_str(&replies[3]).expect("a reply is JSON");
    assert_eq!(asked["call_requests"]["1"]["arguments"], json!(["two\nlines"]));
    assert_eq!(replies[0], replies[7]);
}

#[test]
fn long_lines_are_rejected() {
    let good = request("(null)").to_string();
    let fits = format!("{good}{}", " ".repeat(1000 - good.len()));
    let lines = [
        &good,
        &"x".repeat(100_000),
        &fits,
        &format!("{fits} "),
        &good,
        &format!("{fits} "),
    ];
    let (replies, code) = serve(
        &["--longest-line", "1000"],
        lines.map(|it| it.as_str()).join("\n").into_bytes(),
    );
    assert_eq!(code, Some(0));
    let refused = "-1 this is no request: the line has more than 1000 bytes";
    assert_eq!(
        replies.iter().map(|it| message(it)).collect::<Vec<_>>(),
        ["0 ", refused, "0 ", refused, "0 ", refused]
    );
}

#[test]
fn invalid_utf_8_gets_a_reply() {
    let (replies, code) = serve(&[], b"{\"air\": \"\xff\xfe\"}\n\xff\n".to_vec());
    assert_eq!((replies.len(), code), (2, Some(0)));
    assert!(
        replies
            .iter()
            .all(|it| message(it).starts_with("-1 this is no request: ")),
        "{replies:?}"
    );
}

#[test]
fn replies_are_not_delayed() {
    let mut process = Command::new(env!("CARGO_BIN_EXE_aqua"))
        .args(["air", "serve"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let (mut requests, mut replies) = (
        process.stdin.take().expect("piped"),
        process.stdout.take().expect("piped"),
    );
    let mut data = String::new();
    for results in [json!({}), json!({"1": {"ret_code": 0, "result": "[1.0]"}})] {
        let mut request = request(&format!(
            r#"(seq (call "{PEER}" ("s" "f") [] x) (call "far" ("s" "f") [x]))"#
        ));
        request["prev_data"] = data.as_str().into();
        request["call_results"] = results;
        writeln!(requests, "{request}").expect("it listens");
        let mut reply = Vec::new();
        while reply.last() != Some(&b'\n') {
            let mut byte = [0];
            replies.read_exact(&mut byte).expect("it answers");
            reply.extend(byte);
        }
        let reply: Value = serde_json::from_slice(&reply).expect("a reply is JSON");
        assert_eq!(reply["ret_code"], 0, "{reply}");
        assert_eq!(
            reply["next_peers"],
            if data.is_empty() { json!([]) } else { json!(["far"]) }
        );
        data = reply["data"].as_str().expect("a text").to_owned();
    }
    drop(requests);
    assert!(process.wait().expect("it ends with its input").success());
}
