//! CPU time of the current thread.

use anyhow::Result;
use nix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The cost of an operation in microseconds: the lowest decile, since disturbances only add to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) runs: usize,
    pub(super) cpu_us: f64,
    pub(super) wall_us: f64,
}

impl Cost {
    pub(super) fn of(mut cpu_ns: Vec<u64>, mut wall_ns: Vec<u64>) -> Self {
        Self {
            runs: cpu_ns.len(),
            cpu_us: lowest_decile(&mut cpu_ns),
            wall_us: lowest_decile(&mut wall_ns),
        }
    }

    pub(super) fn to_json(self) -> Value {
        json!({"runs": self.runs, "cpu_us": rounded(self.cpu_us), "wall_us": rounded(self.wall_us)})
    }
}

/// Rounds to three decimals.
pub(super) fn rounded(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}

fn lowest_decile(ns: &mut [u64]) -> f64 {
    ns.sort_unstable();
    ns.get(ns.len() / 10).map_or(f64::NAN, |ns| *ns as f64 / 1e3)
}

/// The geometric mean.
pub(super) fn geometric_mean(numbers: &[f64]) -> f64 {
    (numbers.iter().map(|number| number.ln()).sum::<f64>() / numbers.len() as f64).exp()
}

fn thread_cpu() -> Result<Duration> {
    Ok(Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)?))
}

/// The times of single runs, in nanoseconds.
#[derive(Debug, Default)]
pub(super) struct Samples {
    cpu_ns: Vec<u64>,
    wall_ns: Vec<u64>,
}

impl Samples {
    pub(super) fn new(cpu_ns: Vec<u64>, wall_ns: Vec<u64>) -> Self {
        Self { cpu_ns, wall_ns }
    }

    pub(super) fn extend(&mut self, more: Self) {
        self.cpu_ns.extend(more.cpu_ns);
        self.wall_ns.extend(more.wall_ns);
    }

    /// Adds the time of one run.
    pub(super) fn add(&mut self, cost: Cost) {
        self.cpu_ns.push((cost.cpu_us * 1e3) as u64);
        self.wall_ns.push((cost.wall_us * 1e3) as u64);
    }

    pub(super) fn cost(self) -> Cost {
        Cost::of(self.cpu_ns, self.wall_ns)
    }

    /// The cost of a typical one of runs that differ.
    pub(super) fn median(mut self) -> Cost {
        let median = |ns: &mut Vec<u64>| {
            ns.sort_unstable();
            ns.get(ns.len() / 2).copied().into_iter().collect()
        };
        Cost {
            runs: self.cpu_ns.len(),
            ..Cost::of(median(&mut self.cpu_ns.clone()), median(&mut self.wall_ns))
        }
    }
}

/// Runs an operation repeatedly on the output of `prepare` and measures the operation only.
pub(super) fn measure<T, R>(prepare: impl Fn() -> T, run: impl Fn(T) -> R) -> Result<Cost> {
    Ok(samples(&prepare, &run, Duration::from_millis(400))?.cost())
}

/// Runs until that much CPU time is used. Returns the times of single runs.
pub(super) fn samples<T, R>(prepare: &impl Fn() -> T, run: &impl Fn(T) -> R, budget: Duration) -> Result<Samples> {
    const WARM_UP: usize = 2;
    const LEAST: usize = 5;
    const MOST: usize = 2000;

    let mut all = Samples::default();
    let begun = thread_cpu()?;
    while all.cpu_ns.len() < WARM_UP + LEAST || (all.cpu_ns.len() < MOST && thread_cpu()? - begun < budget) {
        all.extend(single(prepare, run)?);
    }
    Ok(Samples::new(
        all.cpu_ns.split_off(WARM_UP),
        all.wall_ns.split_off(WARM_UP),
    ))
}

/// The time of a single run, and of dropping its result: those who run the machine have to do that too.
pub(super) fn single<T, R>(prepare: &impl Fn() -> T, run: &impl Fn(T) -> R) -> Result<Samples> {
    let input = prepare();
    let (started, used) = (Instant::now(), thread_cpu()?);
    drop(run(input));
    let cpu = nanoseconds(thread_cpu()? - used);
    Ok(Samples::new(vec![cpu], vec![nanoseconds(started.elapsed())]))
}

/// Runs an operation once.
pub(super) fn once<R>(run: impl FnOnce() -> Result<R>) -> Result<(Cost, R)> {
    let (started, used) = (Instant::now(), thread_cpu()?);
    let result = run()?;
    let cost = Cost::of(
        vec![nanoseconds(thread_cpu()? - used)],
        vec![nanoseconds(started.elapsed())],
    );
    Ok((cost, result))
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
