//! The published compiler as a process: `tests/peers/official-compiler`, asked by lines of JSON.

use crate::foreign;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// One running process. It ends when this is dropped.
#[derive(Debug)]
pub struct OfficialCompiler {
    process: Child,
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
}

/// What it makes of a program.
#[derive(Debug, Deserialize)]
pub struct Compiled {
    /// Its messages; none when it accepts the program.
    pub errors: Vec<String>,
    /// The script of each exported function.
    pub functions: BTreeMap<String, String>,
    /// How long it took, in milliseconds.
    pub ms: f64,
}

impl OfficialCompiler {
    /// Starts it.
    ///
    /// # Errors
    /// A sentence that says why there is none.
    pub fn start() -> Result<Self, String> {
        let folder = foreign::official_compiler()?;
        let mut process = Command::new("node")
            .arg(folder.join("compile.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("node: {error}"))?;
        let (requests, replies) = (process.stdin.take(), process.stdout.take());
        Ok(Self {
            process,
            requests,
            replies: BufReader::new(replies.expect("stdout is piped")),
        })
    }

    /// The number that the operating system knows it by.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Compiles a program; the request is described in the README of the folder.
    pub fn compile(&mut self, request: &Value) -> Compiled {
        let requests = self.requests.as_mut().expect("stdin is piped");
        writeln!(requests, "{request}").expect("the published compiler listens");
        requests.flush().expect("the published compiler listens");
        let mut line = String::new();
        self.replies
            .read_line(&mut line)
            .expect("the published compiler answers");
        serde_json::from_str(&line).expect("a reply")
    }
}

impl Drop for OfficialCompiler {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.requests.take());
        let _ = self.process.wait();
    }
}
