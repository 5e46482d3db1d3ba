//! Fuzzing: builds the targets of `fuzz/` with AddressSanitizer and coverage counters, runs them in turn, and stores executions
//! and coverage.
//!
//! The engine is libFuzzer. This does what cargo-fuzz does, but with a stable compiler, so that only a C++ compiler has to be
//! installed. Corpora grow in `$AQUA_CACHE/fuzzing` or `target/fuzzing` from one long run to the next. They start with the
//! programs and data of the tests and with inputs that triggered a bug (`fuzz/findings`).

use crate::print;
use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The name of a target, the maximum length of its inputs in bytes, and its dictionary.
type Target = (&'static str, u32, Option<&'static str>);

const TARGETS: &[Target] = &[
    ("lexer", 8192, Some("aqua")),
    ("parser", 8192, Some("aqua")),
    ("compiler", 4096, Some("aqua")),
    ("air", 8192, Some("air")),
    ("bytecode", 4096, None),
    ("data", 16384, None),
    ("step", 6000, Some("air")),
    ("flat", 16384, Some("air")),
    ("component", 32768, None),
    ("marine", 4096, None),
    ("guest", 4096, None),
    ("records", 4096, None),
];

/// The memory limit of a target in MiB, including that of the sanitizer.
const MEMORY: u32 = 1536;
/// The time limit for one input in seconds. The sanitizer, debug assertions and other work on the machine slow a target down
/// many times.
const HANG: u32 = 20;

/// Results of shorter runs are not stored: they only check that the targets still work.
const STORED: Duration = Duration::from_secs(60);

/// Edge counters and traced comparisons, as cargo-fuzz sets them.
const FLAGS: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Zsanitizer=address",
    "--cfg=fuzzing",
];

/// `fuzz [--minutes N | --seconds N] [TARGET…]`: fuzzes the given targets, or all, for that time in total. With
/// `--input FILE`, runs that input instead.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<()> {
    let mut time = STORED;
    let (mut wanted, mut input) = (Vec::new(), None);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
        match *argument {
            "--minutes" => time = Duration::from_secs(60 * value()?.parse::<u64>()?),
            "--seconds" => time = Duration::from_secs(value()?.parse()?),
            "--input" => input = Some(*value()?),
            name => wanted.push(target(name)?),
        }
    }
    if wanted.is_empty() {
        wanted = TARGETS.to_vec();
    }
    let fuzzer = Fuzzer::build(root, time >= STORED)?;
    if let Some(input) = input {
        return wanted.iter().try_for_each(|(name, ..)| fuzzer.run_input(name, input));
    }
    fuzzer.seed()?;
    let share = (time / wanted.len() as u32).as_secs().max(1);
    print(&format!(
        "{:<9} {:>9} {:>10} {:>7} {:>16} {:>7} {:>9}",
        "target", "seconds", "executions", "per s", "edges", "corpus", "peak MiB"
    ));
    let mut results = Vec::new();
    let mut findings = Vec::new();
    for target in wanted {
        let (result, found) = fuzzer.fuzz(target, share)?;
        results.push(result);
        findings.extend(found);
    }
    if time >= STORED {
        store(root, results)?;
    }
    ensure!(
        findings.is_empty(),
        "inputs that triggered a bug:\n  {}",
        findings.join("\n  ")
    );
    Ok(())
}

fn target(name: &str) -> Result<Target> {
    let names = || TARGETS.iter().map(|it| it.0).collect::<Vec<_>>().join(", ");
    let found = TARGETS.iter().find(|target| target.0 == name);
    found
        .copied()
        .with_context(|| format!("unknown target {name}; the targets are {}", names()))
}

/// Built targets and the folder of their corpora.
struct Fuzzer {
    root: PathBuf,
    /// The commit that the targets are built from.
    commit: String,
    binaries: PathBuf,
    work: PathBuf,
    /// Whether the corpus of earlier runs is used and extended. A short run would spend all its time reading it.
    keeps_corpus: bool,
}

impl Fuzzer {
    fn build(root: &Path, keeps_corpus: bool) -> Result<Self> {
        let target = crate::target(root);
        let (host, built) = (host()?, target.join("fuzz"));
        let build = Command::new(env!("CARGO"))
            .args(["build", "--release", "--locked", "--quiet", "--bins", "--target", &host])
            .arg("--manifest-path")
            .arg(root.join("fuzz/Cargo.toml"))
            .arg("--target-dir")
            .arg(&built)
            .env("RUSTFLAGS", FLAGS.join(" "))
            // Sanitizers are not stable yet.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_INCREMENTAL", "0")
            .current_dir(root)
            .status()?;
        ensure!(build.success(), "building the targets: {build}");
        let work = std::env::var_os("AQUA_CACHE")
            .map_or(target, PathBuf::from)
            .join("fuzzing");
        Ok(Self {
            root: root.to_owned(),
            commit: commit(root)?,
            binaries: built.join(host).join("release"),
            work,
            keeps_corpus,
        })
    }

    /// Writes the seed corpus, which is derived from the tests.
    fn seed(&self) -> Result<()> {
        let folder = self.work.join("seeds");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let status = Command::new(self.binaries.join("seeds"))
            .arg(&self.root)
            .arg(folder)
            .status()?;
        ensure!(status.success(), "writing seeds: {status}");
        Ok(())
    }

    fn run_input(&self, name: &str, input: &str) -> Result<()> {
        let status = Command::new(self.binaries.join(name)).arg(input).status()?;
        ensure!(status.success(), "{name} fails: {status}");
        Ok(())
    }

