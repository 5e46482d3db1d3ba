//! A particle that moves between two scopes of one peer: the official VM accepts what both of them signed.

use aqua_keys::KeyPair;
use aqua_particle::Header;
use aqua_peer::{
    Answer, Config, Effect, Function, Functions, Input, Nanos, Now, Peer, Scope, ScopeId, Submission, SubmissionId,
};
use aqua_storage::Page;
use aqua_tests::foreign;
use aqua_tests::machine::{Invocation, Machine as _, Particle};
use aqua_tests::official_vm::OfficialVm;
use aqua_values::Value;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;

#[test]
fn the_official_vm_accepts_data_of_two_scopes() {
    let mut official = match OfficialVm::start() {
        Ok(machine) => machine,
        Err(reason) => return foreign::skip("the_official_vm_accepts_data_of_two_scopes", &reason),
    };
    let (host, worker, far) = (scope(0, 1), scope(1, 2), KeyPair::from_seed([3; 32]));
    let script = format!(
        r#"(seq (call "{0}" ("who" "am_i") [] a)
           (seq (call "{1}" ("who" "am_i") [] b)
           (seq (call "{0}" ("who" "am_i") [] c)
                (call "{2}" ("op" "identity") [c] d))))"#,
        host.peer,
        worker.peer,
        far.peer_id()
    );
    let init_peer_id = host.peer.to_string();
    let frames = run(vec![host, worker], &script);
    assert_eq!(frames.len(), 1, "only the far peer is reached through the network");
    let (header, data) = &frames[0];
    let reply = official.invoke(&Invocation {
        air: &script,
        prev_data: &[],
        data,
        particle: &Particle {
            id: header.id.clone(),
            init_peer_id,
            timestamp: header.timestamp,
            ttl: header.ttl,
        },
        current_peer_id: &far.peer_id().to_string(),
        seed: far.seed(),
        call_results: &BTreeMap::new(),
    });
    assert_eq!((reply.ret_code, reply.error_message.as_str()), (0, ""));
    assert_eq!(reply.call_requests.len(), 1);
}

fn scope(id: u64, seed: u8) -> Scope {
    let mut functions = Functions::default();
    let who = Function::Local(|view, _| Answer::Now(Ok(Value::from(view.scope.peer.to_string()))));
    functions.register("who", "am_i", who);
    Scope {
        functions,
        ..Scope::new(ScopeId(id), KeyPair::from_seed([seed; 32]))
    }
}

/// Runs a script on a peer with these scopes and returns the frames that it sends.
fn run(scopes: Vec<Scope>, script: &str) -> Vec<(Arc<Header>, Bytes)> {
    let mut peer = Peer::new(Config::new(scopes), [9; 32]);
    let now = Now {
        unix_ms: 1_700_000_000_000,
        ..Now::default()
    };
    let request = Submission {
        scope: ScopeId::HOST,
        script: script.into(),
        ttl: 10_000,
        functions: BTreeMap::new(),
    };
    let submission = SubmissionId(1);
    let mut start = Some(Input::Submit { submission, request });
    let mut frames = Vec::new();
    while let Some(effect) = peer.poll_effect() {
        match effect {
            Effect::Read { read, .. } => {
                let page = Ok(Page::default());
                peer.handle(now, Input::Records { read, page });
            }
            Effect::Ready => peer.handle(now, start.take().expect("a peer is ready once")),
            Effect::Run { job, work } => {
                let (result, cpu) = (Ok(work.run()), Nanos(0));
                peer.handle(now, Input::JobFinished { job, result, cpu });
            }
            Effect::Send { header, data, .. } => frames.push((header, data)),
            _ => {}
        }
    }
    frames
}
