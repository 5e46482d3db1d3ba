//! Benchmarks of two revisions in turn: `cargo xtask bench --against REVISION`.
//!
//! The speed of a computer changes within minutes, so figures of two stored files can't be compared. Here each case runs in the
//! build of the work tree and in that of the other revision, several times in turn, and the ratios are those of neighbouring runs.
//! Cases that run `aqua` as a process use the inputs of the work tree on both sides.

use crate::{print, succeed, target};
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The number of pairs of each case.
const PAIRS: usize = 5;

/// The cases that run unless others are named: all that need no counterpart.
const CASES: &[&str] = &[
    "hello",
    "hello-warm",
    "registry-api",
    "registry-api-warm",
    "registry-scheduled",
    "packages",
    "deep-inlining",
    "project",
    "project-large",
    "project-large-exports",
    "project-edit",
    "project-edit-above",
    "local-call",
    "round-trip",
];

/// Cases that run `aqua` as a process, so the benchmark of the work tree can run them with the `aqua` of the other revision.
const PROCESSES: &[&str] = &["project", "project-large", "project-large-exports"];

/// The group of the VM: one run of each build, all figures of our VM compared.
const VM: &str = "vm";

/// Builds both revisions, runs the named cases (default: all and the group of the VM) and stores the ratios.
pub(crate) fn run(root: &Path, revision: &str, names: &[&str]) -> Result<()> {
    let (before, after) = (commit(root, revision)?, commit(root, "HEAD")?);
    let other = checkout(root, &before)?;
    build(&other, &target(root).join("against/target"))?;
    build(root, &target(root))?;
    let sides = [
        target(root).join("against/target/release/aqua-bench"),
        target(root).join("release/aqua-bench"),
    ];
    // Beside the other `aqua`, so that it runs that one.
    let copy = sides[0].with_file_name("aqua-bench-of-the-work-tree");
    std::fs::copy(&sides[1], &copy).with_context(|| copy.display().to_string())?;
    let with_same_inputs = [copy, sides[1].clone()];
    let names = if names.is_empty() {
        [CASES, &[VM]].concat()
    } else {
        names.to_vec()
    };
    print(&format!(
        "{:<40} {:>11} {:>11}   ratio (min, max)",
        "case", "before", "after"
    ));
    let mut rows = Vec::new();
    for name in names {
        if name == VM {
            rows.extend(vm_rows([&other, root], &sides)?);
        } else if PROCESSES.contains(&name) {
            rows.push(case_row(name, &with_same_inputs)?);
        } else {
            rows.push(case_row(name, &sides)?);
        }
    }
    let document = json!({
        "before": before, "after": after,
        "how": "release builds of both revisions, each case in turn; medians, and the ratios after to before of neighbouring runs",
        "results": rows,
    });
    let file = root.join("bench/results/against.json");
    std::fs::write(&file, serde_json::to_string_pretty(&document)? + "\n")?;
    print(&format!("stored in {}", file.display()));
    Ok(())
}

/// A work tree of a revision, below the target folder.
fn checkout(root: &Path, commit: &str) -> Result<PathBuf> {
    let folder = target(root).join("against/tree");
    if folder.exists() {
        succeed(
            Command::new("git")
                .args(["checkout", "--quiet", commit])
                .current_dir(&folder),
        )?;
    } else {
        let folder = folder.to_str().context("a target folder with a UTF-8 name")?;
        succeed(
            Command::new("git")
                .args(["clone", "--quiet", "--no-checkout", ".", folder])
                .current_dir(root),
        )?;
        succeed(
            Command::new("git")
                .args(["checkout", "--quiet", commit])
                .current_dir(folder),
        )?;
    }
    Ok(folder)
}

fn build(tree: &Path, target: &Path) -> Result<()> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--release", "--locked", "-p", "aqua", "-p", "aqua-bench"])
        .env("CARGO_TARGET_DIR", target)
        .current_dir(tree);
    succeed(&mut cargo)
}