    /// Fuzzes one target. Returns the measurements and the inputs that triggered a bug.
    fn fuzz(&self, (name, longest, dictionary): Target, seconds: u64) -> Result<(Value, Vec<String>)> {
        let corpus = self
            .work
            .join(if self.keeps_corpus { "corpus" } else { "temporary" })
            .join(name);
        if !self.keeps_corpus && corpus.exists() {
            fs::remove_dir_all(&corpus)?;
        }
        let broken = self.work.join("broken").join(name);
        fs::create_dir_all(&corpus)?;
        fs::create_dir_all(&broken)?;
        let log = self.work.join(format!("{name}.log"));
        let mut command = Command::new(self.binaries.join(name));
        command
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-max_len={longest}"))
            .arg(format!("-rss_limit_mb={MEMORY}"))
            .arg(format!("-timeout={HANG}"))
            .arg(format!("-artifact_prefix={}/", broken.display()))
            .arg("-print_final_stats=1")
            .arg(&corpus)
            .arg(self.work.join("seeds").join(name));
        let findings = self.root.join("fuzz/findings").join(name);
        if findings.exists() {
            command.arg(findings);
        }
        if let Some(dictionary) = dictionary {
            let path = self.root.join("fuzz/dictionaries").join(dictionary);
            command.arg(format!("-dict={}", path.display()));
        }
        let started = Instant::now();
        let status = command.stdout(Stdio::null()).stderr(fs::File::create(&log)?).status()?;
        let took = started.elapsed().as_secs_f64();
        let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        let output = EngineOutput { text: &text };
        let executions = output.statistic("number_of_executed_units");
        let (edges, all) = (output.last("cov:"), output.before("inline 8-bit counters"));
        let (inputs, peak) = (output.last("corp:"), output.statistic("peak_rss_mb"));
        print(&format!(
            "{name:<9} {took:>9.1} {executions:>10} {:>7.0} {:>16} {inputs:>7} {peak:>9}",
            executions as f64 / took,
            format!("{edges}/{all}"),
        ));
        let mut found = Vec::new();
        if !status.success() {
            let artifact = output
                .text
                .lines()
                .find_map(|line| line.split("Test unit written to ").nth(1));
            let reason = output
                .text
                .lines()
                .find(|line| line.contains("panicked at") || line.contains("ERROR:"));
            found.push(format!(
                "{name}: {} ({}; see {})",
                artifact.unwrap_or("no input"),
                reason.unwrap_or("no reason").trim(),
                log.display()
            ));
        }
        let result = json!({
            "target": name,
            "commit": self.commit,
            "seconds": (took * 10.0).round() / 10.0,
            "executions": executions,
            "covered_edges": edges,
            "instrumented_edges": all,
            "features": output.last("ft:"),
            "corpus_inputs": inputs,
            "peak_memory_mib": peak,
            "memory_limit_mib": MEMORY,
            "longest_input": longest,
            "findings": found.len(),
        });
        Ok((result, found))
    }
}

/// The output of libFuzzer.
struct EngineOutput<'a> {
    text: &'a str,
}

impl EngineOutput<'_> {
    /// The number after the last occurrence of a word.
    fn last(&self, word: &str) -> u64 {
        self.text
            .rfind(word)
            .map_or(0, |at| number(&self.text[at + word.len()..]))
    }

    fn statistic(&self, name: &str) -> u64 {
        self.last(&format!("stat::{name}:"))
    }

    /// The number in the parenthesis that ends with some words.
    fn before(&self, words: &str) -> u64 {
        let before = self.text.find(words).map(|at| &self.text[..at]);
        before
            .and_then(|text| text.rfind('(').map(|at| number(&text[at + 1..])))
            .unwrap_or(0)
    }
}

fn number(text: &str) -> u64 {
    let digits = text.trim_start();
    let end = digits
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(digits.len());
    digits[..end].parse().unwrap_or(0)
}

fn commit(root: &Path) -> Result<String> {
    let output = Command::new("git")
        .args(["rev-parse", "HEAD"])
        .current_dir(root)
        .output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// The host triple. With an explicit target, cargo builds build scripts and procedural macros without `FLAGS`.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let version = String::from_utf8(output.stdout)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("`rustc -vV` prints no host")?.to_owned())
}

/// Writes results to `bench/results/fuzz.json`. They replace earlier results of the same targets.
fn store(root: &Path, results: Vec<Value>) -> Result<()> {
    let path = root.join("bench/results/fuzz.json");
    let earlier: Value = match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text)?,
        Err(_) => Value::Null,
    };
    let mut targets = Map::new();
    for result in earlier["results"].as_array().into_iter().flatten().chain(&results) {
        let name = result["target"].as_str().context("a target's name")?;
        targets.insert(name.to_owned(), result.clone());
    }
    let rank = |name: &str| TARGETS.iter().position(|target| target.0 == name);
    let mut results: Vec<Value> = targets.into_iter().map(|(_, result)| result).collect();
    results.retain(|result| result["target"].as_str().and_then(rank).is_some());
    results.sort_by_key(|result| result["target"].as_str().and_then(rank));
    let how = "libFuzzer, one process at a time, address sanitizer, debug assertions and overflow checks on; edges count all \
               linked crates; peak memory includes the sanitizer's";
    let document = json!({"how": how, "results": results});
    fs::write(&path, serde_json::to_string_pretty(&document)? + "\n")?;
    print(&format!("stored in {}", path.display()));
    Ok(())
}
