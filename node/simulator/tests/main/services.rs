//! Services that particles create, name and remove, while peers crash.

use crate::faults::report_with;
use crate::workload::{CALM, PEERS, id};
use aqua_builtins::standard;
use aqua_peer::{Call, Limits, Provided, failure};
use aqua_simulator::{DELETED, MILLISECOND, PeerPlan, Plan, STORED, Start, Time, run};
use aqua_vm::CallResult;
use std::collections::BTreeMap;

/// How many seeds are tried.
const SEEDS: u64 = 300;

/// Reports of errors, and of the end of a script.
const ERROR: u32 = 1;
const DONE: u32 = 2;

/// The content id of a blueprint. No peer of the simulator reads it.
const BLUEPRINT: &str = "bafkreifdehdwcppttfsqaju4kodgn5wgbefrarbzc72k4sore2bwpeq2fa";

/// A plan in which nothing goes wrong.
pub(crate) fn plan() -> Plan {
    let peers = (0..PEERS)
        .map(|number| PeerPlan::new([number + 1; 32], Limits::default(), standard()))
        .collect();
    let starts = (0..8)
        .map(|number| start(number, u64::from(number) * 500 * MILLISECOND))
        .collect();
    Plan::calm(peers, starts)
}

/// Nothing is called outside of the cores.
pub(crate) fn answer(_: usize, call: &Call) -> CallResult {
    Err(failure(format!("no function {}", call.function)))
}

/// Creates a service, gives it a name that other services of the peer have had, and looks it up; every other one is removed.
fn start(number: u8, at: Time) -> Start {
    let peer = usize::from(number % PEERS);
    let me = id(number % PEERS);
    let removal = match number / PEERS % 2 {
        0 => "(null)".to_owned(),
        _ => format!(
            r#"(seq (call "{me}" ("srv" "remove") [service])
               (seq (call "{me}" ("callbackSrv" "deleted") [key])
                    (xor (seq (call "{me}" ("srv" "info") [service])
                              (call "{me}" ("errorHandlingSrv" "error") ["it is still there"]))
                         (null))))"#
        ),
    };
    let script = format!(
        r#"(xor
            (seq (call "{me}" ("srv" "create") ["{BLUEPRINT}"] service)
            (seq (call "{me}" ("op" "concat_strings") ["service/{me}/" service] key)
            (seq (call "{me}" ("callbackSrv" "stored") [key])
            (seq (call "{me}" ("srv" "add_alias") ["name" service])
            (seq (call "{me}" ("srv" "resolve_alias") ["name"] found)
            (seq {removal}
                 (call "{me}" ("callbackSrv" "done") [])))))))
            (call "{me}" ("errorHandlingSrv" "error") [:error:.$.message]))"#
    );
    let provided =
        |service: &str, function: &str, tag| ((service.to_owned(), function.to_owned()), Provided::Report(tag));
    Start {
        at,
        peer,
        script: script.into(),
        ttl: 6000,
        functions: BTreeMap::from([
            provided("callbackSrv", "stored", STORED),
            provided("callbackSrv", "deleted", DELETED),
            provided("callbackSrv", "done", DONE),
            provided("errorHandlingSrv", "error", ERROR),
        ]),
    }
}

#[test]
fn without_faults_all_services_are_created() {
    for seed in 0..20 {
        let run =
            run(&plan().with_disorder(seed), &answer).unwrap_or_else(|violation| panic!("seed {seed}: {violation}"));
        for (start, outcome) in run.outcomes.iter().enumerate() {
            let tags: Vec<u32> = outcome.called.iter().map(|(tag, _)| *tag).collect();
            let is_removed = start >= usize::from(PEERS);
            let expected: &[u32] = if is_removed {
                &[STORED, DELETED, DONE]
            } else {
                &[STORED, DONE]
            };
            assert_eq!(tags, expected, "seed {seed}, start {start}: {:?}", outcome.called);
        }
    }
}

/// What is answered is durable, and after a crash the core, the disk and the host agree on the services.
#[test]
fn faults_lose_no_service_that_was_acknowledged() {
    let (mut done, mut failed, mut lost) = (0, 0, 0);
    for seed in 0..SEEDS {
        let plan = plan().with_faults(seed, CALM);
        let Ok(run) = run(&plan, &answer) else {
            panic!("seed {seed}: {}", report_with(&plan, &answer))
        };
        for outcome in &run.outcomes {
            match outcome.called.last().map(|(tag, _)| *tag) {
                Some(DONE) => done += 1,
                Some(ERROR) => failed += 1,
                _ => lost += 1,
            }
        }
    }
    println!("{done} scripts were completed, {failed} failed, {lost} were interrupted");
    assert!(done > failed && failed > 0 && lost > 0, "{done} {failed} {lost}");
}
