//! Generated Aqua programs in simulated networks: one value in any order of events, never a wrong one with faults, and the same
//! values as on real peers over loopback.

use aqua_keys::PeerId;
use aqua_node::{Call, Config, Handlers, Node, Report, ScopeId, Submission};
use aqua_tests::simulated_comparison::{Outcomes, compare};
use aqua_tests::simulated_programs::{Runs, SimulatedProgram, Sweep, key, shown, sweep};
use aqua_tests::suite::Seeds;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How many programs a full run has. Those that our compiler refuses do not count.
const PROGRAMS: u64 = 200;

/// Seeds of each program.
const SEEDS: u64 = 50;

fn programs() -> Vec<SimulatedProgram> {
    let seeds = Seeds::of(PROGRAMS);
    (seeds.first()..)
        .filter_map(SimulatedProgram::generated)
        .take(seeds.count() as usize)
        .collect()
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
fn faults_lead_to_no_other_outcome() {
    let programs = programs();
    let calm = swept(&programs, false, false);
    let stormy = swept(&programs, true, false);
    let compared = compare(&programs, &calm, &stormy, SEEDS).unwrap_or_else(|difference| panic!("{difference}"));
    println!("{:?}, with faults {:?}; {compared:?}", calm.counts, stormy.counts);
    assert!(compared.right > compared.none && compared.none > 0, "{compared:?}");
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
    let (mut compared, mut racing) = (0, 0);
    for program in &programs {
        let expected = &calm.outcomes[&program.seed];
        // What never ends in the simulator would have to be waited for here.
        if expected.contains_key("") {
            continue;
        }
        *current.lock().unwrap_or_else(PoisonError::into_inner) = Some(program.clone());
        let given = first_report(&nodes[0], program).await;
        let mut outcomes = Outcomes::new(program, expected.clone(), SEEDS);
        let is_possible = tokio::task::block_in_place(|| outcomes.have(&given));
        assert!(
            is_possible.unwrap_or_else(|violation| panic!("{violation}")),
            "program {}: {given} on real peers, {expected:?}",
            program.seed
        );
        compared += 1;
        racing += usize::from(outcomes.race());
    }
    println!("{compared} programs have an outcome of the simulator on real peers, {racing} of them race");
    assert!(compared > programs.len() / 2, "{compared}");
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
