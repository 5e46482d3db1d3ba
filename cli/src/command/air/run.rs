//! `aqua air run`: runs a script on simulated peers.

use crate::command::data::TraceFormat;
use crate::command::file;
use crate::failure::Failure;
use crate::terminal::Terminal;
use anyhow::{Context, anyhow};
use aqua_values::Value;
use aqua_vm::inspection;
use aqua_vm::simulation::{Answers, Event, Run, Setting};
use aqua_vm::{Program, State};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Run a script on simulated peers in this process
///
/// Simulates every peer that the particle is sent to. Nothing is signed, so any string can be a peer id. Service results
/// come from a JSON file (--answers) and from --call. Prints each call and hop, then the trace of the initiator.
#[derive(Debug, Args)]
#[command(after_help = "\
The file of --answers has an entry for each function, as service.function or peer/service.function.
* matches any name; the most specific entry applies:
  {\"data.names\":  {\"value\": [\"a\", \"b\"]},         always this value
   \"dice.roll\":   {\"values\": [3, 5]},            these values in order, then the last one repeatedly
   \"echo.*\":      {\"argument\": 0},               the first argument; \"arguments\": true for all
   \"b/math.div\":  {\"error\": \"by 0\", \"code\": 2}}   an error, on peer b only
op.noop, op.identity, callbackSrv.* and errorHandlingSrv.* are built in.

Examples:
  aqua air run greet.air --call 'data.name=\"Ada\"' --call 'greeter.greet=\"hi\"'
  aqua air run greet.air --answers answers.json --seed 7
  aqua air run greet.air --answers answers.json --data end.bin && aqua data show end.bin

Exit codes: 4 if a peer failed with an error that the script did not catch, 5 if --max-steps was
reached.")]
pub(crate) struct RunOptions {
    /// A script: AIR text or bytecode; - is standard input
    #[arg(value_name = "FILE")]
    script: PathBuf,
    /// A JSON file with service results
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// The result of a function, as JSON; overrides --answers; can be repeated
    #[arg(long = "call", value_name = "SERVICE.FUNCTION=JSON", value_parser = answer)]
    calls: Vec<(String, Value)>,
    /// The initiator, %init_peer_id%
    #[arg(long, value_name = "PEER", default_value = "init")]
    init: String,
    /// Deliver particles and results in a random order with this seed [default: in the order sent]
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Drop all particles to this peer; can be repeated
    #[arg(long, value_name = "PEER")]
    down: Vec<String>,
    /// Stop after this number of steps
    #[arg(long, value_name = "NUMBER", default_value_t = Setting::default().max_steps)]
    max_steps: usize,
    /// Write the particle data of the initiator to this file at the end
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Do not shorten peer ids, content ids and values
    #[arg(long)]
    full: bool,
}

/// Runs the script and prints the events and the final trace.
pub(crate) fn run(options: &RunOptions, terminal: Terminal) -> Result<(), Failure> {
    let code = file::script(&options.script, terminal)?;
    let program = Program::new(code, 0);
    let mut answers = answers(options)?;
    let setting = Setting {
        init_peer_id: options.init.clone(),
        seed: options.seed,
        down: options.down.clone(),
        max_steps: options.max_steps,
        ..Setting::default()
    };
    let run = aqua_vm::simulation::run(&program, &setting, |peer, request| answers.answer(peer, request));
    let format = TraceFormat { full: options.full };
    let state = run.states.get(&options.init).cloned().unwrap_or_default();
    print(&run, &state, format, terminal);
    for name in answers.unanswered() {
        terminal.status(&format!("no result for {name}: give one with --call '{name}=JSON'"));
    }
    if let Some(path) = &options.data {
        file::write(path, &state.encode(), terminal)?;
    }
    if !run.is_complete {
        return Err(Failure::Timeout(format!(
            "the script did not finish within {} steps",
            run.steps
        )));
    }
    let failed = run.events.iter().find_map(|event| match event {
        Event::Failed { peer, message, .. } => Some(format!("{}: {message}", format.peer(peer))),
        _ => None,
    });
    failed.map_or(Ok(()), |message| Err(Failure::Remote(message)))
}

fn answers(options: &RunOptions) -> Result<Answers, Failure> {
    let mut answers = match &options.answers {
        None => Answers::default(),
        Some(path) => {
            let bytes = file::read(path)?;
            let text = std::str::from_utf8(&bytes).with_context(|| file::name(path))?;
            Answers::from_json(text).map_err(|error| anyhow!("{}: {error}", file::name(path)))?
        }
    };
    for (name, value) in &options.calls {
        let set = answers.set(name, value.clone());
        set.map_err(|error| Failure::Usage(error.to_string()))?;
    }
    Ok(answers)
}

fn print(run: &Run, state: &State, format: TraceFormat, terminal: Terminal) {
    let trace = inspection::trace(state.data());
    let waits = inspection::waits(state.data());
    if terminal.is_json() {
        for event in &run.events {
            terminal.kind("event", serde_json::to_value(event));
        }
        for entry in &trace {
            terminal.kind("state", serde_json::to_value(entry));
        }
        for wait in &waits {
            terminal.kind("wait", serde_json::to_value(wait));
        }
        let peers: Vec<&String> = run.states.keys().collect();
        terminal.object(&json!({"kind": "run", "steps": run.steps, "complete": run.is_complete, "peers": peers}));
        return;
    }
    for event in &run.events {
        terminal.result(&describe(event, format));
    }
    format.trace(&trace, terminal);
    for wait in &waits {
        let (peer, what) = (format.peer(&wait.peer), format.wait(wait.waits_for));
        terminal.result(&format!("{peer} waits for {what} (state {})", wait.position));
    }
}

fn describe(event: &Event, format: TraceFormat) -> String {
    match event {
        Event::Call {
            peer,
            service,
            function,
            arguments,
            ret_code,
            result,
        } => {
            let arguments: Vec<String> = arguments
                .iter()
                .map(|argument| format.value(&argument.into()))
                .collect();
            let sign = match ret_code {
                0 => "→".to_owned(),
                code => format!("failed with {code}:"),
            };
            let (peer, result) = (format.peer(peer), format.json(result));
            format!("{peer}  {service}.{function}({}) {sign} {result}", arguments.join(", "))
        }
        Event::Sent { from, to, reached } => {
            let lost = if *reached { "" } else { ", which is down" };
            format!("{} ⇒ {}{lost}", format.peer(from), format.peer(to))
        }
        Event::Failed { peer, code, message } => format!("{}  error {code}: {message}", format.peer(peer)),
    }
}

fn answer(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("expected SERVICE.FUNCTION=JSON")?;
    let value = Value::parse(value).map_err(|error| format!("`{value}` is not JSON: {error}"))?;
    Ok((name.to_owned(), value))
}
