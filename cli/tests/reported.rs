//! Inputs of public bug reports (`tests/vectors/reported`) and what `aqua` does with each.

use crate::transcript::Folder;
use aqua_tests::tree;
use std::path::Path;
use std::process::Command;

/// What a run printed.
struct Run {
    exit: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    /// Checks the exit code.
    fn exits(self, code: i32) -> Self {
        assert_eq!(self.exit, Some(code), "{}{}", self.stdout, self.stderr);
        self
    }

    /// Checks that the messages contain a text.
    fn reports(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no {text:?} in:\n{}", self.stderr);
        self
    }

    /// Checks how many lines of messages contain a text.
    fn reports_times(self, count: usize, text: &str) -> Self {
        let lines = self.stderr.lines().filter(|line| line.contains(text)).count();
        assert_eq!(lines, count, "{text:?} in:\n{}", self.stderr);
        self
    }

    /// Checks the results.
    fn prints(self, text: &str) -> Self {
        assert_eq!(self.stdout, text, "{}", self.stderr);
        self
    }
}

fn run(folder: &Folder, arguments: &[&str]) -> Run {
    let output = folder.output(arguments);
    Run {
        exit: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

/// A copy of the input in a temporary folder.
fn input(name: &str) -> Folder {
    let folder = Folder::new(&[]);
    copy(&tree::at("tests/vectors/reported").join(name), folder.path());
    folder
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("an input") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&target).expect("a new folder");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a new file");
        }
    }
}

#[test]
fn import_later_wins() {
    let folder = input("import_later_wins");
    run(&folder, &["compile", "main.aqua", "-o", "out"])
        .exits(0)
        .reports_times(1, "W1003");
    run(&folder, &["run", "main.aqua", "main", "here"])
        .exits(0)
        .prints("\"red\"\n");
}

#[test]
fn equal_declarations_twice() {
    run(
        &input("equal_declarations_twice"),
        &["compile", "main.aqua", "-o", "out"],
    )
    .exits(0)
    .reports_times(0, "warning");
}

#[test]
fn import_of_nothing() {
    run(&input("import_of_nothing"), &["compile", "main.aqua", "-o", "out"])
        .exits(0)
        .reports("warning")
        .reports("script.aqua");
}

#[test]
fn run_without_results() {
    let folder = input("run_without_results");
    run(&folder, &["run", "main.aqua", "touch"])
        .exits(0)
        .prints("")
        .reports_times(0, "no result");
    let json = run(&folder, &["run", "main.aqua", "touch", "--json"]).exits(0);
    assert!(!json.stdout.contains("error"), "{}", json.stdout);
}

#[test]
fn check_reports_what_compile_refuses() {
    let folder = input("check_reports_what_compile_refuses");
    run(&folder, &["compile", "main.aqua", "-o", "out"])
        .exits(3)
        .reports("E4001");
    run(&folder, &["check", "main.aqua"]).exits(3).reports("E4001");
}

#[test]
fn options_print_as_values() {
    let folder = input("options_print_as_values");
    let card = r#"{"name":"n","note":null}"#;
    run(&folder, &["run", "main.aqua", "same", card, "5"])
        .exits(0)
        .prints(&format!("{card}\n5\n"));
    run(
        &folder,
        &["run", "main.aqua", "same", r#"{"name":"n","note":"x"}"#, "null"],
    )
    .exits(0)
    .prints("{\"name\":\"n\",\"note\":\"x\"}\nnull\n");
}

/// 200,000 nested instructions: the output is written without holding its indentation in memory.
#[test]
fn deeply_nested_script() {
    let folder = Folder::new(&[]);
    let depth = 200_000;
    let script = "(seq ".repeat(depth) + "(null)" + &" (null))".repeat(depth);
    std::fs::write(folder.path().join("deep.air"), script).expect("a new file");
    let limited = format!(
        "ulimit -v 8000000; {} air fmt deep.air > formatted.air",
        env!("CARGO_BIN_EXE_aqua")
    );
    let output = Command::new("sh")
        .args(["-c", &limited])
        .current_dir(folder.path())
        .output()
        .expect("a shell");
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    run(&folder, &["air", "check", "formatted.air"]).exits(0);
}

#[test]
fn many_parameters() {
    let parameters: Vec<_> = (0..4000).map(|index| format!("a{index}: u32")).collect();
    let source = format!(
        "aqua Main\n\nexport main\n\nfunc wide({}) -> u32:\n    <- a1\n\nfunc main() -> u32:\n    <- 1",
        parameters.join(", ")
    );
    run(&Folder::new(&[("main.aqua", &source)]), &["check", "main.aqua"]).exits(0);
}

#[test]
fn long_chains() {
    for (operator, kind) in [(" + ", "u32"), (" && ", "bool"), (" || ", "bool")] {
        let chain = vec!["a"; 250].join(operator);
        let source = format!("aqua Main\n\nexport main\n\nfunc main(a: {kind}) -> {kind}:\n    <- {chain}\n");
        run(&Folder::new(&[("main.aqua", &source)]), &["check", "main.aqua"]).exits(0);
    }
}

#[test]
fn header_fix_of_imported_file() {
    run(&input("header_fix_of_imported_file"), &["check", "main.aqua"])
        .exits(3)
        .reports_times(2, "E0010")
        .reports("aqua Main")
        .reports("aqua Lib declares *");
}

#[test]
fn broken_manifest() {
    let folder = input("broken_manifest");
    for arguments in [
        &["check", "."][..],
        &["compile", ".", "-o", "out"],
        &["run", ".", "main"],
        &["run", "main.aqua", "main"],
    ] {
        run(&folder, arguments).exits(3).reports("E6001").reports("aqua.toml");
    }
}

#[cfg(unix)]
#[test]
fn special_files_in_folder() {
    let folder = input("special_files_in_folder");
    let source = folder.path().join("src");
    let pipe = Command::new("mkfifo").arg(source.join("pipe.aqua")).status();
    assert!(pipe.expect("mkfifo").success());
    for (name, target) in [
        ("zero.aqua", "/dev/zero"),
        ("dead.aqua", "missing.aqua"),
        (".#main.aqua", "user@host.1234"),
    ] {
        std::os::unix::fs::symlink(target, source.join(name)).expect("a link");
    }
    run(&folder, &["check", "src"]).exits(0);
    run(&folder, &["compile", "src", "-o", "out"]).exits(0);
}

#[test]
fn branch_error() {
    run(&input("branch_error"), &["run", "main.aqua", "main", "--ttl", "2000"])
        .exits(5)
        .reports("op.string_from_b58")
        .reports("base58")
        .reports("main.aqua:10");
}
