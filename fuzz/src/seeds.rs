//! The initial corpus: programs and data of the tests, and steps of a network that executes them.

use crate::compiler::MODULES;
use crate::flat::Invocation;
use crate::scene::{PARTICLE, PEERS, Scene, key_seed, peer_id, with_peers};
use crate::step::answer;
use aqua_compiler::{InMemory, Options, compile};
use aqua_vm::flat::encode_call_results;
use aqua_keys::KeyPair;
use aqua_vm::{CallResult, CallRequest, Params, Program, State, step};
use base64::Engine as _;
use aqua_values::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Scripts that together contain all instructions and many kinds of errors.
const SCRIPTS: &[&str] = &[
    include_str!("scripts/journey.air"),
    include_str!("scripts/errors.air"),
    include_str!("scripts/maps.air"),
    include_str!("scripts/values.air"),
    include_str!("scripts/streams.air"),
];

/// Maximum size of a scene, in bytes. Long inputs slow the fuzzer down.
const MAX_SCENE_SIZE: usize = 6000;
/// Number of steps per compiled script.
const STEPS_PER_SCRIPT: usize = 3;
/// Every n-th compiled script is used for steps.
const SCRIPT_INTERVAL: usize = 2;
/// Every n-th program of the vectors is used as text.
const PROGRAM_INTERVAL: usize = 3;

/// Inputs of each target.
pub type Seeds = BTreeMap<&'static str, Vec<Vec<u8>>>;

/// The record of a service.
fn record_seed() -> Vec<u8> {
    let mut sink = crate::stream::Sink::default();
    sink.byte(1);
    sink.bytes(b"id");
    sink.bytes(br#"{"blueprint":"b","kind":"service","owner":null,"aliases":["a"]}"#);
    sink.bytes
}

/// Collects all seeds from the source tree at `root`.
///
/// # Errors
/// Fails if a file is missing or malformed.
pub fn all(root: &Path) -> io::Result<Seeds> {
    let mut seeds = Seeds::new();
    let mut put = |target: &'static str, seed: Vec<u8>| seeds.entry(target).or_default().push(seed);

    let mut scripts: Vec<String> = SCRIPTS.iter().map(|script| with_peers(script).into()).collect();
    let vectors: Value = serde_json::from_str(&fs::read_to_string(root.join("tests/vectors/aqua-lowering.json"))?)?;
    for (index, vector) in vectors.as_array().into_iter().flatten().enumerate() {
        let source = vector["source"].as_str().unwrap_or_default();
        if index % PROGRAM_INTERVAL != 0 {
            continue;
        }
        for target in ["lexer", "parser", "compiler"] {
            put(target, source.into());
        }
        let published = vector["functions"].as_object().into_iter().flatten();
        for script in published.filter_map(|(_, script)| script.as_str()).take(1) {
            put("air", script.into());
        }
        let sources = InMemory::new().with("main.aqua", source);
        let compilation = compile(&sources, "main.aqua", &Options::default());
        scripts.extend(
            compilation
                .functions
                .iter()
                .map(|function| aqua_air::print(&function.script)),
        );
    }
    let vectors: Value = serde_json::from_str(&fs::read_to_string(root.join("tests/vectors/aqua-modules.json"))?)?;
    for files in vectors.as_array().into_iter().flatten().map(|vector| &vector["files"]) {
        let texts = files
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(_, text)| text.as_str());
        put(
            "compiler",
            texts.take(MODULES.len()).collect::<Vec<_>>().join("\0").into(),
        );
    }
    for folder in [
        "grammar/tests/messages",
        "grammar/tests/trees",
        "tests/programs",
        "stdlib/std",
    ] {
        for file in files(&root.join(folder))? {
            let text = fs::read(&file)?;
            for target in ["lexer", "parser", "compiler"] {
                put(target, text.clone());
            }
        }
    }

    let cases: Value = serde_json::from_str(&fs::read_to_string(root.join("vm/tests/official_data.json"))?)?;
    for case in cases.as_array().into_iter().flatten() {
        let (air, data) = (
            case["air"].as_str().unwrap_or_default(),
            case["data"].as_str().unwrap_or_default(),
        );
        let data = base64::engine::general_purpose::STANDARD
            .decode(data)
            .map_err(io::Error::other)?;
        scripts.push(air.to_owned());
        for options in [0, 1] {
            let (previous, results): (&[u8], _) = (&[], encode_call_results(&BTreeMap::new()));
            let invocation = Invocation {
                options,
                air,
                previous,
                current: &data,
                results: &results,
            };
            put("flat", invocation.write());
        }
        put("data", data);
    }

    put("records", record_seed());
    put("component", fs::read(root.join("examples/quickstart/greeter/greeter.wasm"))?);
    for seed in crate::marine::seeds() {
        put("marine", seed);
    }
    for seed in crate::guest::seeds() {
        put("guest", seed);
    }

    let is_own = |index: usize| index < SCRIPTS.len();
    let is_selected = |(index, _): &(usize, _)| is_own(*index) || index % SCRIPT_INTERVAL == 0;
    for (index, air) in scripts.iter().enumerate().filter(is_selected) {
        put("air", air.clone().into());
        let program = Program::from_air(air).map_err(io::Error::other)?;
        put("bytecode", program.code().encode());
        let count = if is_own(index) { 40 } else { STEPS_PER_SCRIPT };
        for mut step in network_steps(&program, air, count) {
            step.scene.options |= u8::from(index % 2 == 1) | ((index / 2 % 2) << 1) as u8;
            let scene = step.scene.write();
            assert_eq!(Scene::read(&scene).write(), scene, "decoding reverses encoding");
            if scene.len() > MAX_SCENE_SIZE {
                break;
            }
            put("step", scene);
            put("flat", step.invocation(air));
            put("data", step.current);
        }
    }
    for seeds in seeds.values_mut() {
        seeds.retain(|seed| !seed.is_empty());
        seeds.sort();
        seeds.dedup();
    }
    Ok(seeds)
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries: io::Result<Vec<_>> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect();
    let mut files = entries?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "aqua"));
    files.sort();
    Ok(files)
}

