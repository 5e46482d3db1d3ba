//! The workload for profile-guided optimisation: `aqua-bench train`, run by `cargo xtask release` on an instrumented build.
//!
//! The workload covers everything that users wait for: compiling, parsing scripts, VM steps over arriving data and over states in
//! memory, a node. It does not contain any measured input, so that the measurements are not biased.

use anyhow::{Context as _, Result, ensure};
use aqua_client::{DEFAULT_TTL, LocalConfig, LocalNetwork};
use aqua_compiler::{InMemory, Options, compile};
use aqua_keys::KeyPair;
use aqua_tests::machine::{Invocation, Machine, OurMachine, Reply};
use aqua_tests::simulated_network::{Conditions, Peer, Services, call_results, peers, run_with};
use aqua_tests::{air_programs, aqua_generator};
use aqua_vm::flat::FlatCallResult;
use aqua_vm::{Limits, Params, Program, State, step};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The default number of generated programs of each language. A larger number has no measurable effect.
pub(crate) const PROGRAMS: u64 = 300;

/// Runs the workload with `programs` generated programs of each language.
pub(crate) fn train(programs: u64) -> Result<()> {
    let mut scripts = Vec::new();
    for seed in 0..programs {
        scripts.push(air(seed)?);
        scripts.push(aqua(seed)?);
    }
    long_scripts(&scripts);
    for items in [5, 20, 80] {
        for script in LISTS {
            list(script, items)?;
        }
    }
    node(programs)
}

/// Runs a generated AIR program: all instructions, and most kinds of errors.
fn air(seed: u64) -> Result<String> {
    let network = || peers(2 + (seed % 5) as u8);
    let ids: Vec<String> = network().into_iter().map(|peer| peer.id).collect();
    let script = air_programs::program(seed, &ids);
    travel(&script, network, Conditions::rough(seed), &mut air_programs::answer)?;
    Ok(script)
}

/// Compiles a generated Aqua program and runs its script.
fn aqua(seed: u64) -> Result<String> {
    let program = aqua_generator::Program::new(seed);
    let sources = InMemory::new().with("main.aqua", program.module());
    let compilation = compile(&sources, "main.aqua", &Options::default());
    let function = compilation.functions.first().context("an exported function")?;
    let network = || peers(aqua_generator::PEERS);
    let mut given = program.arguments;
    given.insert("-relay-".to_owned(), json!(network()[1].id));
    let answer = &mut |peer: &str, request: &_| aqua_generator::answer(&given, peer, request);
    let script = aqua_air::print(&function.script);
    travel(&script, network, Conditions::rough(seed), answer)?;
    Ok(script)
}

/// Parses many scripts as one long script, repeatedly: most of the cost of a long script is parsing.
fn long_scripts(scripts: &[String]) {
    for together in scripts.chunks(50) {
        let long = together
            .iter()
            .fold("(null)".to_owned(), |rest, script| format!("(par {script} {rest})"));
        for _ in 0..10 {
            // The scripts share names, so the result may be invalid; that is detected after parsing.
            let _ = std::hint::black_box(Program::from_air(&long));
        }
    }
}

