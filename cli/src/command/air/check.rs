//! `aqua air check`: mistakes of scripts.

use crate::command::file;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Look for mistakes in scripts
///
/// Grammar, names, folds; for bytecode also everything that its format promises. Says for each good script how many
/// instructions it has, how deep they nest, and its content id: scripts that differ in layout only have the same one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua air check greet.air
  aqua air check out/*.air out/*.airb
  some-compiler | aqua air check --json -")]
pub(crate) struct CheckOptions {
    /// Scripts, as text or bytecode; - is standard input
    #[arg(value_name = "FILE", required = true)]
    scripts: Vec<PathBuf>,
}

/// Shows every mistake of every script.
pub(crate) fn check(options: &CheckOptions, terminal: Terminal) -> Result<(), Failure> {
    let mut mistakes = false;
    for path in &options.scripts {
        let script = match file::script(path, terminal) {
            Ok(script) => script,
            Err(Failure::Mistakes) => {
                mistakes = true;
                continue;
            }
            Err(failure) => return Err(failure),
        };
        let (name, instructions, depth) = (file::name(path), script.operations().len(), script.depth());
        let id = script.content_id().to_string();
        if terminal.is_json() {
            terminal.object(&json!({
                "kind": "script", "path": name, "instructions": instructions, "depth": depth, "content_id": id,
            }));
        }
        terminal.note(&format!("{name}: {instructions} instructions, {depth} deep, {id}"));
    }
    if mistakes { Err(Failure::Mistakes) } else { Ok(()) }
}
