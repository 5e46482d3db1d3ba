//! Measuring: wall time by the clock, CPU time and peak memory by the accounting of the operating system.

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// The minimum, median and maximum of a series.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

/// The cost of a case over its measured runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// The number of measured runs.
    pub(crate) runs: usize,
    /// Wall time of a run, in milliseconds.
    pub(crate) wall_ms: Spread,
    /// CPU time of a run, user and system, all threads, in milliseconds. The mean for in-process cases.
    pub(crate) cpu_ms: Spread,
    /// Peak memory of the measured process, in KiB.
    pub(crate) peak_memory_kib: i64,
}

/// Runs an operation `runs` times after `warmup` unmeasured runs, and measures the processes that it starts and waits for.
///
/// Peak memory is that of the largest child of this process, so each process measures one case only.
pub(crate) fn children(warmup: usize, runs: usize, mut run: impl FnMut() -> Result<()>) -> Result<Figures> {
    for _ in 0..warmup {
        run()?;
    }
    let (mut walls, mut cpus) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let (cpu, start) = (used(UsageWho::RUSAGE_CHILDREN)?, Instant::now());
        run()?;
        walls.push(milliseconds(start.elapsed()));
        cpus.push(milliseconds(used(UsageWho::RUSAGE_CHILDREN)? - cpu));
    }
    let peak_memory_kib = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss();
    Ok(Figures {
        runs,
        wall_ms: spread(walls)?,
        cpu_ms: spread(cpus)?,
        peak_memory_kib,
    })
}

/// Measures an asynchronous operation in this process.
pub(crate) async fn inside(warmup: usize, runs: usize, mut run: impl AsyncFnMut() -> Result<()>) -> Result<Figures> {
    for _ in 0..warmup {
        run().await?;
    }
    let mut walls = Vec::new();
    let cpu = used(UsageWho::RUSAGE_SELF)?;
    for _ in 0..runs {
        let start = Instant::now();
        run().await?;
        walls.push(milliseconds(start.elapsed()));
    }
    Ok(Figures {
        runs,
        wall_ms: spread(walls)?,
        cpu_ms: mean(used(UsageWho::RUSAGE_SELF)? - cpu, runs),
        peak_memory_kib: getrusage(UsageWho::RUSAGE_SELF)?.max_rss(),
    })
}

/// Measures runs in another process that keeps running.
pub(crate) fn beside(process: u32, warmup: usize, runs: usize, mut run: impl FnMut() -> Result<()>) -> Result<Figures> {
    for _ in 0..warmup {
        run()?;
    }
    let mut walls = Vec::new();
    let cpu = used_by(process)?;
    for _ in 0..runs {
        let start = Instant::now();
        run()?;
        walls.push(milliseconds(start.elapsed()));
    }
    Ok(Figures {
        runs,
        wall_ms: spread(walls)?,
        cpu_ms: mean(used_by(process)? - cpu, runs),
        peak_memory_kib: peak_of(process)?,
    })
}

/// The accounting is too coarse for a single short run.
fn mean(total: Duration, runs: usize) -> Spread {
    let mean = milliseconds(total) / runs as f64;
    Spread {
        min: mean,
        median: mean,
        max: mean,
    }
}

/// CPU time of a running process, user and system, in the resolution of Linux: hundredths of a second.
fn used_by(process: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The process name may contain spaces; it ends with the last parenthesis.
    let (_, fields) = stat.rsplit_once(')').context("a line of process accounts")?;
    let ticks = |at: usize| -> Result<u64> { Ok(fields.split_whitespace().nth(at).context("a field")?.parse()?) };
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}

/// Waits until a process is idle for a tenth of a second, for at most ten seconds: engines collect garbage and compile
/// in the background, which would slow down the measured code.
pub(crate) fn settle(process: u32) -> Result<()> {
    const A_WHILE: Duration = Duration::from_millis(100);
    const MOST: usize = 100;

    let mut before = used_by(process)?;
    for _ in 0..MOST {
        std::thread::sleep(A_WHILE);
        let now = used_by(process)?;
        if now == before {
            break;
        }
        before = now;
    }
    Ok(())
}

/// Peak memory of a running process, in KiB.
fn peak_of(process: u32) -> Result<i64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = peak
        .and_then(|peak| peak.split_whitespace().next())
        .context("the peak of its memory")?;
    Ok(number.parse()?)
}

fn used(who: UsageWho) -> Result<Duration> {
    let usage = getrusage(who)?;
    let total = usage.user_time() + usage.system_time();
    Ok(Duration::new(
        total.tv_sec().try_into()?,
        u32::try_from(total.tv_usec())? * 1000,
    ))
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

fn spread(mut values: Vec<f64>) -> Result<Spread> {
    values.sort_by(f64::total_cmp);
    let (min, max) = (values.first().context("no runs")?, values.last().context("no runs")?);
    Ok(Spread {
        min: *min,
        median: values[values.len() / 2],
        max: *max,
    })
}
