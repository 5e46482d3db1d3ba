//! `aqua air run`: a script on simulated peers.

use crate::command::data::Words;
use crate::command::file;
use crate::failure::Failure;
use crate::terminal::Terminal;
use anyhow::{Context, anyhow};
use aqua_vm::inspection;
use aqua_vm::simulation::{Answers, Event, Run, Setting};
use aqua_vm::{Program, State};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Run a script on simulated peers in this process
///
/// Every peer that the script names is there and runs the machine; nothing is signed, so peers may have any names. What
/// their services answer is given by a table in a JSON file and by --call. Prints each call and hop as it happens, then
/// what the peer that began knows in the end.
#[derive(Debug, Args)]
#[command(after_help = "\
The table has an object for each function, named service.function or peer/service.function; * stands
for anything, and the most exact name counts:
  {\"data.names\":  {\"value\": [\"a\", \"b\"]},         always this value
   \"dice.roll\":   {\"values\": [3, 5]},            one after the other, then the last one again
   \"echo.*\":      {\"argument\": 0},               the first argument; \"arguments\": true gives all
   \"b/math.div\":  {\"error\": \"by 0\", \"code\": 2}}   an error, but only on peer b
op.noop, op.identity, callbackSrv.* and errorHandlingSrv.* have answers of their own.

Examples:
  aqua air run greet.air --call 'data.name=\"Ada\"' --call 'greeter.greet=\"hi\"'
  aqua air run greet.air --answers answers.json --seed 7
  aqua air run greet.air --answers answers.json --data end.bin && aqua data show end.bin")]
pub(crate) struct RunOptions {
    /// The script, as text or bytecode; - is standard input
    #[arg(value_name = "FILE")]
    script: PathBuf,
    /// The table of answers
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// What a function answers, as JSON; may be given often and wins over the table
    #[arg(long = "call", value_name = "SERVICE.FUNCTION=JSON", value_parser = answer)]
    calls: Vec<(String, Value)>,
    /// The peer that begins, %init_peer_id%
    #[arg(long, value_name = "PEER", default_value = "init")]
    init: String,
    /// Deliver in an order that this number decides [default: the order of sending]
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Let nothing reach this peer; may be given often
    #[arg(long, value_name = "PEER")]
    down: Vec<String>,
    /// Stop after so many steps
    #[arg(long, value_name = "NUMBER", default_value_t = Setting::default().max_steps)]
    max_steps: usize,
    /// Write what the peer that began knows in the end
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Don't shorten peers, content ids and values
    #[arg(long)]
    full: bool,
}

/// Runs the script and tells what happened.
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
    let words = Words { full: options.full };
    let state = run.states.get(&options.init).cloned().unwrap_or_default();
    tell(&run, &state, words, terminal);
    for name in answers.unanswered() {
        terminal.note(&format!("{name} has no answer: give it with --call '{name}=JSON'"));
    }
    if let Some(path) = &options.data {
        file::write(path, &state.encode(), terminal)?;
    }
    if !run.is_complete {
        return Err(Failure::Timeout(format!("not done after {} steps", run.steps)));
    }
    let failed = run.events.iter().find_map(|event| match event {
        Event::Failed { peer, message, .. } => Some(format!("{}: {message}", words.peer(peer))),
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

fn tell(run: &Run, state: &State, words: Words, terminal: Terminal) {
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
        terminal.result(&happened(event, words));
    }
    words.trace(&trace, terminal);
    for wait in &waits {
        let (peer, what) = (words.peer(&wait.peer), words.wait(wait.waits_for));
        terminal.result(&format!("{peer} waits for {what} (state {})", wait.position));
    }
}

fn happened(event: &Event, words: Words) -> String {
    match event {
        Event::Call {
            peer,
            service,
            function,
            arguments,
            ret_code,
            result,
        } => {
            let arguments: Vec<String> = arguments.iter().map(|argument| words.value(argument)).collect();
            let sign = match ret_code {
                0 => "→".to_owned(),
                code => format!("failed with {code}:"),
            };
            let (peer, result) = (words.peer(peer), words.json(result));
            format!("{peer}  {service}.{function}({}) {sign} {result}", arguments.join(", "))
        }
        Event::Sent { from, to, reached } => {
            let lost = if *reached { "" } else { ", which is down" };
            format!("{} ⇒ {}{lost}", words.peer(from), words.peer(to))
        }
        Event::Failed { peer, code, message } => format!("{}  error {code}: {message}", words.peer(peer)),
    }
}

fn answer(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("expected SERVICE.FUNCTION=JSON")?;
    let value = serde_json::from_str(value).map_err(|error| format!("`{value}` is not JSON: {error}"))?;
    Ok((name.to_owned(), value))
}
