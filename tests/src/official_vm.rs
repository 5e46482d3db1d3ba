//! The official VM as a process with requests and replies as lines of JSON: version 0.64.1 (`tests/peers/official-vm`, built
//! once) or 0.62.0 (`tests/peers/official-vm-0.62`, in Node).

use crate::foreign;
use crate::machine::{CRASH, Invocation, Machine, Reply};
use aqua_vm::{CallRequest, LimitFlags, Tetraplets};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// One running process. It ends when this is dropped.
#[derive(Debug)]
pub struct OfficialVm {
    process: Child,
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
}

impl OfficialVm {
    /// Starts version 0.64.1; builds it if it isn't built yet.
    ///
    /// # Errors
    /// The reason why it can't be started.
    pub fn start() -> Result<Self, String> {
        Self::spawn(&mut Command::new(foreign::official_vm()?))
    }

    /// Starts version 0.62.0, which the official JS client uses.
    ///
    /// # Errors
    /// The reason why it can't be started: no npm, no Node, or npm failed.
    pub fn start_older() -> Result<Self, String> {
        let home = foreign::official_vm_0_62()?;
        Self::spawn(Command::new("node").arg("serve.mjs").current_dir(home))
    }

    fn spawn(command: &mut Command) -> Result<Self, String> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
        let (requests, replies) = (process.stdin.take(), process.stdout.take());
        Ok(Self {
            process,
            requests,
            replies: BufReader::new(replies.expect("stdout is piped")),
        })
    }

    /// The request for a run.
    pub fn request(invocation: &Invocation<'_>) -> Value {
        let results: BTreeMap<_, _> = invocation
            .call_results
            .iter()
            .map(|(id, result)| {
                (
                    id.to_string(),
                    json!({"ret_code": result.ret_code, "result": result.result}),
                )
            })
            .collect();
        json!({
            "air": invocation.air,
            "prev_data": STANDARD.encode(invocation.prev_data),
            "data": STANDARD.encode(invocation.data),
            "params": {
                "init_peer_id": invocation.particle.init_peer_id,
                "current_peer_id": invocation.current_peer_id,
                "timestamp": invocation.particle.timestamp,
                "ttl": invocation.particle.ttl,
                "key_format": 0,
                "secret_key": STANDARD.encode(invocation.seed),
                "particle_id": invocation.particle.id,
            },
            "call_results": results,
        })
    }

    /// The id of its process.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Repeats a run inside the process and returns the costs.
    ///
    /// # Errors
    /// The message, if the VM crashed or ended with an error.
    pub fn timed(&mut self, invocation: &Invocation<'_>, repeat: usize) -> Result<Timed, String> {
        let mut request = Self::request(invocation);
        request["repeat"] = repeat.into();
        let answer: AnswerLine = self.ask(&request).map_err(|error| error.to_string())?;
        match answer.timed {
            Some(timed) if answer.ret_code == 0 => Ok(timed),
            _ => Err(format!("{}: {}", answer.ret_code, answer.error_message)),
        }
    }

    /// Runs a request like that of [`request`](Self::request), which may have further fields.
    ///
    /// # Panics
    /// If there is no reply or the request is invalid.
    pub fn run(&mut self, request: &Value) -> Reply {
        let answer: AnswerLine = self.ask(request).expect("the official VM replies");
        assert_ne!(answer.failure.as_deref(), Some("request"), "{}", answer.error_message);
        let requests = answer.call_requests.into_iter().map(|(id, request)| {
            let id = id.parse().expect("call ids are numbers");
            (id, request.into())
        });
        let soft_limits = answer.soft_limits.unwrap_or_default();
        Reply {
            ret_code: if answer.failure.is_some() {
                CRASH
            } else {
                answer.ret_code
            },
            error_message: answer.error_message,
            data: STANDARD.decode(answer.data).expect("data is base64"),
            next_peers: answer.next_peers,
            call_requests: requests.collect(),
            flags: LimitFlags {
                air_size_exceeded: soft_limits.air_size_limit_exceeded,
                particle_size_exceeded: soft_limits.particle_size_limit_exceeded,
                call_result_size_exceeded: soft_limits.call_result_size_limit_exceeded,
            },
        }
    }

    /// The reply to a request as JSON.
    pub fn answer(&mut self, request: &Value) -> Value {
        self.ask(request).expect("the official VM replies")
    }

    /// Sends one line and reads one.
    fn ask<T: DeserializeOwned>(&mut self, request: &Value) -> std::io::Result<T> {
        let requests = self.requests.as_mut().expect("stdin is piped");
        // Written at once: serialising into the pipe would write each word separately.
        requests.write_all(format!("{request}\n").as_bytes())?;
        requests.flush()?;
        let mut line = String::new();
        self.replies.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Machine for OfficialVm {
    fn invoke(&mut self, invocation: &Invocation<'_>) -> Reply {
        self.run(&Self::request(invocation))
    }
}

impl Drop for OfficialVm {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.requests.take());
        let _ = self.process.wait();
    }
}

/// The costs of runs in nanoseconds, without reading the request and writing the reply.
#[derive(Debug, Clone, Deserialize)]
pub struct Timed {
    /// Processor time: of the thread for version 0.64.1, of the process for 0.62.0.
    pub cpu_ns: Vec<u64>,
    /// Wall time.
    pub wall_ns: Vec<u64>,
}

#[derive(Debug, Deserialize)]
struct AnswerLine {
    ret_code: i64,
    error_message: String,
    failure: Option<String>,
    data: String,
    next_peers: Vec<String>,
    call_requests: BTreeMap<String, RequestLine>,
    soft_limits: Option<SoftLimits>,
    timed: Option<Timed>,
}

#[derive(Debug, Deserialize)]
struct RequestLine {
    service_id: String,
    function_name: String,
    arguments: Vec<aqua_values::Value>,
    tetraplets: Vec<Tetraplets>,
}

#[derive(Debug, Default, Deserialize)]
struct SoftLimits {
    air_size_limit_exceeded: bool,
    particle_size_limit_exceeded: bool,
    call_result_size_limit_exceeded: bool,
}

impl From<RequestLine> for CallRequest {
    fn from(line: RequestLine) -> Self {
        Self {
            service_id: line.service_id.into(),
            function_name: line.function_name.into(),
            arguments: line.arguments,
            tetraplets: line.tetraplets,
        }
    }
}