/// A step of a peer.
struct NetworkStep {
    scene: Scene,
    previous: Vec<u8>,
    current: Vec<u8>,
}

impl NetworkStep {
    fn invocation(&self, air: &str) -> Vec<u8> {
        let (options, results) = (self.scene.options, encode_call_results(&self.scene.results));
        let (previous, current) = (&self.previous, &self.current);
        Invocation {
            options,
            air,
            previous,
            current,
            results: &results,
        }
        .write()
    }
}

/// Returns the first steps of a network that executes a script. Messages arrive in the order in which they are sent, and results
/// one by one.
fn network_steps(program: &Program, air: &str, limit: usize) -> Vec<NetworkStep> {
    let mut steps = Vec::new();
    let mut states = vec![State::default(); usize::from(PEERS)];
    let mut queue = vec![(0, Vec::new(), BTreeMap::new())];
    while !queue.is_empty() && steps.len() < limit {
        let (peer, current, results): (u8, Vec<u8>, BTreeMap<u32, CallResult>) = queue.remove(0);
        let mut params = Params::new(PARTICLE, peer_id(0), KeyPair::from_seed(key_seed(peer)));
        params.timestamp = 1_700_000_000_000;
        params.ttl = 7000;
        let state = &mut states[usize::from(peer)];
        let outcome = step(program, state, &current, &results, &params);
        let incoming = State::decode(&current).expect("encoded by the VM");
        steps.push(NetworkStep {
            scene: Scene {
                options: peer << 4,
                air: air.into(),
                previous: state.data().clone(),
                current: incoming.data().clone(),
                results: results.iter().map(|(id, result)| (*id, result.into())).collect(),
            },
            previous: state.encode(),
            current,
        });
        let data = outcome.state.encode();
        *state = outcome.state;
        let receivers = (0..PEERS).filter(|peer| outcome.next_peers.contains(&peer_id(*peer)));
        queue.extend(receivers.map(|peer| (peer, data.clone(), BTreeMap::new())));
        for (id, request) in outcome.call_requests {
            queue.push((peer, Vec::new(), [(id, client_answer(&request))].into()));
        }
    }
    steps
}

/// Answers service calls like [`answer`], and the calls that fetch the relay and the arguments of a function from the client.
fn client_answer(request: &CallRequest) -> CallResult {
    if request.service_id != "getDataSrv" {
        return answer(request);
    }
    let value = match request.function_name.as_str() {
        "-relay-" => peer_id(1).into(),
        name if name.contains("peer") => peer_id(2).into(),
        name if name.ends_with('s') => vec![peer_id(2), peer_id(3)].into(),
        _ => Value::from("text"),
    };
    Ok(value)
}
