//! `aqua compile`: one file for each exported function.

use super::build;
use crate::failure::Failure;
use crate::options::{CompileOptions, Target};
use crate::terminal::Terminal;
use anyhow::Context;
use aqua_air::{Bytecode, print};
use aqua_compiler::CompiledFunction;
use aqua_project::Program;
use serde_json::json;

/// Writes the functions and says what was written.
pub(crate) fn compile(options: &CompileOptions, terminal: Terminal) -> Result<(), Failure> {
    let program = Program::locate(&options.program)?;
    let compilation = build(&program, &options.build.settings(options.entry.as_deref()), terminal)?;
    let target = if options.air { Target::Air } else { options.target };
    for function in &compilation.functions {
        let (extension, content) = artifact(function, target)?;
        let path = aqua_project::write_artifact(&options.output, &function.name, extension, &content)?;
        let bytes = content.len();
        if terminal.is_json() {
            let object = json!({"kind": "artifact", "function": *function.name, "path": path, "bytes": bytes});
            terminal.object(&object);
        }
        terminal.note(&format!("wrote {} ({bytes} bytes)", path.display()));
    }
    if compilation.functions.is_empty() {
        terminal.note("nothing was written");
    }
    Ok(())
}

/// The extension and content of the file.
fn artifact(function: &CompiledFunction, target: Target) -> Result<(&'static str, Vec<u8>), Failure> {
    match target {
        Target::Air => Ok(("air", print(&function.script).into_bytes())),
        Target::Bytecode => {
            let bytecode = Bytecode::assemble(&function.script);
            let bytecode = bytecode.with_context(|| format!("`{}` has no bytecode", function.name))?;
            Ok(("airb", bytecode.encode()))
        }
    }
}
