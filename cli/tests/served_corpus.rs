//! The conformance corpus with every run made twice: in this process, and by `aqua air serve`.

use aqua_tests::machine::{Invocation, Machine as _, OurMachine, Reply};
use aqua_tests::official_vm::OfficialVm;
use aqua_tests::simulated_network::{Conditions, peers, run_with};
use aqua_tests::{air_programs, corpus};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Generated programs that run besides the corpus.
const PROGRAMS: u64 = 100;

struct Served {
    process: Child,
    requests: ChildStdin,
    replies: BufReader<ChildStdout>,
}

impl Served {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_aqua"))
            .args(["air", "serve"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        Self {
            requests: process.stdin.take().expect("piped"),
            replies: BufReader::new(process.stdout.take().expect("piped")),
            process,
        }
    }

    fn reply(&mut self, request: &Value) -> Value {
        writeln!(self.requests, "{request}").expect("it listens");
        let mut line = String::new();
        self.replies.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).expect("a reply is JSON")
    }

    fn end(mut self) {
        drop(self.requests);
        assert!(self.process.wait().expect("it ends with its input").success());
    }
}

/// A reply as a line has it.
fn line(reply: &Reply) -> Value {
    let requests = reply.call_requests.iter().map(|(id, request)| {
        let fields = json!({
            "service_id": request.service_id,
            "function_name": request.function_name,
            "arguments": request.arguments,
            "tetraplets": request.tetraplets,
        });
        (id.to_string(), fields)
    });
    json!({
        "ret_code": reply.ret_code,
        "error_message": reply.error_message,
        "data": STANDARD.encode(&reply.data),
        "next_peers": reply.next_peers,
        "call_requests": requests.collect::<serde_json::Map<_, _>>(),
        "soft_limits": {
            "air_size_limit_exceeded": reply.flags.air_size_exceeded,
            "particle_size_limit_exceeded": reply.flags.particle_size_exceeded,
            "call_result_size_limit_exceeded": reply.flags.call_result_size_exceeded,
        },
    })
}

#[test]
fn the_process_says_what_the_library_says() {
    let ids: Vec<String> = peers(4).into_iter().map(|peer| peer.id).collect();
    let written = corpus::scripts().into_iter().flat_map(|(name, air)| {
        let conditions = (0..4).map(Conditions::rough).chain([Conditions::default()]);
        conditions.map(move |it| (name.to_owned(), air.clone(), it))
    });
    let generated = (0..PROGRAMS).map(|seed| {
        let air = air_programs::program(seed, &ids);
        (format!("program {seed}"), air, Conditions::rough(seed))
    });

    let (mut served, mut runs, mut failures) = (Served::start(), 0, 0);
    for (name, air, conditions) in written.chain(generated) {
        for (rule, mut ours) in [
            ("every_entry", OurMachine::default()),
            ("last_of_each_key", OurMachine::as_official()),
        ] {
            let mut invoke = |_: usize, invocation: &Invocation<'_>| {
                let reply = ours.invoke(invocation);
                let mut request = OfficialVm::request(invocation);
                request["params"]["canon_map_fold"] = rule.into();
                assert_eq!(served.reply(&request), line(&reply), "{name}: {request}");
                runs += 1;
                failures += usize::from(reply.ret_code != 0);
                reply
            };
            let mut services = |peer: &str, request: &_| air_programs::answer(peer, request);
            run_with(&air, &mut peers(4), conditions, &mut services, &mut invoke);
        }
    }
    served.end();
    assert!(runs > 2000 && failures > 100, "{runs} runs, {failures} failures");
}