/// Scripts that process a list. `"{other}"` is the id of a second peer.
const LISTS: [&str; 3] = [
    // Calls a service for each item in parallel and collects the results.
    r#"(seq
 (call %init_peer_id% ("client" "list") [] list)
 (seq
  (seq
   (fold list item
    (par
     (seq (call "{other}" ("store" "get") [item list] got) (ap got $found))
     (next item)))
   (seq (canon "{other}" $found #found) (call "{other}" ("store" "count") [#found.length] count)))
  (call %init_peer_id% ("client" "done") [#found count])))"#,
    // Inserts items into a map and reads it.
    r#"(seq
 (call %init_peer_id% ("client" "list") [] list)
 (seq
  (fold list item
   (seq (seq (ap (item list) %sorted) (ap ("all" item) %sorted)) (next item)))
  (seq
   (seq (canon "{other}" %sorted #%sorted) (canon "{other}" %sorted plain))
   (seq
    (fold #%sorted pair (seq (ap pair.$.key $keys) (next pair)))
    (seq
     (canon "{other}" $keys #keys)
     (call %init_peer_id% ("client" "done") [plain #%sorted.$.all #keys]))))))"#,
    // Selects one item of the list, with error handling.
    r#"(seq
 (call %init_peer_id% ("client" "list") [] list)
 (seq
  (fold list item
   (seq
    (xor
     (match item list.$.[0] (seq (call %init_peer_id% ("client" "pick") [item] picked) (ap picked $picked)))
     (ap item $left))
    (next item)))
  (xor
   (seq (call "{other}" ("store" "put") [list.$.[0] list] stored) (call %init_peer_id% ("client" "done") [stored]))
   (call %init_peer_id% ("client" "failed") [:error:]))))"#,
];

fn list(script: &str, items: usize) -> Result<()> {
    let network = || peers(2);
    let script = script.replace("{other}", &network()[1].id);
    let texts: Value = (0..items).map(|at| json!(format!("item {at}"))).collect();
    let answer = &mut |_: &str, request: &aqua_vm::CallRequest| {
        let first = request.arguments.first().cloned();
        let value = if request.function_name == "list" {
            texts.clone()
        } else {
            json!({"value": first, "at": items})
        };
        FlatCallResult {
            ret_code: 0,
            result: value.to_string(),
        }
    };
    let conditions = Conditions {
        most_runs: 1000,
        ..Conditions::default()
    };
    let done = travel(&script, network, conditions, answer)?;
    ensure!(done == 2, "the script did not complete for a list of {items}: {script}");
    Ok(())
}

/// Runs a script with VMs that get all data as bytes, then with VMs that keep states in memory. Returns how many of the runs reached
/// a call of `client done`.
fn travel(
    air: &str,
    network: impl Fn() -> Vec<Peer>,
    conditions: Conditions,
    answer: &mut Services<'_>,
) -> Result<usize> {
    let limits = Limits {
        run_size: 1 << 20,
        ..Limits::default()
    };
    let mut cold = OurMachine {
        limits,
        ..OurMachine::default()
    };
    let mut warm = Warm {
        limits,
        program: Program::from_air(air)?,
        states: BTreeMap::new(),
    };
    let machines: [&mut dyn Machine; 2] = [&mut cold, &mut warm];
    let done = machines.map(|machine| {
        let run = &mut |_, invocation: &Invocation<'_>| machine.invoke(invocation);
        let history = run_with(air, &mut network(), conditions, answer, run);
        history.arguments("client", "done").len()
    });
    Ok(done.into_iter().sum())
}

/// The VM as a node uses it: the script is parsed once, and each peer keeps its state.
struct Warm {
    limits: Limits,
    program: Program,
    states: BTreeMap<String, State>,
}

impl Machine for Warm {
    fn invoke(&mut self, invocation: &Invocation<'_>) -> Reply {
        let particle = invocation.particle;
        let key = KeyPair::from_seed(invocation.seed);
        let mut params = Params::new(&*particle.id, &*particle.init_peer_id, key);
        (params.timestamp, params.ttl, params.limits) = (particle.timestamp, particle.ttl, self.limits);
        let state = self.states.entry(invocation.current_peer_id.to_owned()).or_default();
        let outcome = step(
            &self.program,
            state,
            invocation.data,
            &call_results(invocation.call_results),
            &params,
        );
        let data = if outcome.next_peers.is_empty() {
            Vec::new()
        } else {
            outcome.state.encode()
        };
        let (ret_code, error_message) = (outcome.code(), outcome.message().to_owned());
        *state = outcome.state;
        Reply {
            ret_code,
            error_message,
            data,
            next_peers: outcome.next_peers,
            call_requests: outcome.call_requests,
            flags: outcome.flags,
        }
    }
}

/// A client calls a service on its relay.
fn node(times: u64) -> Result<()> {
    const ASK: &str = r#"(xor
 (seq
  (seq (call %init_peer_id% ("getDataSrv" "-relay-") [] relay) (call relay ("peer" "timestamp_sec") [] time))
  (seq (call relay ("op" "array") [time "now"] both) (call %init_peer_id% ("callbackSrv" "response") [both])))
 (call %init_peer_id% ("errorHandlingSrv" "error") [:error:]))"#;
    tokio::runtime::Runtime::new()?.block_on(async {
        let network = LocalNetwork::start(LocalConfig::new(1)).await?;
        let client = network.client().await?;
        for _ in 0..times {
            client.run(ASK, [], DEFAULT_TTL).await?;
        }
        client.shutdown().await;
        network.shutdown().await;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn training_comes_to_its_end() {
        super::train(2).expect("all of it runs");
    }
}
