//! Measures one dimension of the input at one size: `aqua-growth DIMENSION SIZE` prints processor time and peak memory as JSON.
//! `aqua-growth` lists the dimensions with their sizes. The group `growth` of `aqua-bench` runs it for all of them.
//!
//! It is a program of its own because its allocator counts.

mod allocations;
mod dimensions;
mod programs;

use anyhow::{Context, Result};
use dimensions::{DIMENSIONS, Dimension};
use nix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use std::process::ExitCode;
use std::time::Duration;

/// The allocator of `aqua`, with counters.
#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

/// How long a measurement is repeated, and how often at least and at most.
const MEASURED: Duration = Duration::from_millis(400);
const RUNS: std::ops::Range<usize> = 3..1000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => Ok(DIMENSIONS.iter().map(description).collect()),
        [name, size] => measure(name, size),
        _ => Err(anyhow::anyhow!("usage: aqua-growth [DIMENSION SIZE]")),
    };
    match outcome {
        Ok(result) => {
            print(&result.to_string());
            ExitCode::SUCCESS
        }
        Err(error) => {
            print(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn description(dimension: &Dimension) -> Value {
    json!({"dimension": dimension.name, "what": dimension.what, "sizes": dimension.sizes()})
}

fn measure(name: &str, size: &str) -> Result<Value> {
    let dimension = DIMENSIONS.iter().find(|dimension| dimension.name == name);
    let input = (dimension.context("no such dimension")?.input)(size.parse()?);
    let before = allocations::reset_peak();
    input.run()?;
    let peak = allocations::peak() - before;
    let (mut runs, mut least, mut total) = (0, Duration::MAX, Duration::ZERO);
    while runs < RUNS.start || (runs < RUNS.end && total < MEASURED) {
        let start = cpu()?;
        input.run()?;
        let taken = cpu()? - start;
        least = least.min(taken);
        total += taken;
        runs += 1;
    }
    let ms = (least.as_secs_f64() * 1e6).round() / 1e3;
    Ok(
        json!({"size": size.parse::<usize>()?, "source_bytes": input.bytes(), "cpu_ms": ms, "peak_bytes": peak, "runs": runs}),
    )
}

/// The processor time of this process.
fn cpu() -> Result<Duration> {
    Ok(Duration::from(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?))
}

#[allow(clippy::print_stdout, reason = "the program prints its results")]
fn print(text: &str) {
    println!("{text}");
}
