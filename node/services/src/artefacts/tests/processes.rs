//! Processes that share a directory, and a process on a full disk.
//!
//! A process is this test program, started to run a single test, which is ignored otherwise.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use super::super::ArtefactCache;
use super::guest::{NO_FILES, Origin, component, entries, files, id, open, start};
use super::log;

/// Environment variables of child processes.
pub(super) const DIRECTORY: &str = "AQUA_TEST_DIRECTORY";
pub(super) const DETAIL: &str = "AQUA_TEST_DETAIL";

/// The directory of this process if a test started it.
pub(super) fn directory() -> Option<PathBuf> {
    env::var_os(DIRECTORY).map(PathBuf::from)
}

/// A process that runs one test of `artefacts::tests`.
pub(super) struct Process(Child);

impl Process {
    /// `wrapper`: a command that runs the command given by its further arguments.
    pub(super) fn start(wrapper: &[&str], test: &str, directory: &Path, detail: &str) -> Self {
        let program = env::current_exe().expect("this program");
        let program = program.to_str().expect("a path in Unicode");
        let test = format!("artefacts::tests::{test}");
        let test = [
            program,
            &test,
            "--exact",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ];
        let words = [wrapper, &test].concat();
        let mut command = Command::new(words[0]);
        command
            .args(&words[1..])
            .env(DIRECTORY, directory)
            .env(DETAIL, detail)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        Self(command.spawn().expect("it starts"))
    }

    /// Waits until the process has printed this line.
    pub(super) fn wait_for(&mut self, line: &str) {
        let mut output = BufReader::new(self.0.stdout.as_mut().expect("its output"));
        let mut read = String::new();
        // libtest begins a line with the name of the test.
        while !read.trim_end().ends_with(line) {
            read.clear();
            assert_ne!(output.read_line(&mut read).expect("text"), 0, "it prints {line}");
        }
    }

    pub(super) fn send(&mut self, line: &str) {
        let input = self.0.stdin.as_mut().expect("its input");
        writeln!(input, "{line}").expect("it reads");
    }

    /// Sends SIGKILL.
    pub(super) fn kill(mut self) {
        self.0.kill().expect("it runs");
        assert!(!self.0.wait().expect("it ends").success());
    }

    pub(super) fn end(mut self) -> ExitStatus {
        drop(self.0.stdin.take());
        self.0.wait().expect("it ends")
    }
}

/// Prints a line for the parent process and waits for one of it.
pub(super) fn meet(line: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .expect("a parent process");
    let mut read = String::new();
    std::io::stdin().read_line(&mut read).expect("a parent process");
}

/// Both compile, write, read and remove entries of the same services at the same time, with space for half of them.
#[test]
fn two_processes_at_once() {
    let directory = tempfile::tempdir().expect("a temporary folder");
    let mut both = [(); 2].map(|()| Process::start(&[], "processes::loads_services", directory.path(), ""));
    both.iter_mut().for_each(|process| process.wait_for("ready"));
    both.iter_mut().for_each(|process| process.send("go"));
    for process in both {
        assert!(process.end().success());
    }
    assert_eq!(files(directory.path(), ".tmp"), NO_FILES);
    let store = open(directory.path());
    let kept = (0..4).filter(|number| store.read(&id(&component(*number))).is_some());
    assert_eq!(kept.count(), entries(directory.path()).len(), "every entry is valid");
    assert_ne!(entries(directory.path()), NO_FILES);
}

#[tokio::test]
#[ignore = "a process of another test"]
async fn loads_services() {
    let Some(directory) = directory() else { return };
    let size = {
        let alone = tempfile::tempdir().expect("a temporary folder");
        drop(start(&ArtefactCache::new(alone.path()), 0).await);
        fs::metadata(&entries(alone.path())[0]).expect("an entry").len()
    };
    let limit = size * 5 / 2;
    meet("ready");
    for _ in 0..10 {
        for number in 0..4 {
            let cache = ArtefactCache {
                directory: directory.clone(),
                limit,
            };
            drop(start(&cache, number).await);
        }
    }
    let invalid = log::about(&directory)
        .into_iter()
        .filter(|line| line.contains("discarded"));
    assert_eq!(invalid.collect::<Vec<_>>(), [""; 0]);
}

/// `ulimit -f` makes writes fail like a full disk does, here for files of more than 1 KiB at most.
#[cfg(unix)]
#[test]
fn a_limit_for_files() {
    let directory = tempfile::tempdir().expect("a temporary folder");
    let wrapper = ["sh", "-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh"];
    let process = Process::start(
        &wrapper,
        "processes::starts_services",
        directory.path(),
        "can't keep compiled code",
    );
    assert!(process.end().success());
    assert_eq!(files(directory.path(), "").len(), 1, "the key");
}

/// A file system of a few pages: the key fits, an entry doesn't; or not even the key. Needs user namespaces.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let unshare = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"];
    let mounts = |script: &str| {
        let mut command = Command::new(unshare[0]);
        command.args(&unshare[1..]).arg(script);
        command
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if !mounts("mount -t tmpfs tmpfs /tmp") {
        return;
    }
    let full = "head -c 8192 /dev/zero 2>/dev/null > \"$AQUA_TEST_DIRECTORY/file\";";
    let cases = [("8k", "", "can't keep compiled code"), ("4k", full, "can't use")];
    for (size, fill, line) in cases {
        let directory = tempfile::tempdir().expect("a temporary folder");
        let script =
            format!("mount -t tmpfs -o size={size} tmpfs \"$AQUA_TEST_DIRECTORY\" || exit 1; {fill} exec \"$@\"");
        let wrapper = [&unshare[..], &[&script, "sh"]].concat();
        let process = Process::start(&wrapper, "processes::starts_services", directory.path(), line);
        assert!(process.end().success(), "{line}");
    }
}

#[tokio::test]
#[ignore = "a process of another test"]
async fn starts_services() {
    let Some(directory) = directory() else { return };
    let expected = env::var(DETAIL).expect("the expected line");
    let cache = ArtefactCache::new(&directory);
    assert_eq!(start(&cache, 1).await.origin, Origin::Compiled);
    let lines = log::about(&directory);
    assert!(matches!(&lines[..], [line] if line.contains(&expected)), "{lines:?}");
    assert_eq!(files(&directory, ".tmp"), NO_FILES);
    assert_eq!(start(&cache, 1).await.origin, Origin::Compiled, "nothing was kept");
}
