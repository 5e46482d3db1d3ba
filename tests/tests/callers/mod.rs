//! Generated callers do what they promise: TypeScript and JavaScript with the official client and our peer as its relay,
//! Rust with a client of ours.

mod in_rust;
mod type_names;

use aqua_compiler::{Compilation, InMemory, Options, callers, compile};
use aqua_keys::KeyPair;
use aqua_node::{Config, Node};
use aqua_tests::{foreign, tree};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};

const PROGRAM: &str = include_str!("program.aqua");
const RUN: &str = include_str!("run.ts");

fn compiled(options: &Options) -> Compilation {
    let sources = InMemory::new().with("program.aqua", PROGRAM);
    let compilation = compile(&sources, "program.aqua", options);
    assert!(!compilation.has_errors(), "{:?}", compilation.diagnostics);
    compilation
}

/// What `run.ts` prints.
fn expected() -> Vec<Value> {
    let first = json!({"text": "why?", "certainty": 0.25, "type": [1]});
    let second = json!({"text": format!("{}?", first["text"].as_str().expect("text")), "certainty": 0.5, "type": [2]});
    vec![
        json!(["sum", 5]),
        json!(["ask", second]),
        json!(["both", ["l", second]]),
        json!(["nobody", ["l", null]]),
        json!(["record", [1, 2]]),
        json!(["lines", [["x", 3], ["x", null]]]),
        json!(["delete", false]),
        json!(["far", "abab"]),
        json!(["tell", "told"]),
        json!(["client", 9]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn typescript_is_strict_and_runs_with_the_official_client() {
    let client = match foreign::js_client() {
        Ok(client) => client,
        Err(reason) => return foreign::skip("typescript_is_strict_and_runs_with_the_official_client", reason),
    };
    let module = callers::typescript(&compiled(&Options::default()), "program.aqua");
    let folder = module_folder(client, &[("program.ts", &module), ("run.ts", RUN)]);
    let strict = [
        "--strict",
        "--noUnusedLocals",
        "--noUnusedParameters",
        "--noUncheckedIndexedAccess",
    ];
    typescript(folder.path(), &[&strict[..], &["--outDir", ".", "run.ts"]].concat());
    run(client, folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn javascript_runs_and_its_types_hold() {
    let client = match foreign::js_client() {
        Ok(client) => client,
        Err(reason) => return foreign::skip("javascript_runs_and_its_types_hold", reason),
    };
    let module = callers::javascript(&compiled(&Options::default()), "program.aqua");
    let files = [
        ("program.js", module.source.as_str()),
        ("program.d.ts", &module.types),
        ("run.ts", RUN),
    ];
    let folder = module_folder(client, &files);
    typescript(folder.path(), &["--strict", "--outDir", ".", "run.ts"]);
    run(client, folder.path()).await;
}

/// A folder of modules that find the client's packages.
fn module_folder(client: &Path, files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files.iter().chain(&[("package.json", "{\"type\": \"module\"}")]) {
        std::fs::write(folder.path().join(name), text).expect("a new file");
    }
    std::os::unix::fs::symlink(client.join("node_modules"), folder.path().join("node_modules")).expect("a new link");
    folder
}

/// The types of packages are not ours to check.
fn typescript(folder: &Path, arguments: &[&str]) {
    let usual = [
        "node_modules/typescript/bin/tsc",
        "--module",
        "nodenext",
        "--target",
        "es2022",
        "--skipLibCheck",
    ];
    let output = Command::new("node")
        .args(usual)
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("node starts where npm does");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Runs `run.js` with a peer of ours as the relay.
async fn run(client: &Path, folder: &Path) {
    let mut network = aqua_network::Config::new(KeyPair::from_seed([1; 32]));
    network.listen = vec!["/ip4/127.0.0.1/tcp/0/ws".parse().expect("an address")];
    let relay = Node::start(Config::new(network)).await.expect("a peer on loopback");
    let address = relay.listen_addresses().await.first().expect("an address").to_string();
    let output = tokio::task::block_in_place(|| {
        Command::new("node")
            .arg("--import")
            .arg(client.join("polyfill.mjs"))
            .args(["run.js", &address])
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
            .expect("node starts where npm does")
    });
    relay.shutdown().await;
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let lines = String::from_utf8(output.stdout).expect("text");
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}\n{told}")))
        .collect();
    assert_eq!(lines, expected());
}

#[test]
fn callers_look_so() {
    let compilation = compiled(&Options::default());
    let without_scripts = |text: &str| {
        let mut inside = false;
        let shown = text.lines().filter(|line| {
            let was = inside;
            inside = (inside || line.ends_with("_script = `")) && *line != "`;";
            !was
        });
        shown.collect::<Vec<_>>().join("\n")
    };
    let javascript = callers::javascript(&compilation, "program.aqua");
    insta::assert_snapshot!(
        "typescript",
        without_scripts(&callers::typescript(&compilation, "program.aqua"))
    );
    insta::assert_snapshot!("javascript", without_scripts(&javascript.source));
    insta::assert_snapshot!("declarations", javascript.types);
}

#[test]
fn the_rust_module_is_the_generated_one() {
    let options = Options {
        empty_response: true,
        ..Options::default()
    };
    let module = callers::rust(&compiled(&options), "program.aqua");
    let path = tree::at("tests/tests/callers/program.rs");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, &module).expect("a file of this project");
    }
    let committed = std::fs::read_to_string(&path).expect("a file of this project");
    assert_eq!(committed, module, "write it anew with INSTA_UPDATE=always");
}
