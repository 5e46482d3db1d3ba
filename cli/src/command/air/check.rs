//! `aqua air check`: reports errors in scripts.

use crate::command::file;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Check scripts for errors
///
/// Checks syntax, names and folds, and verifies bytecode. Prints the number of instructions, the nesting depth and the
/// content id of each valid script. Scripts that differ only in layout have the same content id.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua air check greet.air
  aqua air check out/*.air out/*.airb
  some-compiler | aqua air check --json -

Exit codes: 3 if a script has errors.")]
pub(crate) struct CheckOptions {
    /// Scripts: AIR text or bytecode; - is standard input
    #[arg(value_name = "FILE", required = true)]
    scripts: Vec<PathBuf>,
}

/// Checks all scripts and prints their errors.
pub(crate) fn check(options: &CheckOptions, terminal: Terminal) -> Result<(), Failure> {
    let mut has_errors = false;
    for path in &options.scripts {
        let script = match file::script(path, terminal) {
            Ok(script) => script,
            Err(Failure::Reported) => {
                has_errors = true;
                continue;
            }
            Err(failure) => return Err(failure),
        };
        let (name, instructions, depth) = (file::name(path), script.operations().len(), script.depth());
        let id = script.content_hash().to_string();
        if terminal.is_json() {
            terminal.object(&json!({
                "kind": "script", "path": name, "instructions": instructions, "depth": depth, "content_id": id,
            }));
        }
        terminal.status(&format!("{name}: {instructions} instructions, depth {depth}, {id}"));
    }
    if has_errors { Err(Failure::Reported) } else { Ok(()) }
}
