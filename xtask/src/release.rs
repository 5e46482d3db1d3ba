//! `aqua` as it is released: arranged by what users do with it.
//!
//! The crates of the workspace are built with counters, a training (`aqua-bench train`) does what users do, and they are built again:
//! the compiler inlines what was executed often, and moves what was not out of its way. Dependencies are built once and don't
//! count. (Profile-guided optimisation: <https://doc.rust-lang.org/rustc/profile-guided-optimization.html>.)

use crate::{print, succeed, target};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// With these flags added, this program stands in for the compiler of the workspace's crates.
const FLAGS: &str = "AQUA_RUSTC_FLAGS";

/// Whether cargo called this program as the compiler: the flags that are to be added.
pub(crate) fn flags() -> Option<String> {
    std::env::var(FLAGS).ok()
}

/// Compiles as the arguments say, a compiler first. Scripts that run during the build get no flags, nor do questions.
pub(crate) fn compile(flags: &str, arguments: &[String]) -> Result<ExitStatus> {
    let (compiler, arguments) = arguments.split_first().context("a compiler")?;
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

/// Builds `aqua` and `aqua-bench`. They are in the folder that this gives.
pub(crate) fn build(root: &Path) -> Result<PathBuf> {
    let merge = merger()?;
    let build = Build {
        root,
        target: target(root).join("tuned"),
    };
    let (counts, profile) = (build.target.join("counts"), build.target.join("training.profdata"));
    if counts.exists() {
        fs::remove_dir_all(&counts)?;
    }
    print("1 of 3: a build that counts");
    build.run(&["aqua-bench"], &format!("-Cprofile-generate={}", counts.display()))?;
    print("2 of 3: training");
    succeed(Command::new(build.binaries().join("aqua-bench")).arg("train"))?;
    succeed(Command::new(merge).arg("merge").arg("-o").arg(&profile).arg(&counts))?;
    print("3 of 3: the tuned build");
    build.run(&["aqua", "aqua-bench"], &format!("-Cprofile-use={}", profile.display()))?;
    Ok(build.binaries())
}

struct Build<'a> {
    root: &'a Path,
    /// Where cargo builds: apart from usual builds, which would be made anew each time.
    target: PathBuf,
}

impl Build<'_> {
    fn binaries(&self) -> PathBuf {
        self.target.join("release")
    }

    /// Cargo does not see that the flags, or the profile that they name, are others, so nothing of the workspace may be left.
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

/// The program that makes a profile of counts. It comes with the compiler, on demand.
fn merger() -> Result<PathBuf> {
    let output = Command::new("rustc").args(["--print", "target-libdir"]).output()?;
    let libraries = PathBuf::from(String::from_utf8(output.stdout)?.trim());
    let folder = libraries.parent().context("the compiler's libraries")?;
    let program = folder
        .join("bin")
        .join(format!("llvm-profdata{}", std::env::consts::EXE_SUFFIX));
    ensure!(
        program.is_file(),
        "llvm-profdata is not there; it comes with: rustup component add llvm-tools"
    );
    Ok(program)
}
