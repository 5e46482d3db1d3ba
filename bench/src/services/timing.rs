//! Wall times of two ways to do the same, in turn.

use anyhow::Result;
use std::time::Instant;

/// Small calls that are measured together.
pub(super) const BATCH: usize = 10;

/// Makes a small call [`BATCH`] times.
pub(super) fn batch(mut call: impl FnMut() -> Result<()>) -> Result<()> {
    (0..BATCH).try_for_each(|_| call())
}

/// Runs each operation `runs` times in turn, after a tenth of that as warm-up. Returns the medians in microseconds.
pub(super) fn in_turn<const N: usize>(
    runs: usize,
    mut operations: [&mut dyn FnMut() -> Result<()>; N],
) -> Result<[f64; N]> {
    let mut times = [const { Vec::new() }; N];
    for run in 0..runs + runs / 10 {
        for (operation, times) in operations.iter_mut().zip(&mut times) {
            let start = Instant::now();
            operation()?;
            if run >= runs / 10 {
                times.push(start.elapsed().as_secs_f64() * 1e6);
            }
        }
    }
    Ok(times.map(median))
}

pub(super) fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

pub(super) fn geometric_mean(numbers: &[f64]) -> f64 {
    (numbers.iter().map(|number| number.ln()).sum::<f64>() / numbers.len() as f64).exp()
}

/// Rounds to three decimals.
pub(super) fn rounded(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}
