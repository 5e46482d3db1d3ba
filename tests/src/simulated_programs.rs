//! Generated Aqua programs in networks of simulated peers: what they are, and what their outcomes are compared by.

use crate::aqua_generator::{Program, answer};
use aqua_builtins::standard;
use aqua_compiler::{InMemory, Options, compile};
use aqua_keys::{KeyPair, PeerId};
use aqua_peer::{Call, Function, Limits, Provided};
use aqua_simulator::{Counts, MILLISECOND, PeerPlan, Plan, Run, SECOND, Start, Time, Violation, run};
use aqua_vm::{CallError, CallRequest, CallResult};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Reports of results and of errors.
const RESULT: u32 = 1;
const ERROR: u32 = 2;

/// The lifetime of particles, in milliseconds.
const TTL: u32 = 20_000;

/// When faults end.
const CALM: Time = 10 * SECOND;

/// A program for a network of peers.
#[derive(Debug, Clone)]
pub struct SimulatedProgram {
    /// What it was made from.
    pub seed: u64,
    /// How many peers there are. The first starts the particle, the second is its relay.
    pub peers: usize,
    /// The script as AIR text.
    pub script: Arc<str>,
    /// Whether results may depend on the order of deliveries.
    pub races: bool,
    /// Values of its parameters.
    given: BTreeMap<String, Value>,
    ids: Vec<PeerId>,
}

impl SimulatedProgram {
    /// The program of that seed, on 2 to 6 peers. `None` if our compiler refuses it.
    pub fn generated(seed: u64) -> Option<Self> {
        let program = Program::new(seed);
        let loader = InMemory::new().with("main.aqua", program.module());
        let compiled = compile(&loader, "main.aqua", &Options::default());
        let function = compiled
            .functions
            .iter()
            .find(|function| *function.name == *program.function)?;
        let peers = 2 + (seed % 5) as usize;
        let ids: Vec<PeerId> = (0..peers).map(|number| key(number).peer_id()).collect();
        let mut given: BTreeMap<String, Value> = program
            .arguments
            .iter()
            .map(|(name, value)| (name.clone(), with_ids(value, &ids)))
            .collect();
        given.insert("-relay-".to_owned(), ids[1].to_string().into());
        Some(Self {
            seed,
            peers,
            script: aqua_air::print(&function.script).into(),
            races: program.races,
            given,
            ids,
        })
    }

    /// A plan in which nothing goes wrong.
    pub fn plan(&self) -> Plan {
        let mut functions = standard();
        functions.register_fallback(Function::Embedder);
        let peers =
            (0..self.peers).map(|number| PeerPlan::new(key(number).seed(), Limits::default(), functions.clone()));
        let start = Start {
            at: MILLISECOND,
            peer: 0,
            script: self.script.clone(),
            ttl: TTL,
            functions: self.functions(),
        };
        Plan::calm(peers.collect(), vec![start])
    }

    /// What its particle brings along: reports of the result and of an error.
    pub fn functions(&self) -> BTreeMap<(String, String), Provided> {
        let provided =
            |service: &str, function: &str, tag| ((service.to_owned(), function.to_owned()), Provided::Report(tag));
        BTreeMap::from([
            provided("callbackSrv", "response", RESULT),
            provided("errorHandlingSrv", "error", ERROR),
        ])
    }

    /// What a service answers, on the peer with this number.
    pub fn answer(&self, peer: usize, call: &Call) -> CallResult {
        let request = CallRequest {
            service_id: call.service.clone(),
            function_name: call.function.clone(),
            arguments: call.arguments.clone(),
            tetraplets: Vec::new(),
        };
        let flat = answer(&self.given, &self.ids[peer].to_string(), &request);
        if flat.ret_code != 0 {
            return Err(CallError {
                code: flat.ret_code,
                message: flat.result.into(),
            });
        }
        Ok(aqua_values::Value::parse(&flat.result).expect("answers are JSON"))
    }
}

/// The key of a peer.
pub fn key(number: usize) -> KeyPair {
    KeyPair::from_seed([number as u8 + 1; 32])
}

