//! Runs the binary in a temporary folder and records a transcript.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A temporary folder with files.
pub(crate) struct Folder {
    root: tempfile::TempDir,
}

impl Folder {
    /// A folder with these files: path and content.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        for (name, content) in files {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
            std::fs::write(path, content).expect("a new file");
        }
        Self { root }
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), contents).expect("a new file");
    }

    /// The path of the folder.
    pub(crate) fn path(&self) -> &Path {
        self.root.path()
    }

    /// Runs `aqua` in this folder.
    pub(crate) fn output(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aqua"));
        command.args(arguments).current_dir(self.path()).env_clear();
        command.output().expect("the binary starts")
    }

    /// Runs `aqua` with environment variables, and returns the transcript.
    pub(crate) fn run_with_variables(&self, arguments: &[&str], variables: &[(&str, OsString)]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aqua"));
        command.args(arguments).current_dir(self.path());
        let output = command.envs(variables.iter().cloned()).output();
        self.transcript(arguments, &output.expect("the binary starts"))
    }

    /// Runs `aqua` and returns the command line, its output and its exit code.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        self.transcript(arguments, &self.output(arguments))
    }

    /// Runs `aqua` with this text as standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aqua"));
        command.args(arguments).current_dir(self.path()).env_clear();
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(input.as_bytes()).expect("it reads");
        drop(stdin);
        self.transcript(arguments, &child.wait_with_output().expect("it ends"))
    }

    fn transcript(&self, arguments: &[&str], output: &Output) -> String {
        let quoted = |word: &&str| {
            if word.contains(' ') {
                format!("'{word}'")
            } else {
                (*word).to_owned()
            }
        };
        let words = arguments.iter().map(quoted).collect::<Vec<_>>().join(" ");
        let mut transcript = format!("$ aqua {words}\n");
        for (stream, bytes) in [("out", &output.stdout), ("err", &output.stderr)] {
            let text = self.without_folder(&String::from_utf8_lossy(bytes));
            transcript.extend(
                text.lines()
                    .map(|line| format!("{stream}| {line}").trim_end().to_owned() + "\n"),
            );
        }
        let code = output
            .status
            .code()
            .map_or_else(|| "by a signal".to_owned(), |code| code.to_string());
        transcript + &format!("exit {code}\n")
    }

    fn without_folder(&self, text: &str) -> String {
        let real = self.path().canonicalize().expect("the folder exists");
        text.replace(&*real.to_string_lossy(), "[folder]")
            .replace(&*self.path().to_string_lossy(), "[folder]")
    }
}