fn commit(root: &Path, revision: &str) -> Result<String> {
    let output = Command::new("git")
        .args(["rev-parse", "--verify", &format!("{revision}^{{commit}}")])
        .current_dir(root)
        .output()?;
    ensure!(output.status.success(), "no revision {revision}");
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// Runs a case [`PAIRS`] times in each build.
fn case_row(name: &str, sides: &[PathBuf; 2]) -> Result<Value> {
    let mut runs: [Vec<[f64; 3]>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..PAIRS {
        for (side, runs) in sides.iter().zip(&mut runs) {
            runs.push(figures(name, side)?);
        }
    }
    let [before, after] = runs;
    let measured = |index: usize| {
        let column = |rows: &[[f64; 3]]| rows.iter().map(|row| row[index]).collect::<Vec<_>>();
        let ratios = before
            .iter()
            .zip(&after)
            .map(|(before, after)| after[index] / before[index]);
        let spread = spread(ratios.collect());
        json!({
            "before": spread_of(column(&before)), "after": spread_of(column(&after)),
            "ratio": {"min": spread[0], "median": spread[1], "max": spread[2]},
        })
    };
    let row = json!({
        "case": name, "pairs": PAIRS,
        "wall_ms": measured(0), "cpu_ms": measured(1), "peak_memory_kib": measured(2),
    });
    for figure in ["wall_ms", "cpu_ms", "peak_memory_kib"] {
        print_row(&format!("{name} {figure}"), &row[figure]);
    }
    Ok(row)
}

fn spread_of(values: Vec<f64>) -> f64 {
    spread(values)[1]
}

/// Minimum, median and maximum.
fn spread(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    match values.as_slice() {
        [] => [f64::NAN; 3],
        [first, .., last] => [*first, values[values.len() / 2], *last],
        [only] => [*only; 3],
    }
}

/// The medians of wall and CPU time in milliseconds, and the peak memory in KiB.
fn figures(name: &str, program: &Path) -> Result<[f64; 3]> {
    let output = Command::new(program).args(["case", name]).output()?;
    if !output.status.success() {
        bail!(
            "{}: {name}: {}",
            program.display(),
            String::from_utf8_lossy(&output.stdout)
        );
    }
    let figures: Value = serde_json::from_slice(&output.stdout)?;
    let median = |clock: &str| figures[clock]["median"].as_f64().context("a median");
    let memory = figures["peak_memory_kib"].as_f64().context("the peak of the memory")?;
    Ok([median("wall_ms")?, median("cpu_ms")?, memory])
}

/// Runs the group of the VM twice in each build and compares the figures of our VM that both have.
fn vm_rows(trees: [&Path; 2], sides: &[PathBuf; 2]) -> Result<Vec<Value>> {
    let mut runs: [Vec<BTreeMap<String, f64>>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..2 {
        for ((tree, side), runs) in trees.iter().zip(sides).zip(&mut runs) {
            let output = Command::new(side).arg(VM).output()?;
            ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
            let stored: Value = serde_json::from_slice(&std::fs::read(tree.join("bench/results/vm.json"))?)?;
            let mut figures = BTreeMap::new();
            collect(&stored["results"], "vm", &mut figures);
            runs.push(figures);
        }
    }
    let [before, after] = &runs;
    let mut rows = Vec::new();
    let mut means: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (name, first) in &before[0] {
        let Some(second) = after[0].get(name) else { continue };
        let lowest = |first: f64, runs: &[BTreeMap<String, f64>]| {
            runs.iter()
                .filter_map(|run| run.get(name))
                .fold(first, |low, value| low.min(*value))
        };
        let (before, after) = (lowest(*first, before), lowest(*second, after));
        let group = name.rsplit_once('/').map_or(name.as_str(), |(group, _)| group);
        means.entry(group).or_default().push(after / before);
        rows.push(json!({"case": name, "cpu_us": {"before": before, "after": after, "ratio": after / before}}));
    }
    for (group, ratios) in means {
        let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
        print(&format!(
            "{group}: {mean:.3} (geometric mean of {} ratios)",
            ratios.len()
        ));
        rows.push(json!({"case": group, "geometric_mean": mean, "of": ratios.len()}));
    }
    Ok(rows)
}

/// Collects the CPU times of our VM below a value, named by their path; elements of lists are named by their set or number.
fn collect(value: &Value, path: &str, figures: &mut BTreeMap<String, f64>) {
    match value {
        Value::Object(fields) => {
            if let Some(time) = fields.get("ours").and_then(|ours| ours["cpu_us"].as_f64()) {
                figures.insert(path.to_owned(), time);
            }
            for (name, field) in fields {
                collect(field, &format!("{path}.{name}"), figures);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                let name = element["set"].as_str().map_or_else(|| index.to_string(), str::to_owned);
                collect(element, &format!("{path}/{name}"), figures);
            }
        }
        _ => {}
    }
}

fn print_row(name: &str, row: &Value) {
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    print(&format!(
        "{name:<40} {:>11.3} {:>11.3}   {:.3} ({:.3}, {:.3})",
        number(&row["before"]),
        number(&row["after"]),
        number(&row["ratio"]["median"]),
        number(&row["ratio"]["min"]),
        number(&row["ratio"]["max"]),
    ));
}