/// The first result or error of a run; empty if there was none.
pub fn outcome(run: &Run) -> String {
    let first = run.outcomes[0].called.first();
    first.map_or_else(String::new, |(tag, arguments)| shown(*tag, arguments))
}

/// A report as text: of an error only its number, since texts name instructions and peers.
pub fn shown(tag: u32, arguments: &[aqua_values::Value]) -> String {
    if tag == RESULT {
        return format!("gives {}", aqua_values::Value::from(arguments));
    }
    let code = arguments.first().and_then(|error| error.get("error_code"));
    format!("error {}", code.map_or_else(String::new, ToString::to_string))
}

/// The value with `@1` replaced by the id of that peer; of peers that there aren't, by that of another one.
fn with_ids(value: &Value, ids: &[PeerId]) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('@').and_then(|number| number.parse::<usize>().ok()) {
            Some(number) => ids[number % ids.len()].to_string().into(),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| with_ids(item, ids)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), with_ids(value, ids)))
            .collect(),
        other => other.clone(),
    }
}

/// What many runs of many programs had as outcomes.
#[derive(Debug, Default)]
pub struct Sweep {
    /// How often each program had each outcome, by the program's seed.
    pub outcomes: BTreeMap<u64, BTreeMap<String, u64>>,
    /// The log of each run, by the program's seed and its own.
    pub logs: BTreeMap<(u64, u64), [u8; 32]>,
    /// How much happened in all runs.
    pub counts: Counts,
}

/// Which runs are made.
#[derive(Debug, Clone, Copy)]
pub struct Runs {
    /// Seeds of each program.
    pub seeds: u64,
    /// Whether things go wrong.
    pub faults: bool,
    /// Whether the last runs are made first.
    pub reversed: bool,
}

/// Runs each program under each seed, on all processors.
///
/// # Errors
/// A property of a peer that didn't hold, with the seeds of the program and of the run.
pub fn sweep(programs: &[SimulatedProgram], runs: Runs) -> Result<Sweep, String> {
    let all = programs.len() as u64 * runs.seeds;
    let (next, sweep, violation) = (AtomicU64::new(0), Mutex::new(Sweep::default()), Mutex::new(None));
    let threads = std::thread::available_parallelism().map_or(2, Into::into);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let count = next.fetch_add(1, Ordering::Relaxed);
                    if count >= all || lock(&violation).is_some() {
                        return;
                    }
                    let index = if runs.reversed { all - 1 - count } else { count };
                    let program = &programs[(index / runs.seeds) as usize];
                    let seed = index % runs.seeds;
                    match program.run(seed, runs.faults) {
                        Ok(run) => lock(&sweep).add(program.seed, seed, &run),
                        Err(error) => {
                            *lock(&violation) = Some(format!("program {}, seed {seed}: {error}", program.seed))
                        }
                    }
                }
            });
        }
    });
    match violation.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(violation) => Err(violation),
        None => Ok(sweep.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }
}

impl SimulatedProgram {
    /// One run.
    ///
    /// # Errors
    /// A property of a peer that didn't hold.
    pub fn run(&self, seed: u64, faults: bool) -> Result<Run, Violation> {
        let plan = if faults {
            let mut plan = self.plan().with_faults(seed, CALM);
            // A service that fails has its result changed, which is no mistake of a peer.
            plan.calls.failures = 0;
            plan
        } else {
            self.plan().with_disorder(seed)
        };
        run(&plan, &|peer: usize, call: &Call| self.answer(peer, call))
    }
}

impl Sweep {
    fn add(&mut self, program: u64, seed: u64, run: &Run) {
        *self
            .outcomes
            .entry(program)
            .or_default()
            .entry(outcome(run))
            .or_default() += 1;
        self.logs.insert((program, seed), run.log);
        let (counts, new) = (&mut self.counts, run.counts);
        counts.steps += new.steps;
        counts.calls += new.calls;
        counts.sends += new.sends;
        counts.drops += new.drops;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
