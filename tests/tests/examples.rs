//! The examples: run by real peers of one process, and by the official machine in a simulated network, with one result.
//!
//! In the simulation each peer has the key of a real one, and its builtins and services are that peer's own. Only the
//! machine is foreign.

use aqua_builtins::{World, no_result, standard, world};
use aqua_client::{Client, DEFAULT_TTL, LocalConfig, LocalNetwork, Service};
use aqua_node::{Call, NetworkContacts, Node, ScopeId};
use aqua_particle::{Header, Particle};
use aqua_peer::{Answer, Authority, Function, Monotonic, Now, Scope, Target, Transaction, View};
use aqua_project::{Program, ServiceContent, Settings};
use aqua_services::ServiceModules;
use aqua_tests::machine::{Machine, OurMachine};
use aqua_tests::official_vm::OfficialVm;
use aqua_tests::simulated_network::{Conditions, Peer, run};
use aqua_tests::{foreign, tree};
use aqua_values::Value;
use aqua_vm::CallRequest;
use aqua_vm::flat::FlatCallResult;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;

/// Orders of delivery that are tried.
const ORDERS: u64 = 5;

#[tokio::test(flavor = "multi_thread")]
async fn the_official_machine_gives_the_same_results() {
    if let Err(reason) = OfficialVm::start() {
        return foreign::skip("the_official_machine_gives_the_same_results", &reason);
    }
    let examples = tree::examples();
    assert!(examples.len() >= 4, "{examples:?}");
    for (name, _) in &examples {
        let example = Example::start(name).await;
        let expected = example.run().await;
        for seed in 0..ORDERS {
            let given = example.simulate(seed, &mut || Box::new(OfficialVm::start().expect("it started before")));
            assert_eq!(
                given, expected,
                "{name}, order {seed}: the official machine (left), real peers (right)"
            );
        }
        let given = example.simulate(0, &mut || Box::new(OurMachine::as_official()));
        assert_eq!(
            given, expected,
            "{name}: our machine in the simulation (left), real peers (right)"
        );
        example.stop().await;
    }
}

/// A compiled example with its peers.
struct Example {
    network: LocalNetwork,
    client: Client,
    script: String,
    arguments: Vec<(String, Value)>,
}

impl Example {
    async fn start(name: &str) -> Self {
        let program = Program::locate(&tree::at("examples").join(name)).expect("an example");
        let compiled = program.compile(&Settings::default()).expect("readable sources");
        let messages = aqua_render::terminal(&compiled.sources, &compiled.diagnostics, aqua_render::Colour::Off);
        assert!(compiled.diagnostics.is_empty(), "{messages}");
        let exported: Vec<_> = compiled
            .functions
            .iter()
            .map(|it| (it.name.as_str(), &*it.arrow))
            .collect();
        let invocation = program
            .invocation(&exported, None, &[])
            .expect("the manifest says what to run");
        let function = compiled
            .functions
            .iter()
            .find(|it| it.name == invocation.function)
            .expect("exported");

        let project = program.project.as_ref().expect("a manifest");
        let services = project.services().expect("readable services").into_iter();
        let services = services.map(|(service, content)| {
            let ServiceContent::Wasm(wasm) = content else {
                panic!("{} is a single file", service.name);
            };
            Service {
                modules: ServiceModules::of_file(&service.name, wasm),
                id: service.name,
                memory: None,
            }
        });
        let config = LocalConfig {
            services: services.collect(),
            ..LocalConfig::new(3)
        };
        let network = LocalNetwork::start(config).await.expect("peers on loopback");
        let client = network.client().await.expect("a client");
        Self {
            network,
            client,
            script: aqua_air::print(&function.script),
            arguments: invocation
                .arguments
                .into_iter()
                .map(|(name, value)| (name, value.into()))
                .collect(),
        }
    }

    /// Through real peers over loopback.
    async fn run(&self) -> Vec<Value> {
        self.client
            .run(self.script.as_str(), self.arguments.clone(), DEFAULT_TTL)
            .await
            .expect("a result")
    }

