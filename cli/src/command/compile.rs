//! `aqua compile`: compiles programs to AIR, bytecode or bindings.

use super::{build, warn_unused_constants};
use crate::failure::Failure;
use crate::options::{CompileOptions, Target};
use crate::terminal::Terminal;
use anyhow::Context;
use aqua_compiler::{Changes, Compilation};
use aqua_project::{Checker, ConstantOverrides, FileWatcher, Program, artifacts};
use serde_json::json;
use std::path::Path;

/// Compiles; with `--watch`, again after each change.
pub(crate) fn compile(options: &CompileOptions, terminal: Terminal) -> Result<(), Failure> {
    if !options.watch {
        return compile_once(options, terminal);
    }
    let paths = std::slice::from_ref(&options.program);
    let mut watcher = FileWatcher::new(paths)?;
    loop {
        // All folders are watched before they are read, so that no change is missed.
        let mut checker = Checker::new(paths, &options.build.settings(None)?)?;
        checker.check(Changes::Anything);
        watcher.watch_folders(checker.folders())?;
        match compile_once(options, terminal) {
            Ok(()) | Err(Failure::Reported) => {}
            Err(failure) => return Err(failure),
        }
        if terminal.is_json() {
            terminal.object(&json!({"kind": "compiled"}));
        }
        terminal.status("waiting for changes");
        watcher.wait(|file| checker.reads(file))?;
    }
}

/// Compiles all programs at the path and writes the output files.
fn compile_once(options: &CompileOptions, terminal: Terminal) -> Result<(), Failure> {
    let mut settings = options.build.settings(options.entry.as_deref())?;
    let target = if options.air { Target::Air } else { options.target };
    // Rust bindings wait for the end of a function even if it has no results.
    settings.options.empty_response |= target == Target::Rust;
    let mut overrides = ConstantOverrides::new(&settings);
    let mut written = 0;
    let mut has_errors = false;
    let located = Program::locate_all(&options.program);
    let programs = located.map_err(|error| Failure::of_project(error, terminal))?;
    let in_subfolders = programs.len() > 1 && matches!(target, Target::Air | Target::Bytecode);
    for (program, subfolder) in &programs {
        // Different programs may export functions of the same name.
        let own_folder = program.file.file_stem().filter(|_| in_subfolders).unwrap_or_default();
        let folder = options.output.join(subfolder).join(own_folder);
        let built = build(program, &settings, &mut overrides, terminal);
        match built.and_then(|it| write(program, &it, &folder, options, target, terminal)) {
            Ok(files) => written += files,
            Err(Failure::Reported) => has_errors = true,
            Err(failure) => return Err(failure),
        }
    }
    warn_unused_constants(&overrides, terminal);
    if has_errors {
        return Err(Failure::Reported);
    }
    if written == 0 {
        terminal.status("no files written: the program exports nothing");
    }
    Ok(())
}

/// Writes the files of one program and returns their number.
fn write(
    program: &Program,
    compilation: &Compilation,
    folder: &Path,
    options: &CompileOptions,
    target: Target,
    terminal: Terminal,
) -> Result<usize, Failure> {
    let mut files = match target {
        Target::Air => artifacts::air(compilation),
        Target::Bytecode => artifacts::bytecode(compilation).context("the program is too large for bytecode")?,
        Target::Json => artifacts::definitions(compilation, program),
        Target::Ts => artifacts::typescript(compilation, program),
        Target::Js => artifacts::javascript(compilation, program),
        Target::Rust => artifacts::rust(compilation, program),
    };
    if options.source_map && target == Target::Air {
        files.extend(artifacts::source_maps(compilation));
    }
    for file in &files {
        let path = file.write(folder)?;
        let bytes = file.content.len();
        if terminal.is_json() {
            let mut object = json!({"kind": "artifact", "path": path, "bytes": bytes});
            if let Some(function) = &file.function {
                object["function"] = json!(function);
            }
            terminal.object(&object);
        }
        terminal.status(&format!("wrote {} ({bytes} bytes)", path.display()));
    }
    Ok(files.len())
}
