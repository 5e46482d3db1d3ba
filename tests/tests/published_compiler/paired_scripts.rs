//! Scripts of both compilers for one module, and how they behave in the official interpreter.

use aqua_compiler::{InMemory, Options, compile};
use aqua_tests::aqua_generator::{PEERS, answer};
use aqua_tests::machine::Machine as _;
use aqua_tests::normal_form::normal_form;
use aqua_tests::official_compiler::OfficialCompiler;
use aqua_tests::official_vm::OfficialVm;
use aqua_tests::simulated_network::{Called, Conditions, History, Peer, json_arguments, peers, run_with};
use aqua_vm::flat::FlatCallResult;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The prefix of internal errors of the published compiler.
pub(super) const CRASH: &str = "internal: ";

/// The foreign programs.
pub(super) struct Workers {
    pub(super) compiler: OfficialCompiler,
    pub(super) machine: OfficialVm,
}

/// The scripts by function, or the error messages.
pub(super) type Scripts = Result<BTreeMap<String, String>, String>;

impl Workers {
    pub(super) fn start() -> Result<Self, String> {
        Ok(Self {
            compiler: OfficialCompiler::start()?,
            machine: OfficialVm::start()?,
        })
    }

    /// Two of them: the tests run on two threads.
    pub(super) fn pair() -> Result<Vec<Self>, String> {
        (0..2).map(|_| Self::start()).collect()
    }

    /// Compiles a module with the published compiler. The output is cached if there is a name.
    pub(super) fn published(&mut self, module: &str, name: Option<String>) -> Scripts {
        let request = json!({"files": {"main.aqua": module}, "entry": "main.aqua"});
        let compiled = match name {
            Some(name) => self.compiler.compile_once(&name, &request),
            None => self.compiler.compile(&request),
        };
        if compiled.errors.is_empty() {
            Ok(compiled.functions)
        } else {
            Err(compiled.errors.join("\n"))
        }
    }
}

impl Workers {
    /// The scripts of the function `f` of a module, ours first. The output of the published compiler is cached if there is a name.
    ///
    /// # Errors
    /// The module with the messages, if a compiler rejects it.
    pub(super) fn both(&mut self, seed: u64, module: &str, name: Option<String>) -> Result<[String; 2], String> {
        let scripts = (our_scripts(module), self.published(module, name));
        if let (Ok(ours), Ok(theirs)) = &scripts
            && let (Some(ours), Some(theirs)) = (ours.get("f"), theirs.get("f"))
        {
            return Ok([ours.clone(), theirs.clone()]);
        }
        let (ours, theirs) = scripts;
        Err(format!(
            "=== AQUA_SEED={seed} AQUA_PROGRAMS=1\n{module}--- ours\n{}\n--- published\n{}",
            ours.err().unwrap_or_default(),
            theirs.err().unwrap_or_default()
        ))
    }
}

/// Compiles a module with our compiler.
pub(super) fn our_scripts(module: &str) -> Scripts {
    let loader = InMemory::new().with("main.aqua", module);
    let ours = compile(&loader, "main.aqua", &Options::default());
    if ours.has_errors() {
        return Err(aqua_render::terminal(
            &ours.sources,
            &ours.diagnostics,
            aqua_render::Colour::Off,
        ));
    }
    let scripts = ours.functions.iter();
    Ok(scripts
        .map(|function| (function.name.to_string(), aqua_air::print(&function.script)))
        .collect())
}

/// Whether both scripts are equal but for names and copies.
pub(super) fn same_structure(scripts: [&str; 2]) -> bool {
    let [ours, theirs] = scripts.map(|script| aqua_air::parse(script).map(|script| normal_form(&script)).ok());
    ours.is_some() && ours == theirs
}

/// The arguments of a program in a network of these peers: data by name, and the relay, which is the second peer.
pub(super) fn given(arguments: &BTreeMap<String, Value>, peers: &[Peer]) -> BTreeMap<String, Value> {
    let mut given: BTreeMap<String, Value> = arguments
        .iter()
        .map(|(name, value)| (name.clone(), with_ids(value, peers)))
        .collect();
    given.insert("-relay-".to_owned(), json!(peers[RELAY].id));
    given
}

/// The value with `@1` replaced by the id of that peer.
fn with_ids(value: &Value, peers: &[Peer]) -> Value {
    let mut text = value.to_string();
    for (number, peer) in peers.iter().enumerate() {
        text = text.replace(&format!("\"@{number}\""), &format!("\"{}\"", peer.id));
    }
    serde_json::from_str(&text).expect("JSON")
}

