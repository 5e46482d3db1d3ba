//! The official JS client with our peer as its relay: it does not know the difference.

use aqua_client::{Client, DEFAULT_TTL};
use aqua_keys::KeyPair;
use aqua_node::{Config, Node};
use aqua_project::{Program, Settings};
use aqua_tests::{foreign, tree};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

#[tokio::test(flavor = "multi_thread")]
async fn the_quickstart_gives_it_what_it_gives_our_client() {
    let client = match foreign::js_client() {
        Ok(client) => client,
        Err(reason) => return foreign::skip("the_quickstart_gives_it_what_it_gives_our_client", reason),
    };
    let (script, definition) = quickstart();
    let relay = peer(1, None).await;
    let others = [peer(2, Some(&relay)).await, peer(3, Some(&relay)).await];
    assert!(relay.network().routes_to(2).await, "the relay knows the two others");
    let addresses = relay.listen_addresses().await;
    let ws = addresses
        .iter()
        .find(|it| it.to_string().contains("/ws"))
        .expect("a WebSocket address")
        .clone();

    // Ours first, over the same transport.
    let ours = Client::connect(Config::new(network(4)), ws.clone(), None)
        .await
        .expect("a client");
    let arguments = [("name".to_owned(), "Ada".into())];
    let expected = ours
        .run(script.as_str(), arguments, DEFAULT_TTL)
        .await
        .expect("a result");
    ours.shutdown().await;

    let call = json!({"script": script, "definition": definition, "args": ["Ada"]});
    let request = json!({"relay": ws.to_string(), "calls": vec![call; 20]});
    let answers = tokio::task::block_in_place(|| ask(client, &request));
    assert_eq!(answers.len(), 20, "{answers:?}");
    for answer in answers {
        assert_eq!(
            aqua_values::Value::from(answer),
            expected[0],
            "the official client (left), ours (right)"
        );
    }
    for node in others.iter().chain([&relay]) {
        node.shutdown().await;
    }
}

/// The compiled script and its definition as the client reads it.
fn quickstart() -> (String, Value) {
    let program = Program::locate(&tree::at("examples/quickstart")).expect("an example");
    let settings = Settings::default();
    let compiled = program.compile(&settings).expect("readable sources");
    let function = compiled.functions.first().expect("an exported function");
    let definition = serde_json::to_value(&function.definition).expect("a definition is JSON");
    (aqua_air::print(&function.script), definition)
}

fn network(number: u8) -> aqua_network::Config {
    aqua_network::Config::new(KeyPair::from_seed([number; 32]))
}

/// A peer with the greeter, over TCP and WebSocket on loopback.
async fn peer(number: u8, bootstrap: Option<&Node>) -> Node {
    let mut network = network(number);
    network.listen = ["/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/tcp/0/ws"]
        .map(|it| it.parse().expect("an address"))
        .into();
    if let Some(node) = bootstrap {
        network.bootstrap = node.listen_addresses().await;
    }
    let host = aqua_services::Host::new(aqua_services::Config::default()).expect("a host");
    let wasm = std::fs::read(tree::at("examples/quickstart/greeter/greeter.wasm")).expect("the greeter");
    host.deploy("greeter", &wasm).await.expect("a component");
    Node::start(Config {
        services: Some(host),
        ..Config::new(network)
    })
    .await
    .expect("a peer on loopback")
}

fn ask(client: &std::path::Path, request: &Value) -> Vec<Value> {
    let mut child = Command::new("node")
        .arg("call.mjs")
        .current_dir(client)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("node starts where npm does");
    let mut input = child.stdin.take().expect("its input");
    input.write_all(request.to_string().as_bytes()).expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("an end");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let lines = String::from_utf8(output.stdout).expect("text");
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}\n{told}")))
        .collect()
}
