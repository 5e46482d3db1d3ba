//! Runs the measurements and stores the results as data: `cargo xtask bench`.
//!
//! Each case runs in a process of its own (`aqua-bench case NAME`), so that CPU time and memory are those of the case. The cases
//! of the VM ([`vm`]) run in this process, interleaved with the official VMs. The results are written to `bench/results`, a file
//! for each group, with the commit, the machine and the build.

mod cases;
mod growth;
mod measure;
mod services;
mod simulator;
mod training;
mod vm;

use anyhow::{Context, Result, bail};
use cases::Case;
use measure::Figures;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, ExitCode};

/// The allocator of `aqua`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => groups().try_for_each(group),
        ["case", name] => one(name),
        ["train"] => training::train(training::PROGRAMS),
        ["resident", name] => vm::residents::of_set(name).map(|row| print(&row.to_string())),
        [name] if groups().any(|group| group == *name) => group(name),
        _ => Err(anyhow::anyhow!(
            "usage: aqua-bench [GROUP | case NAME | resident SET | train]"
        )),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn one(name: &str) -> Result<()> {
    let case = Case::GROUPS
        .iter()
        .flat_map(|(_, cases)| *cases)
        .find(|case| case.name == name)
        .with_context(|| format!("no case {name}"))?;
    print(&serde_json::to_string(&(case.run)()?)?);
    Ok(())
}

/// The group of the VM, which has no single cases.
const VM: &str = "vm";

/// The group of services.
const SERVICES: &str = "services";

/// The group of the simulator.
const SIMULATOR: &str = "simulator";

/// The group that doubles each dimension of the compiler's input.
const GROWTH: &str = "growth";

fn groups() -> impl Iterator<Item = &'static str> {
    Case::GROUPS
        .iter()
        .map(|(group, _)| *group)
        .chain([VM, SERVICES, SIMULATOR, GROWTH])
}

/// Runs the measurements of a group and stores the results.
fn group(name: &str) -> Result<()> {
    if name == VM {
        let how = "all in one run; processor time of the thread for ours and for the official native machine 0.64.1, \
                   of the process for the official client's way (npm avm 0.62 through marine-js in Node), lowest deciles in microseconds \
                   after warm-up; mimalloc on both native sides, dropping the outcome included; times_native and times_client say \
                   how many times less ours takes";
        let results = vm::report(&|line| print(line))?;
        store(name, how, &results)?;
        return vm::figures::write(&results);
    }
    if name == SERVICES {
        let how = "release build; all in this process, each pair in turn; medians of wall times by the monotonic clock; wasmtime alone: \
                   typed calls without limits and interruption; loading includes the verification of what is on disk";
        return store(name, how, &services::report(&|line| print(line))?);
    }
    if name == SIMULATOR {
        let how = "release build; all runs in this process, on all processors, wall time by the monotonic clock";
        return store(name, how, &simulator::report(&|line| print(line))?);
    }
    if name == GROWTH {
        let how = "release build; each size in a process of its own; source to AIR text and back, diagnostics rendered; processor \
                   time of the process, least of at least three runs; peak of allocated bytes, counted by the allocator; the \
                   exponents are those of the last two doublings";
        let report = growth::report(&|line| print(line))?;
        store(name, how, &report.results)?;
        anyhow::ensure!(report.steep.is_empty(), "grows too fast: {}", report.steep.join(", "));
        return Ok(());
    }
    let cases = Case::GROUPS.iter().find(|(group, _)| *group == name);
    let (_, cases) = cases.context("a group of that name")?;
    print(&format!(
        "{:<30} {:>5} {:>12} {:>12} {:>12}",
        "case", "runs", "wall ms", "cpu ms", "peak KiB"
    ));
    let results = cases.iter().map(measured).collect::<Result<Value>>()?;
    let how = "each case in a process of its own after warm-up; wall by the monotonic clock, processor \
               time and peak memory from getrusage; quote medians, and ratios within one file only";
    store(name, how, &results)
}

/// How this program and the measured crates were built.
const BUILD: &str = match option_env!("AQUA_BUILD") {
    Some(build) => build,
    None => "cargo build --release",
};

fn store(group: &str, how: &str, results: &Value) -> Result<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("results/{group}.json"));
    let commit = said("git", &["rev-parse", "HEAD"]);
    let document = json!({"commit": commit, "build": BUILD, "machine": machine(), "how": how, "results": results});
    std::fs::create_dir_all(file.parent().context("a folder")?)?;
    std::fs::write(&file, serde_json::to_string_pretty(&document)? + "\n")?;
    print(&format!("stored in {}", file.display()));
    Ok(())
}

fn measured(case: &Case) -> Result<Value> {
    let output = Command::new(std::env::current_exe()?)
        .args(["case", case.name])
        .output()?;
    if !output.status.success() {
        let told = [output.stdout, output.stderr].concat();
        bail!("{}: {}", case.name, String::from_utf8_lossy(&told));
    }
    let figures: Figures = serde_json::from_slice(&output.stdout)?;
    let (wall, cpu) = (figures.wall_ms.median, figures.cpu_ms.median);
    print(&format!(
        "{:<30} {:>5} {wall:>12.3} {cpu:>12.3} {:>12}",
        case.name, figures.runs, figures.peak_memory_kib
    ));
    Ok(json!({"case": case.name, "what": case.what, "figures": figures}))
}

fn machine() -> Value {
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map(|it| it.1);
    let cores = std::thread::available_parallelism()
        .map(std::num::NonZero::get)
        .unwrap_or(1);
    json!({"processor": model, "cores": cores, "system": std::env::consts::OS, "rustc": said("rustc", &["--version"])})
}

fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

#[allow(clippy::print_stdout, reason = "the program prints its results")]
fn print(text: &str) {
    println!("{text}");
}
