//! `aqua check`: mistakes of programs and manifests.

use crate::failure::Failure;
use crate::options::CheckOptions;
use crate::terminal::Terminal;
use serde_json::json;
use std::time::Instant;

/// Shows every message of every program.
pub(crate) fn check(options: &CheckOptions, terminal: Terminal) -> Result<(), Failure> {
    let begun = Instant::now();
    let checked = aqua_project::check(&options.paths, &options.build.settings(None)?)?;
    for (sources, messages) in &checked.messages {
        terminal.diagnostics(sources, messages);
    }
    let (programs, ms) = (checked.programs, begun.elapsed().as_millis());
    if terminal.is_json() {
        terminal.object(&json!({"kind": "checked", "programs": programs, "ms": ms}));
    }
    terminal.note(&format!(
        "checked {programs} {} in {ms} ms",
        if programs == 1 { "program" } else { "programs" }
    ));
    if checked.has_errors() {
        Err(Failure::Mistakes)
    } else {
        Ok(())
    }
}
