//! `aqua check`: reports errors in programs and manifests.

use crate::failure::Failure;
use crate::options::CheckOptions;
use crate::terminal::Terminal;
use aqua_compiler::Changes;
use aqua_project::{CheckReport, Checker, FileWatcher};
use serde_json::json;
use std::time::Instant;

/// Checks all programs and prints their diagnostics; with `--watch`, again after each change.
pub(crate) fn check(options: &CheckOptions, terminal: Terminal) -> Result<(), Failure> {
    let settings = options.build.settings(None)?;
    // Watching starts before the first check, so that changes during the check are not missed.
    let mut watcher = options.watch.then(|| FileWatcher::new(&options.paths)).transpose()?;
    let mut start = Instant::now();
    let mut checker = Checker::new(&options.paths, &settings)?;
    let mut changes = Changes::Anything;
    loop {
        let report = checker.check(changes);
        if let Some(watcher) = &mut watcher {
            watcher.watch_folders(checker.folders())?;
        }
        print(&report, start, terminal);
        let Some(watcher) = &mut watcher else {
            return if report.has_errors() {
                Err(Failure::Reported)
            } else {
                Ok(())
            };
        };
        let change = watcher.wait(|file| checker.reads(file))?;
        start = Instant::now();
        changes = if change.structure {
            checker = Checker::new(&options.paths, &settings)?;
            Changes::Anything
        } else {
            let names = change.sources.iter().map(|file| file.to_string_lossy().into_owned());
            Changes::Texts(names.collect())
        };
    }
}

fn print(report: &CheckReport, start: Instant, terminal: Terminal) {
    for (sources, diagnostics) in &report.diagnostics {
        terminal.diagnostics(sources, diagnostics);
    }
    let (programs, modules, ms) = (report.programs, report.modules, start.elapsed().as_millis());
    if terminal.is_json() {
        terminal.object(&json!({"kind": "checked", "programs": programs, "modules": modules, "ms": ms}));
    }
    terminal.status(&format!(
        "checked {programs} {} in {ms} ms",
        if programs == 1 { "program" } else { "programs" }
    ));
}
