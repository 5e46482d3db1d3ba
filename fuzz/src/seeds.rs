//! What the engine begins with: the programs and data of the tests, and steps of a network that runs them.

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

/// Scripts that between them have every instruction, and errors of many kinds.
const SCRIPTS: &[&str] = &[
    include_str!("scripts/journey.air"),
    include_str!("scripts/errors.air"),
    include_str!("scripts/maps.air"),
    include_str!("scripts/values.air"),
    include_str!("scripts/streams.air"),
];

/// No scene of a seed is longer: long inputs make the engine slow.
const LONGEST: usize = 6000;
/// So many steps of one compiled script are seeds, of every so many scripts: enough to begin with, few enough for short runs.
const STEPS: usize = 3;
const EVERY: usize = 2;
/// One of so many programs of the vectors is a seed as text.
const EVERY_TEXT: usize = 3;

/// Inputs by target.
pub type Seeds = BTreeMap<&'static str, Vec<Vec<u8>>>;

/// All seeds, from the tree at `root`.
///
/// # Errors
/// When a file of the tests is missing or says something else than expected.
pub fn all(root: &Path) -> io::Result<Seeds> {
    let mut seeds = Seeds::new();
    let mut put = |target: &'static str, seed: Vec<u8>| seeds.entry(target).or_default().push(seed);

    let mut scripts: Vec<String> = SCRIPTS.iter().map(|script| with_peers(script).into()).collect();
    let vectors: Value = serde_json::from_str(&fs::read_to_string(root.join("tests/vectors/aqua-lowering.json"))?)?;
    for (number, vector) in vectors.as_array().into_iter().flatten().enumerate() {
        let source = vector["source"].as_str().unwrap_or_default();
        if number % EVERY_TEXT != 0 {
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

    let is_own = |number: usize| number < SCRIPTS.len();
    let chosen = |(number, _): &(usize, _)| is_own(*number) || number % EVERY == 0;
    for (number, air) in scripts.iter().enumerate().filter(chosen) {
        put("air", air.clone().into());
        let program = Program::from_air(air).map_err(io::Error::other)?;
        put("bytecode", program.code().encode());
        let steps = if is_own(number) { 40 } else { STEPS };
        for mut moment in moments(&program, air, steps) {
            moment.scene.options |= u8::from(number % 2 == 1) | ((number / 2 % 2) << 1) as u8;
            let scene = moment.scene.write();
            assert_eq!(Scene::read(&scene).write(), scene, "a scene reads as it was written");
            if scene.len() > LONGEST {
                break;
            }
            put("step", scene);
            put("flat", moment.invocation(air));
            put("data", moment.current);
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
    files.retain(|file| file.extension().is_some_and(|ending| ending == "aqua"));
    files.sort();
    Ok(files)
}

/// One step of one peer.
struct Moment {
    scene: Scene,
    previous: Vec<u8>,
    current: Vec<u8>,
}

impl Moment {
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

/// The first steps of a network that runs a script; everything arrives in the order it was sent, results one by one.
fn moments(program: &Program, air: &str, most: usize) -> Vec<Moment> {
    let mut moments = Vec::new();
    let mut states = vec![State::default(); usize::from(PEERS)];
    let mut under_way = vec![(0, Vec::new(), BTreeMap::new())];
    while !under_way.is_empty() && moments.len() < most {
        let (peer, current, results): (u8, Vec<u8>, BTreeMap<u32, CallResult>) = under_way.remove(0);
        let mut params = Params::new(PARTICLE, peer_id(0), KeyPair::from_seed(key_seed(peer)));
        params.timestamp = 1_700_000_000_000;
        params.ttl = 7000;
        let state = &mut states[usize::from(peer)];
        let outcome = step(program, state, &current, &results, &params);
        let arriving = State::decode(&current).expect("own data");
        moments.push(Moment {
            scene: Scene {
                options: peer << 4,
                air: air.into(),
                previous: state.data().clone(),
                current: arriving.data().clone(),
                results: results.iter().map(|(id, result)| (*id, result.into())).collect(),
            },
            previous: state.encode(),
            current,
        });
        let data = outcome.state.encode();
        *state = outcome.state;
        let receivers = (0..PEERS).filter(|peer| outcome.next_peers.contains(&peer_id(*peer)));
        under_way.extend(receivers.map(|peer| (peer, data.clone(), BTreeMap::new())));
        for (id, request) in outcome.call_requests {
            under_way.push((peer, Vec::new(), [(id, served(&request))].into()));
        }
    }
    moments
}

/// What a client's services say on top of [`answer`]: arguments of a function are its relay and peers.
fn served(request: &CallRequest) -> CallResult {
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
