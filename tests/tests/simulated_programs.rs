//! Generated Aqua programs in simulated networks: one value in any order of events, never a wrong one with faults, and the same
//! values as on real peers over loopback.

use aqua_keys::PeerId;
use aqua_node::{Call, Config, Handlers, Node, Report, ScopeId, Submission};
use aqua_tests::simulated_programs::{Runs, SimulatedProgram, Sweep, key, shown, sweep};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How many programs are run here. `cargo xtask bench simulator` runs 200.
const PROGRAMS: usize = 20;

/// Seeds of each program.
const SEEDS: u64 = 50;

fn programs() -> Vec<SimulatedProgram> {
    (0..).filter_map(SimulatedProgram::generated).take(PROGRAMS).collect()
}

fn swept(programs: &[SimulatedProgram], faults: bool, reversed: bool) -> Sweep {
    let runs = Runs {
        seeds: SEEDS,
        faults,
        reversed,
    };
    sweep(programs, runs).unwrap_or_else(|violation| panic!("{violation}"))
}

#[test]
fn programs_that_do_not_race_have_one_value_and_faults_make_no_other() {
    let programs = programs();
    let calm = swept(&programs, false, false);
    let stormy = swept(&programs, true, false);
    let (mut values, mut none) = (0, 0);
    for program in programs.iter().filter(|program| !program.races) {
        let expected = &calm.outcomes[&program.seed];
        assert_eq!(expected.len(), 1, "program {}: {expected:?}", program.seed);
        for (outcome, count) in &stormy.outcomes[&program.seed] {
            if expected.contains_key(outcome) {
                values += count;
            } else if outcome.is_empty() {
                none += count;
            } else {
                panic!("program {}: {outcome} instead of {expected:?}", program.seed);
            }
        }
    }
    println!("{:?}, with faults {:?}", calm.counts, stormy.counts);
    println!("with faults {values} runs have their value, {none} none");
    assert!(values > none && none > 0, "{values} {none}");
}

#[test]
fn a_run_has_the_same_log_on_another_thread_and_in_another_order() {
    let programs = &programs()[..5];
    let logs = |reversed| swept(programs, true, reversed).logs;
    assert_eq!(logs(false), logs(true));
}

/// Calls of a network of real peers are answered for this program.
type Current = Arc<Mutex<Option<SimulatedProgram>>>;

#[tokio::test(flavor = "multi_thread")]
async fn real_peers_give_the_same_values() {
    let programs = programs();
    let calm = tokio::task::block_in_place(|| swept(&programs, false, false));
    let current = Current::default();
    let nodes = network(6, &current).await;
    let mut compared = 0;
    for program in programs {
        let expected = &calm.outcomes[&program.seed];
        // What never ends in the simulator would have to be waited for here.
        if expected.contains_key("") {
            continue;
        }
        *current.lock().unwrap_or_else(PoisonError::into_inner) = Some(program.clone());
        let given = first_report(&nodes[0], &program).await;
        assert!(
            expected.contains_key(&given),
            "program {}: {given} on real peers, {expected:?}",
            program.seed
        );
        compared += 1;
    }
    println!("{compared} programs have the same value on real peers");
    assert!(compared > PROGRAMS / 2, "{compared}");
    for node in nodes {
        node.shutdown().await;
    }
}

/// Peers with the keys of the simulated ones, all connected with each other.
async fn network(peers: usize, current: &Current) -> Vec<Node> {
    let ids: Vec<PeerId> = (0..peers).map(|number| key(number).peer_id()).collect();
    let mut functions = Handlers::default();
    let current = current.clone();
    functions.register_fallback(move |call: Call| {
        let program = current.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let peer = ids.iter().position(|id| *id == call.peer).expect("one of the peers");
        async move { program.expect("a program runs").answer(peer, &call) }
    });
    let mut nodes: Vec<Node> = Vec::new();
    for number in 0..peers {
        let mut network = aqua_network::Config::new(key(number));
        network.listen = vec!["/ip4/127.0.0.1/tcp/0".parse().expect("an address")];
        let config = Config {
            functions: functions.clone(),
            ..Config::new(network)
        };
        let node = Node::start(config).await.expect("a peer on loopback");
        for other in &nodes {
            let address = other.listen_addresses().await.remove(0);
            node.network().connect(address).await.expect("it listens");
        }
        nodes.push(node);
    }
    nodes
}

async fn first_report(node: &Node, program: &SimulatedProgram) -> String {
    let request = Submission {
        scope: ScopeId::HOST,
        script: program.script.clone(),
        ttl: 60_000,
        functions: program.functions(),
    };
    let mut reports = node.submit(request, Handlers::default());
    let first = async {
        while let Some(report) = reports.recv().await {
            if let Report::Called { tag, arguments } = report {
                return shown(tag, &arguments);
            }
        }
        String::new()
    };
    tokio::time::timeout(Duration::from_secs(60), first)
        .await
        .unwrap_or_default()
}
