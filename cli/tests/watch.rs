//! `--watch`.

use crate::transcript::Folder;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

struct Watching {
    process: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Watching {
    fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aqua"));
        command
            .args(arguments)
            .args(["--watch", "--json"])
            .current_dir(folder.path())
            .env_clear();
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        Self { process, lines }
    }

    /// Reads objects up to and including one of this kind.
    fn until(&mut self, kind: &str) -> Vec<Value> {
        let mut objects: Vec<Value> = Vec::new();
        while objects.last().is_none_or(|object| object["kind"] != kind) {
            let line = self.lines.next().expect("it goes on").expect("text");
            objects.push(serde_json::from_str(&line).expect("an object"));
        }
        objects
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const MAIN: &str = "aqua M\n\nimport half from \"lib/half.aqua\"\n\nexport f\n\nfunc f() -> u8:\n    <- half(2)\n";
const LIB: &str = "aqua Lib declares half\n\nfunc half(n: u8) -> u8:\n    <- n / 2\n";

fn write(folder: &Folder, name: &str, text: &str) {
    std::fs::write(folder.path().join(name), text).expect("a file");
}

#[test]
fn check_runs_after_each_change() {
    let folder = Folder::new(&[
        ("main.aqua", MAIN),
        ("lib/half.aqua", LIB),
        ("other.aqua", &MAIN.replace("aqua M", "aqua N")),
    ]);
    let mut watching = Watching::start(&folder, &["check"]);
    let first = watching.until("checked");
    assert_eq!((first.len(), &first[0]["modules"]), (1, &Value::from(3)));

    write(&folder, "main.aqua", &MAIN.replace("half(2)", "half(\"2\")"));
    let wrong = watching.until("checked");
    assert_eq!(
        (&wrong[0]["code"], &wrong[1]["modules"]),
        (&"E2001".into(), &1.into()),
        "{wrong:?}"
    );

    write(&folder, "main.aqua", MAIN);
    assert_eq!(watching.until("checked").len(), 1);

    write(
        &folder,
        "lib/half.aqua",
        &LIB.replace("n: u8", "n: string").replace("n / 2", "1"),
    );
    let wrong = watching.until("checked");
    assert_eq!(
        wrong.iter().filter(|object| object["code"] == "E2001").count(),
        2,
        "both importers: {wrong:?}"
    );

    std::fs::remove_file(folder.path().join("lib/half.aqua")).expect("it was there");
    let missing = watching.until("checked");
    assert_eq!(
        missing.iter().filter(|object| object["code"] == "E1010").count(),
        2,
        "{missing:?}"
    );

    write(&folder, "lib/half.aqua", LIB);
    while watching.until("checked").len() > 1 {}
}

#[test]
fn compile_runs_after_each_change() {
    let folder = Folder::new(&[("main.aqua", MAIN), ("lib/half.aqua", LIB)]);
    let mut watching = Watching::start(&folder, &["compile", "main.aqua", "-o", "out"]);
    watching.until("compiled");
    let air = || std::fs::read_to_string(folder.path().join("out/f.air")).expect("it was written");
    assert!(air().contains("(\"callbackSrv\" \"response\") [1]"), "{}", air());
    write(&folder, "lib/half.aqua", &LIB.replace("n / 2", "n / 1"));
    watching.until("compiled");
    while !air().contains("(\"callbackSrv\" \"response\") [2]") {
        watching.until("compiled");
    }
}
