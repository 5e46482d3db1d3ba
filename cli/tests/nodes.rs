//! `aqua node run`: peers as processes, and programs that run through them.

use crate::transcript::Folder;
use aqua_node::LocalNetwork;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A peer in a process of its own; killed when dropped.
struct Peer {
    process: Child,
    id: String,
    tcp: String,
    ws: String,
}

impl Peer {
    /// Starts a peer with the greeter service and reads where it is.
    fn start(arguments: &[&str]) -> Self {
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
        let told: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no object: {line}"));
        assert_eq!(told["kind"], "peer");
        let addresses = told["addresses"].as_array().expect("addresses");
        let address = |is_ws: bool| {
            let addresses = addresses.iter().filter_map(Value::as_str);
            addresses
                .filter(|it| it.contains("/ws") == is_ws)
                .map(str::to_owned)
                .next()
                .expect("an address")
        };
        Self {
            id: told["peer"].as_str().expect("a peer id").to_owned(),
            tcp: address(false),
            ws: address(true),
            process,
        }
    }

    /// Asks it to stop, as a system does, and gives what it said on standard error.
    fn stop(mut self) -> String {
        let pid = self.process.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .expect("`kill` starts")
                .success()
        );
        let mut told = String::new();
        self.process
            .stderr
            .take()
            .expect("its messages")
            .read_to_string(&mut told)
            .expect("text");
        assert!(self.process.wait().expect("an end").success(), "{told}");
        told
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

fn greeter() -> PathBuf {
    examples().join("quickstart/greeter/greeter.wasm")
}

/// Runs a program through a relay and gives the texts that it returns.
fn through(relay: &str, program: &Path) -> Vec<String> {
    run(program, &["--relay", relay])
}

fn run(program: &Path, arguments: &[&str]) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aqua"));
    let output = command.arg("run").arg(program).args(arguments).env_clear().output();
    let output = output.expect("the binary starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a list of texts")
}

/// Returns when a peer has as many neighbours as it should; asks it again and again.
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
    assert!(known.any(|known| known == count), "the peers do not find each other");
}

/// The processes have the keys of the peers that `aqua run` starts by itself, so even the order of neighbours is the same.
#[test]
fn three_processes_give_what_peers_of_one_process_give() {
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
fn a_key_file_keeps_the_identity() {
    let folder = Folder::new(&[]);
    let key = folder.path().join("node.key");
    let key = key.to_string_lossy();
    let (one, two) = (Peer::start(&["--key-file", &key]), Peer::start(&["--key-file", &key]));
    assert_eq!(one.id, two.id);
    assert_ne!(one.id, Peer::start(&[]).id);
}

#[test]
fn a_configuration_is_read_and_its_mistakes_told() {
    let folder = Folder::new(&[(
        "node.toml",
        "[listen]\ntcp_prot = 1\n[services.greeter]\nwasm = \"lost.wasm\"\n",
    )]);
    insta::assert_snapshot!(folder.run(&["node", "run", "--config", "node.toml"]));
}

#[test]
fn a_service_that_is_none_is_told() {
    let folder = Folder::new(&[("text.wasm", "no WebAssembly")]);
    let output = folder.output(&["node", "run", "--service", "text=text.wasm"]);
    let told = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.starts_with("error: the service `text` can't be run"), "{told}");
}