    /// Through a simulated network of the same peers.
    fn simulate(&self, seed: u64, machine: &mut dyn FnMut() -> Box<dyn Machine>) -> Vec<Value> {
        let real: Vec<&Node> = std::iter::once(self.client.node())
            .chain(self.network.nodes())
            .collect();
        let mut peers: Vec<Peer> = real.iter().map(|node| Peer::new(node.key().seed())).collect();
        let conditions = Conditions {
            seed,
            disorder: true,
            duplicates: 5,
            ..Conditions::default()
        };
        let mut services = |peer: &str, request: &CallRequest| {
            let node = real
                .iter()
                .find(|node| node.peer_id().to_string() == peer)
                .expect("one of the peers");
            tokio::task::block_in_place(|| Handle::current().block_on(self.answer(node, request)))
        };
        let history = run(&self.script, &mut peers, conditions, &mut services, &mut |_| machine());
        assert!(
            history.failures.is_empty() && history.strangers.is_empty() && !history.stopped,
            "{history:?}"
        );
        let responses = history.arguments("callbackSrv", "response");
        responses
            .first()
            .unwrap_or_else(|| panic!("no response: {history:?}"))
            .iter()
            .map(|value| value.clone().into())
            .collect()
    }

    /// What a real peer answers; the first one also as the client of the program.
    async fn answer(&self, node: &Node, request: &CallRequest) -> FlatCallResult {
        let (service, function) = (request.service_id.as_str(), request.function_name.as_str());
        let answer = match service {
            "getDataSrv" if function == "-relay-" => Ok(self.client.relay().to_string().into()),
            "getDataSrv" => {
                let argument = self.arguments.iter().find(|(name, _)| name == function);
                Ok(argument.expect("a parameter of the function").1.clone())
            }
            "callbackSrv" | "errorHandlingSrv" => Ok(no_result()),
            _ => self.peer_answer(node, request).await,
        };
        match answer {
            Ok(value) => FlatCallResult {
                ret_code: 0,
                result: value.to_string(),
            },
            Err(value) => FlatCallResult {
                ret_code: 1,
                result: value.to_string(),
            },
        }
    }

    async fn peer_answer(&self, node: &Node, request: &CallRequest) -> Result<Value, Value> {
        let (service, function) = (&request.service_id, &request.function_name);
        if let Some(builtin) = standard().find(service, function) {
            let now = Now {
                monotonic: Monotonic(0),
                unix_ms: 1_700_000_000_000,
            };
            let key = self.client.node().key();
            let particle = Particle::sign(key, "simulated", now.unix_ms, 60_000, self.script.as_str());
            let scope = Scope::new(ScopeId::HOST, node.key().clone());
            let call = Call {
                scope: scope.id,
                peer: scope.peer.clone(),
                target: Target::Core,
                service: service.clone(),
                function: function.clone(),
                arguments: request.arguments.clone(),
                tetraplets: request.tetraplets.clone(),
                particle: Arc::new(Header::split(particle).0),
                authority: Authority::Other,
                deadline: now.monotonic,
            };
            let answer = match builtin {
                Function::Pure(answer) => answer(&call),
                Function::Local(answer) => {
                    let view = View {
                        now,
                        scope: &scope,
                        scopes: &BTreeMap::new(),
                    };
                    match answer(&view, &call) {
                        Answer::Now(result) | Answer::At(_, result) | Answer::Printed(_, result) => result,
                    }
                }
                Function::World => {
                    let world = World {
                        contacts: &NetworkContacts(node.network()),
                        modules: None,
                        vault: None,
                    };
                    world::answer(world, &call).await
                }
                Function::Stateful(answer) => answer(&mut Transaction::over(&scope), &call),
                Function::Create(_) | Function::Embedder => panic!("no example calls such a function"),
            };
            return answer.map_err(|error| Value::parse(&error.message).expect("errors are JSON"));
        }
        let host = node.services().filter(|host| host.interface(service).is_some());
        let Some(host) = host else {
            return Err(format!("Service with id '{service}' not found (function {function})").into());
        };
        let answer = host
            .call(aqua_services::Call::new(
                service,
                function,
                request.arguments.clone(),
                Duration::from_secs(10),
            ))
            .await;
        answer.map_err(|error| error.to_string().into())
    }

    async fn stop(self) {
        self.client.shutdown().await;
        self.network.shutdown().await;
    }
}