/// The results that the script reports, or the errors it fails with. Empty if it does neither.
pub(super) fn result(history: &History) -> String {
    let mut result = String::new();
    for response in history.arguments("callbackSrv", "response") {
        let _ = write!(result, "gives {} ", json!(response));
    }
    for error in history.arguments("errorHandlingSrv", "error") {
        let _ = write!(result, "error {} ", error[0]["error_code"]);
    }
    for failure in &history.failures {
        let _ = write!(result, "failure {} {} ", failure.ret_code, failure.message);
    }
    if !history.strangers.is_empty() {
        let _ = write!(result, "strangers {:?}", history.strangers);
    }
    result
}

/// The calls with their results, sorted. Computations and reports are left out.
pub(super) fn effects(history: &History) -> Vec<String> {
    let peers = peers(PEERS);
    let has_effect =
        |called: &&Called| !["getDataSrv", "math", "cmp", "errorHandlingSrv"].contains(&&called.request.service_id[..]);
    let calls = history.calls.iter().filter(has_effect).map(|called| {
        let request = &called.request;
        let at = peers.iter().position(|peer| peer.id == called.peer_id);
        let arguments = match &request.function_name[..] {
            "sorted" => called.result.result.clone(),
            _ => json!(request.arguments).to_string(),
        };
        format!(
            "@{} {}.{} {arguments} gives {} {}",
            at.unwrap_or_default(),
            request.service_id,
            request.function_name,
            called.result.ret_code,
            called.result.result
        )
    });
    let mut calls: Vec<String> = calls.collect();
    calls.sort_unstable();
    calls
}

/// The number of the initiator's relay.
const RELAY: usize = 1;

/// What goes wrong in a run.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Faults<'a> {
    /// The first argument of the calls that fail.
    pub(super) failing: Option<&'a str>,
    /// The number of the peer that is not reached.
    pub(super) offline: Option<usize>,
    /// Whether the initiator is connected with its relay only, as a client is.
    pub(super) is_client: bool,
}

impl Faults<'_> {
    /// Whether a message from one peer to another arrives.
    fn reaches(self, from: usize, to: usize) -> bool {
        let over_relay = match (from, to) {
            (0, other) | (other, 0) => other == RELAY,
            _ => true,
        };
        self.offline != Some(to) && (over_relay || !self.is_client)
    }
}

/// A run in which everything arrives once and in order.
pub(super) struct OrderedRun {
    pub(super) history: History,
    /// The peers that the particle was sent to, in order.
    pub(super) visits: Vec<String>,
    /// The number of visits between the first failing call, or the beginning, and the report of a result or an error.
    pub(super) visits_to_report: Option<usize>,
}

/// Runs a script in the official interpreter, with these arguments.
pub(super) fn run_in_order(
    script: &str,
    arguments: &BTreeMap<String, Value>,
    faults: Faults<'_>,
    machine: &mut OfficialVm,
) -> OrderedRun {
    let mut peers = peers(PEERS);
    let given = given(arguments, &peers);
    let ids: Vec<String> = peers.iter().map(|peer| peer.id.clone()).collect();
    let visits = RefCell::new(Vec::new());
    let (failed, reported_after) = (Cell::new(None), Cell::new(None));
    let history = run_with(
        script,
        &mut peers,
        Conditions::default(),
        &mut |peer, request| {
            if ["callbackSrv", "errorHandlingSrv"].contains(&&request.service_id[..]) {
                reported_after.set(Some(visits.borrow().len()));
            }
            match (faults.failing, json_arguments(request).first()) {
                (Some(failing), Some(Value::String(first))) if first == failing => {
                    failed.set(failed.get().or_else(|| Some(visits.borrow().len())));
                    FlatCallResult {
                        ret_code: 1,
                        result: json!("failed").to_string(),
                    }
                }
                _ => answer(&given, peer, request),
            }
        },
        &mut |peer, invocation| {
            let mut reply = machine.invoke(invocation);
            let number = |id: &String| ids.iter().position(|other| other == id);
            reply
                .next_peers
                .retain(|next| number(next).is_none_or(|next| faults.reaches(peer, next)));
            visits.borrow_mut().extend(reply.next_peers.iter().cloned());
            reply
        },
    );
    OrderedRun {
        history,
        visits: visits.into_inner(),
        visits_to_report: reported_after.get().map(|report| report - failed.get().unwrap_or(0)),
    }
}
