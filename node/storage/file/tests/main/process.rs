//! A process is this test program, started to run a single test, which is ignored otherwise.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// The environment variable of child processes.
const DIRECTORY: &str = "AQUA_TEST_DIRECTORY";

/// A process that runs one test.
pub(crate) struct Process {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Process {
    /// `wrapper`: a command that runs the command given by its further arguments.
    pub(crate) fn start(wrapper: &[&str], test: &str, directory: &Path) -> Self {
        let program = env::current_exe().expect("this program");
        let mut words = wrapper.to_vec();
        words.extend([
            program.to_str().expect("a path in Unicode"),
            test,
            "--exact",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ]);
        let mut command = Command::new(words[0]);
        command
            .args(&words[1..])
            .env(DIRECTORY, directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        Self { child, output }
    }

    /// The next line of [`print`]; `None` at the end. libtest begins a line with the name of the test, and prints others.
    pub(crate) fn line(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line).expect("text") == 0 {
                return None;
            }
            // A line that a kill has cut was not printed.
            if let Some((_, printed)) = line.strip_suffix('\n').and_then(|line| line.split_once("aqua: ")) {
                return Some(printed.to_owned());
            }
        }
    }

    /// Sends SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it runs");
        assert!(!self.child.wait().expect("it ends").success());
    }

    pub(crate) fn end(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().expect("it ends").success());
    }
}

/// Prints a line for the parent process.
pub(crate) fn print(line: &str) {
    let mut out = std::io::stdout();
    let printed = writeln!(out, "aqua: {line}").and_then(|()| out.flush());
    printed.expect("a parent process");
}

/// The directory of this process if a test started it.
pub(crate) fn directory() -> Option<PathBuf> {
    env::var_os(DIRECTORY).map(PathBuf::from)
}
