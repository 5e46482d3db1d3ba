//! The published compiler as a process (`tests/peers/official-compiler`) with requests and replies as lines of JSON.

use crate::{foreign, tree};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// One running process. It ends when this is dropped.
#[derive(Debug)]
pub struct OfficialCompiler {
    process: Child,
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
    /// Identifies this version in the cache.
    version: Value,
}

/// The result of a compilation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compiled {
    /// The error messages; empty if the program is valid.
    pub errors: Vec<String>,
    /// The script of each exported function.
    pub functions: BTreeMap<String, String>,
    /// The generated modules, for the target `ts`.
    #[serde(default)]
    pub generated: Vec<GeneratedModule>,
    /// The compile time in milliseconds.
    pub ms: f64,
}

/// A generated module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneratedModule {
    /// Its text in TypeScript.
    #[serde(rename = "tsSource")]
    pub typescript: String,
}

impl OfficialCompiler {
    /// Starts it.
    ///
    /// # Errors
    /// The reason why it can't be started.
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
            version: locked(),
        })
    }

    /// The id of its process.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Compiles a program; the request is described in the README of the folder.
    pub fn compile(&mut self, request: &Value) -> Compiled {
        let requests = self.requests.as_mut().expect("stdin is piped");
        // Written at once: serialising into the pipe would write each word separately.
        let line = format!("{request}\n");
        requests
            .write_all(line.as_bytes())
            .expect("the published compiler is running");
        requests.flush().expect("the published compiler is running");
        let mut line = String::new();
        self.replies
            .read_line(&mut line)
            .expect("the published compiler replies");
        serde_json::from_str(&line).expect("a reply")
    }

    /// Like [`compile`](Self::compile), but takes the reply from [`foreign::cache`] if this version compiled the same request under
    /// this name before. The result never changes, and a compilation takes a tenth of a second.
    pub fn compile_once(&mut self, name: &str, request: &Value) -> Compiled {
        let file = foreign::cache().join("official-compiler").join(name);
        let known = fs::read(&file)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Answered>(&bytes).ok())
            .filter(|known| known.request == *request && known.version == self.version);
        if let Some(known) = known {
            return known.compiled;
        }
        let answered = Answered {
            version: self.version.clone(),
            request: request.clone(),
            compiled: self.compile(request),
        };
        // Without the file, the next run only takes longer. It is renamed into place, so other processes see all of it or nothing.
        let unfinished = file.with_extension(format!("{}.unfinished", self.process.id()));
        let _ = file.parent().map(fs::create_dir_all);
        if serde_json::to_vec(&answered).is_ok_and(|bytes| fs::write(&unfinished, bytes).is_ok()) {
            let _ = fs::rename(&unfinished, &file);
        }
        answered.compiled
    }
}

/// A cached request with its reply.
#[derive(Serialize, Deserialize)]
struct Answered {
    version: Value,
    request: Value,
    compiled: Compiled,
}

/// The entry of the package in its lock file.
fn locked() -> Value {
    let lock = fs::read_to_string(tree::at("tests/peers/official-compiler/package-lock.json"));
    let lock: Value = serde_json::from_str(&lock.expect("a lock file")).expect("JSON");
    lock["packages"]["node_modules/@fluencelabs/aqua-api"].clone()
}

impl Drop for OfficialCompiler {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.requests.take());
        let _ = self.process.wait();
    }
}
