//! Compiler, VM and simulator behind functions from bytes to bytes.
//!
//! Built for `wasm32-unknown-unknown`, the module exports each of them (`exports`); built natively, this is a library. A test
//! calls both and compares what they return.

#[cfg(target_arch = "wasm32")]
mod exports;
mod network;
/// The workload of the simulator's own tests.
#[path = "../../../node/simulator/tests/main/workload.rs"]
#[allow(dead_code, reason = "only the plan is used")]
mod workload;

pub use network::peer_ids;

use aqua_compiler::typing::Type;
use aqua_compiler::{InMemory, Options, compile};
use aqua_vm::Program;
use aqua_vm::simulation::Answers;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A program, and a run of one of its functions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// The texts by path; the standard modules are there, too.
    pub sources: BTreeMap<String, String>,
    /// The path of the module that exports the function.
    pub entry: String,
    /// The name of the function.
    pub function: String,
    /// Its arguments, without arrows.
    pub arguments: Vec<Value>,
    /// What services answer, as [`Answers::from_json`] reads it.
    pub answers: Value,
}

/// Compiles a function and runs its script in a network of peers ([`peer_ids`]). `request` is a [`Request`] in JSON; the result
/// is a JSON object with the script (`air`), what each step did (`steps`) and the particle data of each peer (`data`), or with
/// an `error`.
pub fn compile_and_run(request: &[u8]) -> Vec<u8> {
    let reply = reply(request).unwrap_or_else(|error| json!({"error": error}));
    reply.to_string().into_bytes()
}

fn reply(request: &[u8]) -> Result<Value, String> {
    let request: Request = serde_json::from_slice(request).map_err(|error| error.to_string())?;
    let air = script(&request)?;
    let program = Program::from_air(&air.text).map_err(|error| error.to_string())?;
    let mut answers = Answers::from_json(&request.answers.to_string()).map_err(|error| error.to_string())?;
    let relay = peer_ids().swap_remove(1);
    answers
        .set("getDataSrv.-relay-", relay.into())
        .map_err(|error| error.to_string())?;
    for (name, argument) in air.parameters.iter().zip(request.arguments) {
        let name = format!("getDataSrv.{name}");
        answers.set(&name, argument.into()).map_err(|error| error.to_string())?;
    }
    let mut reply = network::run(&program, &mut answers)?;
    reply["air"] = air.text.into();
    Ok(reply)
}

struct Air {
    text: String,
    /// The names of the parameters that are values.
    parameters: Vec<String>,
}

fn script(request: &Request) -> Result<Air, String> {
    let modules = aqua_stdlib::modules().iter().map(|(path, text)| (*path, *text));
    let own = request
        .sources
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()));
    let standard = InMemory::new().with_folders("std/", ["std".to_owned()]);
    let sources = modules
        .chain(own)
        .fold(standard, |sources, (path, text)| sources.with(path, text));
    let compilation = compile(&sources, &request.entry, &Options::default());
    if compilation.has_errors() {
        let messages = compilation
            .diagnostics
            .iter()
            .map(|diagnostic| diagnostic.message.as_str());
        return Err(messages.collect::<Vec<_>>().join("\n"));
    }
    let mut functions = compilation.functions.iter();
    let function = functions
        .find(|function| function.name == request.function)
        .ok_or_else(|| format!("{} is not exported", request.function))?;
    let parameters = function.arrow.parameters.iter();
    let values = parameters.filter(|parameter| !matches!(parameter.ty, Type::Arrow(_)));
    Ok(Air {
        text: aqua_air::print(&function.script),
        parameters: values
            .filter_map(|value| value.name.as_ref().map(ToString::to_string))
            .collect(),
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Runs the simulator's workload with faults. `request` is the seed as 8 bytes, least significant first; the result is the hash
/// of the run's log, or the text of a violation.
pub fn simulate(request: &[u8]) -> Vec<u8> {
    let seed = request.try_into().map_or(0, u64::from_le_bytes);
    let plan = workload::plan().with_faults(seed, workload::CALM);
    match aqua_simulator::run(&plan, &workload::answer) {
        Ok(run) => run.log.to_vec(),
        Err(violation) => violation.to_string().into_bytes(),
    }
}
