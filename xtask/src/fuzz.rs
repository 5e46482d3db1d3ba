//! Fuzzing: builds the targets of `fuzz/` with the address sanitizer and coverage counters, runs them in turn, and stores
//! what was executed and covered.
//!
//! The engine is libFuzzer. What cargo-fuzz does is done here with a compiler of the stable channel, so that there is nothing
//! to install but a C++ compiler. Corpora grow under `$AQUA_CACHE/fuzzing` (or `target/fuzzing`) from one long run to the next; they
//! begin with the programs and data of the tests and with the inputs that once broke something (`fuzz/findings`).

use crate::print;
use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A target, the longest input that it gets, in bytes, and the dictionary that it is helped with.
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
];

/// Memory of one target above which it fails, in MiB, the sanitizer's own share included.
const MEMORY: u32 = 1536;
/// Time for one input above which it counts as hanging, in seconds: the sanitizer, all checks and other work on the machine
/// make everything many times slower.
const HANG: u32 = 20;

/// Runs shorter than this check that everything still works; they are not stored.
const STORED: Duration = Duration::from_secs(60);

/// Counters on every edge, comparisons reported to the engine; as cargo-fuzz sets them.
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

/// `fuzz [--minutes N | --seconds N] [TARGET…]`: fuzzes these targets, or all, for so long together. With `--input FILE`, plays
/// that input instead.
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
        return wanted.iter().try_for_each(|(name, ..)| fuzzer.play(name, input));
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
        "inputs that break a target:\n  {}",
        findings.join("\n  ")
    );
    Ok(())
}

fn target(name: &str) -> Result<Target> {
    let names = || TARGETS.iter().map(|it| it.0).collect::<Vec<_>>().join(", ");
    let found = TARGETS.iter().find(|target| target.0 == name);
    found
        .copied()
        .with_context(|| format!("no target {name}; there are {}", names()))
}

/// Built targets and the folder of their corpora.
struct Fuzzer {
    root: PathBuf,
    /// What was built.
    commit: String,
    binaries: PathBuf,
    work: PathBuf,
    /// Whether corpora grow from run to run. A short run would only be busy with reading a grown one.
    keeps: bool,
}

impl Fuzzer {
    fn build(root: &Path, keeps: bool) -> Result<Self> {
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
            keeps,
        })
    }

    /// Writes the seeds anew: they follow the tests.
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

    fn play(&self, name: &str, input: &str) -> Result<()> {
        let status = Command::new(self.binaries.join(name)).arg(input).status()?;
        ensure!(status.success(), "{name} breaks: {status}");
        Ok(())
    }

    /// Fuzzes one target: what was measured, and what breaks it.
    fn fuzz(&self, (name, longest, dictionary): Target, seconds: u64) -> Result<(Value, Vec<String>)> {
        let corpus = self
            .work
            .join(if self.keeps { "corpus" } else { "fleeting" })
            .join(name);
        if !self.keeps && corpus.exists() {
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
        let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        let said = Said { text: &said };
        let executions = said.statistic("number_of_executed_units");
        let (edges, all) = (said.last("cov:"), said.before("inline 8-bit counters"));
        let (inputs, peak) = (said.last("corp:"), said.statistic("peak_rss_mb"));
        print(&format!(
            "{name:<9} {took:>9.1} {executions:>10} {:>7.0} {:>16} {inputs:>7} {peak:>9}",
            executions as f64 / took,
            format!("{edges}/{all}"),
        ));
        let mut found = Vec::new();
        if !status.success() {
            let artifact = said
                .text
                .lines()
                .find_map(|line| line.split("Test unit written to ").nth(1));
            let reason = said
                .text
                .lines()
                .find(|line| line.contains("panicked at") || line.contains("ERROR:"));
            found.push(format!(
                "{name}: {} ({}; all of it in {})",
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
            "features": said.last("ft:"),
            "corpus_inputs": inputs,
            "peak_memory_mib": peak,
            "memory_limit_mib": MEMORY,
            "longest_input": longest,
            "findings": found.len(),
        });
        Ok((result, found))
    }
}

/// What the engine wrote.
struct Said<'a> {
    text: &'a str,
}

impl Said<'_> {
    /// The number behind a word, where the word occurs last.
    fn last(&self, word: &str) -> u64 {
        self.text
            .rfind(word)
            .map_or(0, |at| number(&self.text[at + word.len()..]))
    }

    fn statistic(&self, name: &str) -> u64 {
        self.last(&format!("stat::{name}:"))
    }

    /// The number before some words, behind a parenthesis.
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

/// The platform that this runs on: with its name given, build scripts and macros are built without the flags.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let said = String::from_utf8(output.stdout)?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}

/// Puts results into the file, in place of former ones of the same targets.
fn store(root: &Path, results: Vec<Value>) -> Result<()> {
    let path = root.join("bench/results/fuzz.json");
    let former: Value = match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text)?,
        Err(_) => Value::Null,
    };
    let mut targets = Map::new();
    for result in former["results"].as_array().into_iter().flatten().chain(&results) {
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
