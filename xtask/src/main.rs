//! Project chores. `cargo xtask` lists them.

mod fuzz;
mod links;
mod rules;

use anyhow::{Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "\
Usage: cargo xtask CHORE

  rules   which crate uses which, whether it may, and the longest files
  links   local links of the Markdown pages
  bench   takes the measurements in a release build and stores them under bench/results; bench GROUP takes those of one
          group: compiler, node or vm
  fuzz [--minutes N | --seconds N | --input FILE] [TARGET…]
          feeds hostile input to all targets of fuzz/ or these, for so long together; runs of a minute and more are
          stored in bench/results/fuzz.json
";

fn main() -> ExitCode {
    match chore() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn chore() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["rules"] => rules::check(&root()),
        ["links"] => links::check(&root()),
        ["bench", groups @ ..] => bench(&root(), groups),
        ["fuzz", rest @ ..] => fuzz::run(&root(), rest),
        [] | ["help" | "--help" | "-h"] => {
            print(USAGE);
            Ok(())
        }
        other => bail!("no such chore: {}\n\n{USAGE}", other.join(" ")),
    }
}

/// Builds what is measured without debug checks, then measures.
fn bench(root: &Path, groups: &[&str]) -> Result<()> {
    let build = ["build", "--release", "-p", "aqua", "-p", "aqua-bench"];
    let run = ["run", "--release", "-p", "aqua-bench", "--"];
    for arguments in [build.to_vec(), [&run, groups].concat()] {
        let status = Command::new(env!("CARGO"))
            .args(&arguments)
            .current_dir(root)
            .status()?;
        ensure!(status.success(), "cargo {}: {status}", arguments.join(" "));
    }
    Ok(())
}

/// The folder of the workspace.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}

/// Files that git knows or would add, relative to the root, with these endings.
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

#[allow(clippy::print_stdout, reason = "a chore reports to the terminal")]
fn print(text: &str) {
    println!("{}", text.trim_end());
}
