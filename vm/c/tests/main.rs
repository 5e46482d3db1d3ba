//! The foreign interface, seen from C.

#![allow(clippy::disallowed_types, reason = "runs the C compiler and its programs")]
#![allow(clippy::disallowed_methods, reason = "tests read files and settings")]

mod contract;
mod example;
mod header;

use std::path::{Path, PathBuf};
use std::process::Command;

/// How a C program is built and linked.
#[derive(Debug, Clone, Copy)]
enum Linked {
    /// Against the static library.
    Statically,
    /// Against the shared library.
    Dynamically,
    /// Against the static library, with checks of addresses, leaks and undefined behaviour.
    Checked,
}

/// A file of this crate.
fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The folder that the libraries were built into: this test lies there as well.
fn libraries() -> PathBuf {
    let test = std::env::current_exe().expect("a path");
    test.parent().expect("a folder").to_owned()
}

/// Builds a C program and runs it; gives what it prints.
fn run(source: &str, linked: Linked) -> String {
    let built = libraries().join(format!(
        "{}-{linked:?}",
        Path::new(source).file_stem().expect("a name").display()
    ));
    let mut compiler = Command::new("cc");
    compiler
        .args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror"])
        .arg(format!("-I{}", file("include").display()))
        .arg("-o")
        .arg(&built)
        .arg(file(source));
    match linked {
        Linked::Statically => compiler.arg(libraries().join("libaqua_vm_c.a")),
        Linked::Dynamically => compiler
            .arg(format!("-L{}", libraries().display()))
            .arg(format!("-Wl,-rpath,{}", libraries().display()))
            .arg("-laqua_vm_c"),
        Linked::Checked => compiler
            .args(["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"])
            .arg(libraries().join("libaqua_vm_c.a")),
    };
    finish(compiler.args(["-lm", "-lpthread", "-ldl"]));
    finish(&mut Command::new(&built))
}

/// Runs a command that must succeed; gives what it prints.
fn finish(command: &mut Command) -> String {
    let output = command.output().expect("cc is there wherever Rust links");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{complaints}", output.status);
    String::from_utf8(output.stdout).expect("texts")
}
