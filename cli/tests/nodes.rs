//! `aqua node run`: nodes as processes, and programs that run on them.

use crate::transcript::Folder;
use aqua_client::LocalNetwork;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A node in its own process; killed on drop.
pub(crate) struct Peer {
    process: Child,
    id: String,
    tcp: String,
    pub(crate) ws: String,
}

impl Peer {
    /// Starts a node with the greeter service and reads its addresses.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aqua"));
        command
            .args(["node", "run", "--json", "--service"])
            .arg(format!("greeter={}", greeter().display()));
        command
            .args(arguments)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut process = command.spawn().expect("the binary starts");
        let mut line = String::new();
        let out = process.stdout.as_mut().expect("its output");
        BufReader::new(out).read_line(&mut line).expect("a line of text");
        let object: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no object: {line}"));
        assert_eq!(object["kind"], "peer");
        let addresses = object["addresses"].as_array().expect("addresses");
        let address = |is_ws: bool| {
            let addresses = addresses.iter().filter_map(Value::as_str);
            addresses
                .filter(|it| it.contains("/ws") == is_ws)
                .map(str::to_owned)
                .next()
                .expect("an address")
        };
        Self {
            id: object["peer"].as_str().expect("a peer id").to_owned(),
            tcp: address(false),
            ws: address(true),
            process,
        }
    }

    /// Sends SIGTERM, waits for the end and returns standard error.
    pub(crate) fn stop(mut self) -> String {
        let pid = self.process.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .expect("`kill` starts")
                .success()
        );
        let mut message = String::new();
        self.process
            .stderr
            .take()
            .expect("its messages")
            .read_to_string(&mut message)
            .expect("text");
        assert!(self.process.wait().expect("an end").success(), "{message}");
        message
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

fn greeter() -> PathBuf {
    examples().join("quickstart/greeter/greeter.wasm")
}

/// Runs a program through a relay and returns its result.
fn through(relay: &str, program: &Path) -> Vec<String> {
    run(program, &["--relay", relay])
}

fn run(program: &Path, arguments: &[&str]) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aqua"));
    let output = command.arg("run").arg(program).args(arguments).env_clear().output();
    let output = output.expect("the binary starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("an array of strings")
}

/// Polls a node until it has `count` neighbours.
fn wait_for_neighbours(peer: &Peer, count: usize) {
    let program = "\
aqua M

import Kademlia from \"std/kademlia.aqua\"

export neighbours

func neighbours() -> []string:
    on HOST_PEER_ID:
        peers <- Kademlia.neighborhood(HOST_PEER_ID, nil, nil)
    <- peers
";
    let folder = Folder::new(&[("main.aqua", program)]);
    let mut known = (0..200).map(|_| through(&peer.tcp, &folder.path().join("main.aqua")).len());
    assert!(known.any(|known| known == count), "the nodes do not find each other");
}

/// The processes have the keys of the local peers of `aqua run`, so the order of neighbours is the same.
#[test]
fn three_processes_agree_with_local_peers() {
    let key = |number| bs58::encode(LocalNetwork::key(number).seed()).into_string();
    let keys = [1, 2, 3].map(|number| (format!("{number}.key"), key(number)));
    let folder = Folder::new(&keys.each_ref().map(|(name, text)| (name.as_str(), text.as_str())));
    let files = keys.map(|(name, _)| folder.path().join(name).to_string_lossy().into_owned());
    let first = Peer::start(&["--key-file", &files[0]]);
    let second = Peer::start(&["--key-file", &files[1], "--bootstrap", &first.tcp]);
    let third = Peer::start(&["--key-file", &files[2], "--bootstrap", &first.tcp]);
    wait_for_neighbours(&first, 2);

    let quickstart = examples().join("quickstart/main.aqua");
    let local = run(&quickstart, &[]);
    assert_eq!(local.len(), 2);
    for relay in [&first.tcp, &first.ws] {
        assert_eq!(through(relay, &quickstart), local);
    }
    for peer in [third, second, first] {
        assert_eq!(peer.stop(), "");
    }
}

