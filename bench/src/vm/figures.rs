//! The figures that pages quote. They are written into the pages from the stored results, and a test compares them.

use anyhow::{Context as _, Result};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Pages with figures, from the root of the workspace.
const PAGES: [&str; 2] = ["README.md", "docs/decisions/arrival-performance.md"];
/// The lines around the figures.
const BEGIN: &str = "<!-- figures: bench/results/vm.json -->\n";
const END: &str = "<!-- end of figures -->\n";

/// Writes the figures of results into all pages.
pub(crate) fn write(results: &Value) -> Result<()> {
    for page in PAGES {
        let path = path(page);
        let text = std::fs::read_to_string(&path).with_context(|| page.to_owned())?;
        let (before, _, after) = parts(&text).with_context(|| format!("{page}: no figures"))?;
        let text = [before, BEGIN, &table(results)?, END, after].concat();
        std::fs::write(&path, text).with_context(|| page.to_owned())?;
    }
    Ok(())
}

fn path(page: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(page)
}

/// What is before, between and after the lines.
fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (figures, after) = rest.split_once(END)?;
    Some((before, figures, after))
}

/// The figures as a table in Markdown.
fn table(results: &Value) -> Result<String> {
    let number = |pointer: &str| {
        let value = results.pointer(pointer).and_then(Value::as_f64);
        value.with_context(|| format!("no {pointer} in the results"))
    };
    let mut table = "| measured | official VM ÷ ours |\n|---|---|\n".to_owned();
    for (what, pointer) in [
        ("data arrives", "/arrival"),
        ("data arrives, the script is parsed", "/arrival/with_script"),
        ("bytes to bytes", "/arrival/bytes_to_bytes"),
    ] {
        let all = number(&format!("{pointer}/geometric_mean_times_native"))?;
        let others = number(&format!("{pointer}/geometric_mean_times_native_without_exceptions"))?;
        writeln!(
            table,
            "| {what}, twenty data sets | {all:.1} ({others:.1} without `null` and the parser sets) |"
        )?;
    }
    for (what, pointer) in [
        (
            "bytes to bytes, six sets of 100 MB",
            "/large/geometric_mean_bytes_to_bytes_times_native",
        ),
        (
            "a service answers, state in memory",
            "/reentry/geometric_mean_times_native_with_results",
        ),
    ] {
        writeln!(table, "| {what} | {:.1} |", number(pointer)?)?;
    }
    let answers = results["answer_after_arrival"].as_array().context("answers")?;
    let worst = answers.iter().filter_map(|row| row["times_next"].as_f64());
    let longest = answers.last().context("an answer")?;
    writeln!(
        table,
        "\nThe first answer of a service after an arrival takes {:.1} µs with {} states in the trace, at most {:.1} times as long as \
         the next one at any length.",
        longest["first"]["cpu_us"].as_f64().context("a time")?,
        longest["states"],
        worst.fold(0.0, f64::max),
    )?;
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_quote_the_stored_figures() {
        let stored = std::fs::read_to_string(path("bench/results/vm.json")).expect("stored results");
        let stored: Value = serde_json::from_str(&stored).expect("JSON");
        // Results of an older benchmark lack some, so the pages have none.
        let table = table(&stored["results"]).unwrap_or_default();
        for page in PAGES {
            let text = std::fs::read_to_string(path(page)).expect("a page");
            let (_, figures, _) = parts(&text).expect("figures");
            assert_eq!(figures, table, "{page}");
        }
    }
}
