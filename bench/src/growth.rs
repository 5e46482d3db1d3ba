//! The growth of time and memory with each dimension of the compiler's input: all sizes are measured by `aqua-growth`, and the
//! exponents are fitted here. An exponent of 1 is linear, one of 2 quadratic.

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::process::Command;

/// The greatest exponent that is accepted.
const LIMIT: f64 = 1.2;

/// How often a dimension with a greater exponent of time is measured again.
const RETRIES: usize = 4;

/// The results, and the dimensions in which an exponent is greater than [`LIMIT`].
pub(crate) struct Report {
    pub(crate) results: Value,
    pub(crate) steep: Vec<String>,
}

#[derive(Deserialize)]
struct Dimension {
    dimension: String,
    what: String,
    sizes: Vec<usize>,
}

#[derive(Serialize, Deserialize)]
struct Row {
    size: usize,
    source_bytes: usize,
    cpu_ms: f64,
    peak_bytes: usize,
    runs: usize,
}

/// Measures all dimensions and prints a line for each.
pub(crate) fn report(say: &dyn Fn(&str)) -> Result<Report> {
    let dimensions: Vec<Dimension> = serde_json::from_str(&growth(&[])?)?;
    let head = ["dimension", "from", "to", "ms", "MiB", "time", "memory"];
    say(&line(&head.map(str::to_owned)));
    let (mut results, mut steep) = (Vec::new(), Vec::new());
    for dimension in dimensions {
        let name = dimension.dimension;
        let mut rows = measure(&name, &dimension.sizes)?;
        let mut exponents = exponents(&rows)?;
        for _ in 0..RETRIES {
            if exponents[0] <= LIMIT {
                break;
            }
            // Other load only adds to times, so the lowest time of each size counts.
            for (row, again) in rows.iter_mut().zip(measure(&name, &dimension.sizes)?) {
                row.cpu_ms = row.cpu_ms.min(again.cpu_ms);
                row.runs += again.runs;
            }
            exponents = self::exponents(&rows)?;
        }
        let ([time, memory], last) = (exponents, rows.last().context("sizes")?);
        say(&line(&[
            name.clone(),
            rows[0].size.to_string(),
            last.size.to_string(),
            format!("{:.2}", last.cpu_ms),
            format!("{:.1}", last.peak_bytes as f64 / f64::from(1 << 20)),
            format!("{time:.2}"),
            format!("{memory:.2}"),
        ]));
        if time.max(memory) > LIMIT {
            steep.push(format!("{name} ({time:.2}, {memory:.2})"));
        }
        results.push(json!({
            "dimension": name,
            "what": dimension.what,
            "time_exponent": time,
            "memory_exponent": memory,
            "sizes": rows,
        }));
    }
    Ok(Report {
        results: results.into(),
        steep,
    })
}

fn measure(name: &str, sizes: &[usize]) -> Result<Vec<Row>> {
    sizes.iter().map(|size| measured(name, *size)).collect()
}

/// The exponents of time and memory in the last two doublings.
fn exponents(rows: &[Row]) -> Result<[f64; 2]> {
    let [.., first, _, last] = rows else {
        bail!("too few sizes");
    };
    let doublings = (last.size as f64 / first.size as f64).log2();
    let exponent = |least: f64, most: f64| ((most / least).log2() / doublings * 100.0).round() / 100.0;
    Ok([
        exponent(first.cpu_ms, last.cpu_ms),
        exponent(first.peak_bytes as f64, last.peak_bytes as f64),
    ])
}

fn measured(name: &str, size: usize) -> Result<Row> {
    let output = growth(&[name, &size.to_string()])?;
    serde_json::from_str(&output).with_context(|| format!("{name} of {size}: {output}"))
}

/// Runs `aqua-growth`.
fn growth(arguments: &[&str]) -> Result<String> {
    let program = std::env::current_exe()?.with_file_name("aqua-growth");
    let output = Command::new(&program).args(arguments).output().context("aqua-growth")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "aqua-growth {}: {text}{error}",
        arguments.join(" ")
    );
    Ok(text)
}

fn line(columns: &[String; 7]) -> String {
    let [name, from, to, ms, mib, time, memory] = columns;
    format!("{name:<16} {from:>9} {to:>9} {ms:>10} {mib:>8} {time:>6} {memory:>7}")
}