#[test]
fn a_key_file_preserves_the_peer_id() {
    let folder = Folder::new(&[]);
    let key = folder.path().join("node.key");
    let key = key.to_string_lossy();
    let (one, two) = (Peer::start(&["--key-file", &key]), Peer::start(&["--key-file", &key]));
    assert_eq!(one.id, two.id);
    assert_ne!(one.id, Peer::start(&[]).id);
}

/// A relay receives the names of services from other peers, so the log shortens them.
#[test]
fn events_are_logged_once_with_short_names() {
    let service = "s".repeat(300);
    let program = format!(
        "aqua M\n\nexport f\n\nservice Long(\"{service}\"):\n    g()\n\nfunc f() -> bool:\n    ok: *bool\n    \
         on HOST_PEER_ID:\n        try:\n            Long.g()\n        otherwise:\n            ok <<- true\n    <- ok!\n"
    );
    let folder = Folder::new(&[("main.aqua", &program)]);
    let node = Peer::start(&["-vv"]);
    let output = folder.output(&["run", "main.aqua", "--relay", &node.tcp]);
    assert_eq!(output.stdout, b"true\n", "{output:?}");
    let log = node.stop();
    for event in ["received from", "started", "failed in", "sent to"] {
        let lines = log
            .lines()
            .filter(|line| line.contains(event) && line.contains("particle="));
        assert_eq!(lines.count(), 1, "`{event}` in:\n{log}");
    }
    assert!(log.contains("call of ssss") && !log.contains(&service[..65]), "{log}");
}

#[test]
fn errors_in_the_configuration_are_reported() {
    let config = "\
key_file = 7
listen.ip = \"localhost\"
listen.tcp_port = 70000
listen.ws_prot = 9999

[network]
name = [\"dar\"]
bootstrap = [\"/ip4/127.0.0.1/tcp/7771\", 7771]

[limits]
particle = \"8 megabytes\"
ttl = 0
memory = \"1GiB\"

[services]
clock = \"clock.wasm\"

[services.greeter]
wasm = \"lost.wasm\"

[services.empty]
";
    let folder = Folder::new(&[("node.toml", config)]);
    insta::assert_snapshot!(folder.run(&["node", "run", "--config", "node.toml"]));
}

#[test]
fn invalid_settings_are_reported() {
    let long = format!("[network]\nname = \"{}\"\n", "a/b ".repeat(40));
    let folder = Folder::new(&[
        ("torn.toml", "[listen\nip = \"127.0.0.1\"\n"),
        ("name.toml", &long),
        ("bootstrap.toml", "[network]\nbootstrap = [\"127.0.0.1:7777\"]\n"),
        ("key.toml", "key_file = \"text.key\"\n"),
        ("text.key", "a secret"),
    ]);
    let lines: &[&[&str]] = &[
        &["--config", "nowhere.toml"],
        &["--config", "torn.toml"],
        &["--config", "name.toml"],
        &["--config", "bootstrap.toml"],
        &["--config", "key.toml"],
        &["--key-file", "missing/node.key"],
        &["--ip", "localhost"],
        &["--ip", "203.0.113.7"],
        &["--tcp-port", "70000"],
        &["--bootstrap", "localhost:7777"],
        &["--bootstrap", "/ip4/127.0.0.1/tcp/7777/p2p/12D3"],
        &["--service", "=greeter.wasm"],
        &["--service", "greeter=lost.wasm"],
    ];
    let runs: Vec<String> = lines
        .iter()
        .map(|line| folder.run(&[&["node", "run"], *line].concat()))
        .collect();
    insta::assert_snapshot!(runs.join("\n"));
}

#[test]
fn an_invalid_service_is_reported() {
    let folder = Folder::new(&[("text.wasm", "no WebAssembly")]);
    let output = folder.output(&["node", "run", "--service", "text=text.wasm"]);
    let message = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert_eq!(message, "error: text.wasm is not a WebAssembly file\n");
}
