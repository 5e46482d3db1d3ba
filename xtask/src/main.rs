//! Development tasks. `cargo xtask` lists them.

mod against;
mod foreign;
mod fuzz;
mod links;
mod release;
mod rules;
mod suite;
mod wasm;

use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "\
Usage: cargo xtask TASK

  rules   check which crate uses which, what pure crates depend on, names and file lengths
  links   check the local links of the Markdown pages
  foreign install the foreign programs that the suites compare with, in $AQUA_CACHE or target/peers
  wasm    build the pure crates for wasm32-unknown-unknown; install a compiler that can if there is none (Debian only)
  release build aqua with profile-guided optimisation, in tuned/release of the target folder; takes twice the time of
          a release build
  bench [--tuned] [compiler | growth | node | simulator | vm]
          run the benchmarks in a release build and store the results in bench/results; with --tuned in the build that
          `release` makes
  bench --against REVISION [CASE… | vm]
          run the cases in builds of the work tree and of a revision in turn and store the ratios
  suite [NAME…]
          run suites over generated inputs at their full count; without a name, list them. `cargo test` runs a tenth
  fuzz [--minutes N | --seconds N | --input FILE] [TARGET…]
          run all fuzz targets or these, for so long together; runs of a minute and more are stored in
          bench/results/fuzz.json
";

fn main() -> ExitCode {
    if let Some(flags) = release::flags() {
        return as_compiler(&flags);
    }
    match run_task() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Runs the compiler with more flags: cargo called this program in its place.
fn as_compiler(flags: &str) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match release::compile(flags, &arguments) {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            print(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run_task() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["rules"] => rules::check(&root()),
        ["links"] => links::check(&root()),
        ["foreign"] => foreign::install(),
        ["wasm"] => wasm::build(&root()),
        ["release"] => {
            let binaries = release::build(&root())?;
            print(&format!("built: {}", binaries.join("aqua").display()));
            Ok(())
        }
        ["bench", "--tuned", groups @ ..] => measure(&release::build(&root())?, groups),
        ["bench", "--against", revision, cases @ ..] => against::run(&root(), revision, cases),
        ["bench", groups @ ..] => bench(&root(), groups),
        ["suite", names @ ..] => suite::run(&root(), names),
        ["fuzz", rest @ ..] => fuzz::run(&root(), rest),
        [] | ["help" | "--help" | "-h"] => {
            print(USAGE);
            Ok(())
        }
        other => bail!("unknown task: {}\n\n{USAGE}", other.join(" ")),
    }
}

/// Builds in release mode and runs the benchmarks.
fn bench(root: &Path, groups: &[&str]) -> Result<()> {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--release", "-p", "aqua", "-p", "aqua-bench"]);
    succeed(build.current_dir(root))?;
    measure(&target(root).join("release"), groups)
}

/// Runs the benchmarks in a folder of binaries.
fn measure(binaries: &Path, groups: &[&str]) -> Result<()> {
    succeed(Command::new(binaries.join("aqua-bench")).args(groups))
}

/// Runs a program to its end.
fn succeed(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| program.clone())?;
    ensure!(status.success(), "{program}: {status}");
    Ok(())
}

/// The target folder of cargo.
fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// The root of the workspace.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}

/// Files with these endings that git tracks or would add, relative to the root.
fn files(root: &Path, endings: &[&str]) -> Result<Vec<String>> {
    let listing = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()?;
    anyhow::ensure!(
        listing.status.success(),
        "git ls-files: {}",
        String::from_utf8_lossy(&listing.stderr)
    );
    let mut files: Vec<String> = String::from_utf8(listing.stdout)?
        .lines()
        .filter(|file| endings.iter().any(|ending| file.ends_with(ending)) && root.join(file).is_file())
        .map(str::to_owned)
        .collect();
    files.sort();
    files.dedup();
    Ok(files)
}

#[allow(clippy::print_stdout, reason = "a task reports to the terminal")]
fn print(text: &str) {
    println!("{}", text.trim_end());
}
