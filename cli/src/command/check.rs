//! `aqua check`: mistakes of programs and manifests.

use crate::failure::Failure;
use crate::options::CheckOptions;
use crate::terminal::Terminal;
use aqua_compiler::Changes;
use aqua_project::{Checked, Checker, Watch};
use serde_json::json;
use std::time::Instant;

/// Shows every message of every program, with `--watch` again after each change.
pub(crate) fn check(options: &CheckOptions, terminal: Terminal) -> Result<(), Failure> {
    let settings = options.build.settings(None)?;
    // Nothing that happens while the first check runs may be missed.
    let mut watch = options.watch.then(|| Watch::new(&options.paths)).transpose()?;
    let mut begun = Instant::now();
    let mut checker = Checker::new(&options.paths, &settings)?;
    let mut changes = Changes::Anything;
    loop {
        let checked = checker.check(changes);
        if let Some(watch) = &mut watch {
            watch.folders(checker.folders())?;
        }
        tell(&checked, begun, terminal);
        let Some(watch) = &mut watch else {
            return if checked.has_errors() {
                Err(Failure::Mistakes)
            } else {
                Ok(())
            };
        };
        let change = watch.wait(|file| checker.reads(file))?;
        begun = Instant::now();
        changes = if change.structure {
            checker = Checker::new(&options.paths, &settings)?;
            Changes::Anything
        } else {
            let names = change.texts.iter().map(|file| file.to_string_lossy().into_owned());
            Changes::Texts(names.collect())
        };
    }
}

fn tell(checked: &Checked, begun: Instant, terminal: Terminal) {
    for (sources, messages) in &checked.messages {
        terminal.diagnostics(sources, messages);
    }
    let (programs, modules, ms) = (checked.programs, checked.modules, begun.elapsed().as_millis());
    if terminal.is_json() {
        terminal.object(&json!({"kind": "checked", "programs": programs, "modules": modules, "ms": ms}));
    }
    terminal.note(&format!(
        "checked {programs} {} in {ms} ms",
        if programs == 1 { "program" } else { "programs" }
    ));
}
