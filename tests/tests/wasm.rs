//! Compiler, VM and simulator as Wasm under wasmtime: every byte that they return is what they return natively.

use aqua_project::{Program, ServiceContent, ServiceFile, declared_name};
use aqua_tests::wasm_guest::WasmGuest;
use aqua_tests::{foreign, tree};
use aqua_wasm_guest::{Request, compile_and_run, peer_ids, simulate};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn programs_compile_and_run_as_they_do_natively() {
    let mut guest = match WasmGuest::start() {
        Ok(guest) => guest,
        Err(reason) => return foreign::skip("programs_compile_and_run_as_they_do_natively", &reason),
    };
    let requests: Vec<Request> = examples().into_iter().chain(programs()).collect();
    assert!(requests.len() >= 20, "only {} programs", requests.len());
    let mut responding = 0;
    for request in requests {
        let bytes = serde_json::to_vec(&request).expect("a request is JSON");
        let native = compile_and_run(&bytes);
        responding += usize::from(responds(&request, &native));
        let wasm = guest.call("compile_and_run", &bytes).expect("the guest doesn't trap");
        assert!(
            native == wasm,
            "{} differs\nnative: {}\nWasm:   {}",
            request.function,
            String::from_utf8_lossy(&native),
            String::from_utf8_lossy(&wasm)
        );
    }
    assert!(responding >= 20, "only {responding} programs report results");
}

/// Another pointer width and another library for signatures make no difference.
#[test]
fn simulated_networks_have_the_same_log() {
    let mut guest = match WasmGuest::start() {
        Ok(guest) => guest,
        Err(reason) => return foreign::skip("simulated_networks_have_the_same_log", &reason),
    };
    for seed in 0..20_u64 {
        let request = seed.to_le_bytes();
        let native = simulate(&request);
        assert_eq!(native.len(), 32, "seed {seed}: {}", String::from_utf8_lossy(&native));
        let wasm = guest.call("simulate", &request).expect("the guest doesn't trap");
        assert_eq!(native, wasm, "seed {seed}");
    }
}

/// Whether the script reported its results; other scripts report an error, since most services have no right answer here.
fn responds(request: &Request, reply: &[u8]) -> bool {
    let reply: Value = serde_json::from_slice(reply).expect("a reply is JSON");
    let name = &request.function;
    let steps = reply["steps"].as_array().unwrap_or_else(|| panic!("{name}: {reply}"));
    assert!(steps.iter().all(|step| step["error"].is_null()), "{name}: {reply}");
    let mut calls = steps.iter().flat_map(|step| step["calls"].as_array().expect("calls"));
    calls.any(|call| call[0] == "callbackSrv" && call[1] == "response")
}

/// The programs of `examples`, called as their manifests say.
fn examples() -> Vec<Request> {
    let programs = tree::examples().into_iter();
    programs
        .map(|(_, main)| {
            let program = Program::locate(&main).expect("an example");
            let project = program.project.expect("an example has a manifest");
            let mut sources = BTreeMap::from([("main.aqua".to_owned(), read(&main))]);
            for (service, content) in project.services().expect("readable services") {
                let ServiceContent::Wasm(wasm) = content else {
                    panic!("{} is a single file", service.name);
                };
                let file = ServiceFile::read(&wasm).expect("a service");
                let declared = file.declarations(&declared_name(&service.name), Some(&service.name));
                sources.insert(
                    format!("service:{}.aqua", service.name),
                    declared.expect("names that Aqua has"),
                );
            }
            let run = project.manifest.run;
            Request {
                sources,
                entry: "main.aqua".to_owned(),
                function: run.function.expect("a manifest names the function").value,
                arguments: run.arguments.expect("a manifest gives arguments"),
                answers: answers(),
            }
        })
        .collect()
}

/// Three functions of each of `tests/programs`, called as the first comments say that name results.
fn programs() -> Vec<Request> {
    let mut requests = Vec::new();
    for path in aqua_files("tests/programs") {
        let text = read(&path);
        let library = aqua_files("tests/programs/lib").into_iter();
        let mut sources: BTreeMap<String, String> = library
            .map(|path| (format!("lib/{}", name(&path)), read(&path)))
            .collect();
        sources.insert("main.aqua".to_owned(), text.clone());
        for (function, arguments) in text.lines().filter_map(called).take(3) {
            requests.push(Request {
                sources: sources.clone(),
                entry: "main.aqua".to_owned(),
                function,
                arguments,
                answers: answers(),
            });
        }
    }
    requests
}

/// Function and arguments of a line `-- function(arguments) gives …`. `@1` is the id of that peer.
fn called(line: &str) -> Option<(String, Vec<Value>)> {
    let (call, _) = line.strip_prefix("-- ")?.split_once(") gives ")?;
    let (function, arguments) = call.split_once('(')?;
    let mut arguments = format!("[{arguments}]");
    for (number, id) in peer_ids().iter().enumerate() {
        arguments = arguments.replace(&format!("\"@{number}\""), &format!("\"{id}\""));
    }
    Some((function.to_owned(), serde_json::from_str(&arguments).expect("JSON")))
}

/// What services answer: as on a node where the scripts depend on it, else the first argument.
fn answers() -> Value {
    let ids = peer_ids();
    let mut answers = json!({
        "*.*": {"argument": 0},
        "kad.neighborhood": {"value": [ids[2], ids[3]]},
        "kad.merge": {"argument": 1},
        "oracle.answer": {"error": "no service 'oracle'"},
        "op.noop": {"value": ""},
        "callbackSrv.*": {"value": ""},
        "errorHandlingSrv.*": {"value": ""},
    });
    for id in &ids {
        answers[format!("{id}/sig.get_peer_id")] = json!({"value": id});
    }
    answers
}

fn aqua_files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(tree::at(folder)).expect("a folder of the tree");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "aqua"))
        .collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().expect("a file").to_string_lossy().into_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a text")
}
