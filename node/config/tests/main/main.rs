//! Nodes with a data folder: what particles deploy on them, and what is left after a restart.

#![allow(clippy::expect_used, reason = "tests")]

mod deployment;
mod refusals;
mod vault;

use aqua_config::{Error, Options, start};
use aqua_node::{Node, Provided, Report, ScopeId, Submission};
use aqua_values::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// A value, written as JSON.
macro_rules! json {
    ($($json:tt)+) => { aqua_values::Value::from(serde_json::json!($($json)+)) };
}
use json;

/// Long enough for whatever is to succeed, in milliseconds.
const TTL: u32 = 60_000;

/// The tags of reports: a value, and an error.
const VALUE: u32 = 1;
const ERROR: u32 = 2;

/// Starts a node with a key and data in this folder.
async fn node(folder: &Path) -> Result<Node, Error> {
    let options = Options {
        key_file: Some(folder.join("node.key")),
        data_dir: Some(folder.join("data")),
        ..Options::default()
    };
    start(&options, Arc::new(())).await
}

/// Calls a function of a node, as the node itself. The error is the text that a script catches.
async fn call(node: &Node, service: &str, function: &str, arguments: Value) -> Result<Value, String> {
    let arguments = arguments.as_array().expect("arguments are an array").to_vec();
    let names: Vec<String> = (0..arguments.len()).map(|index| format!("a{index}")).collect();
    let mut body = format!(
        r#"(seq (call %init_peer_id% ("{service}" "{function}") [{}] result)
                (call %init_peer_id% ("report" "value") [result]))"#,
        names.join(" ")
    );
    let mut functions = BTreeMap::new();
    for (name, argument) in names.into_iter().zip(arguments) {
        body = format!(r#"(seq (call %init_peer_id% ("load" "{name}") [] {name}) {body})"#);
        functions.insert(("load".to_owned(), name), Provided::Value(argument));
    }
    run(node, &body, functions, TTL).await
}

/// Runs a script until it reports a value, as the node itself. The error is the text that the script catches.
async fn run(
    node: &Node,
    body: &str,
    mut functions: BTreeMap<(String, String), Provided>,
    ttl: u32,
) -> Result<Value, String> {
    let script = format!(r#"(xor {body} (call %init_peer_id% ("report" "error") [:error:.$.message]))"#);
    let reports = [("value", VALUE), ("error", ERROR)]
        .map(|(name, tag)| (("report".to_owned(), name.to_owned()), Provided::Report(tag)));
    functions.extend(reports);
    let request = Submission {
        scope: ScopeId::HOST,
        script: script.into(),
        ttl,
        functions,
    };
    let mut reports = node.submit(request, Default::default());
    while let Some(report) = reports.recv().await {
        match report {
            Report::Called { tag, mut arguments } => {
                let value = arguments.swap_remove(0);
                return match tag {
                    VALUE => Ok(value),
                    _ => Err(value.as_str().unwrap_or_default().to_owned()),
                };
            }
            Report::Ended(end) => return Err(end.to_string()),
            _ => {}
        }
    }
    Err("the node has stopped".to_owned())
}

async fn value(node: &Node, service: &str, function: &str, arguments: Value) -> Value {
    let answer = call(node, service, function, arguments).await;
    answer.unwrap_or_else(|error| panic!("{service}.{function}: {error}"))
}

/// Adds modules and a blueprint of them, and creates a service. Its id.
async fn deploy(node: &Node, modules: &[(&str, &[u8])]) -> Value {
    let mut dependencies = Vec::new();
    for (name, wasm) in modules {
        dependencies.push(add_module(node, name, wasm).await.expect("a module"));
    }
    let blueprint = value(node, "dist", "make_blueprint", json!(["test", dependencies])).await;
    let blueprint = value(node, "dist", "add_blueprint", json!([blueprint])).await;
    value(node, "srv", "create", json!([blueprint])).await
}

async fn add_module(node: &Node, name: &str, wasm: &[u8]) -> Result<Value, String> {
    use base64::Engine as _;
    let bytes = base64::prelude::BASE64_STANDARD.encode(wasm);
    call(node, "dist", "add_module", json!([bytes, { "name": name }])).await
}
