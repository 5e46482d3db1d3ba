//! The optimised build of `aqua`, with profile-guided optimisation (<https://doc.rust-lang.org/rustc/profile-guided-optimization.html>).
//!
//! The crates of the workspace are built with counters, `aqua-bench train` runs typical work, and they are built again with the
//! profile. Dependencies are built once, without counters and profile.

use crate::{print, succeed, target};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// Holds flags for the compiler. If it is set, cargo runs this program as `RUSTC_WORKSPACE_WRAPPER`.
const FLAGS: &str = "AQUA_RUSTC_FLAGS";

/// The flags to add, if cargo runs this program in place of the compiler.
pub(crate) fn flags() -> Option<String> {
    std::env::var(FLAGS).ok()
}

/// Runs a compiler; `arguments` are its path and arguments. Build scripts and queries of cargo get no flags.
pub(crate) fn compile(flags: &str, arguments: &[String]) -> Result<ExitStatus> {
    let (compiler, arguments) = arguments.split_first().context("no compiler is given")?;
    let name = arguments
        .iter()
        .skip_while(|argument| *argument != "--crate-name")
        .nth(1);
    let mut command = Command::new(compiler);
    command.args(arguments);
    if name.is_some_and(|name| name != "build_script_build" && name != "___") {
        command.arg(flags);
    }
    Ok(command.status()?)
}

/// Builds `aqua` and `aqua-bench` and returns the folder with both.
pub(crate) fn build(root: &Path) -> Result<PathBuf> {
    let merge = llvm_profdata()?;
    let build = Build {
        root,
        target: target(root).join("tuned"),
    };
    let (counts, profile) = (build.target.join("counts"), build.target.join("training.profdata"));
    if counts.exists() {
        fs::remove_dir_all(&counts)?;
    }
    print("1 of 3: instrumented build");
    build.run(&["aqua-bench"], &format!("-Cprofile-generate={}", counts.display()))?;
    print("2 of 3: training");
    succeed(Command::new(build.binaries().join("aqua-bench")).arg("train"))?;
    succeed(Command::new(merge).arg("merge").arg("-o").arg(&profile).arg(&counts))?;
    print("3 of 3: optimised build");
    build.run(&["aqua", "aqua-bench"], &format!("-Cprofile-use={}", profile.display()))?;
    Ok(build.binaries())
}

struct Build<'a> {
    root: &'a Path,
    /// The target folder. Other builds have their own, or each would invalidate the other.
    target: PathBuf,
}

impl Build<'_> {
    fn binaries(&self) -> PathBuf {
        self.target.join("release")
    }

    /// Cleans the workspace first: cargo does not notice when the flags, or the profile that they name, change.
    fn run(&self, packages: &[&str], flags: &str) -> Result<()> {
        succeed(self.cargo("clean").args(["--quiet", "--release", "--workspace"]))?;
        let mut cargo = self.cargo("build");
        cargo.args(["--release", "--locked"]);
        for package in packages {
            cargo.args(["-p", package]);
        }
        succeed(
            cargo
                .env("RUSTC_WORKSPACE_WRAPPER", std::env::current_exe()?)
                .env(FLAGS, flags)
                .env("AQUA_BUILD", "cargo xtask release"),
        )
    }

    fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .arg(command)
            .arg("--target-dir")
            .arg(&self.target)
            .current_dir(self.root);
        cargo
    }
}

/// The path of `llvm-profdata`, which merges counts to a profile. It is an optional component of the toolchain.
fn llvm_profdata() -> Result<PathBuf> {
    let output = Command::new("rustc").args(["--print", "target-libdir"]).output()?;
    let libraries = PathBuf::from(String::from_utf8(output.stdout)?.trim());
    let folder = libraries
        .parent()
        .context("the library folder of rustc has no parent")?;
    let program = folder
        .join("bin")
        .join(format!("llvm-profdata{}", std::env::consts::EXE_SUFFIX));
    ensure!(
        program.is_file(),
        "llvm-profdata is not installed; run: rustup component add llvm-tools"
    );
    Ok(program)
}
