//! `aqua compile`: scripts of exported functions, or code that calls them.

use super::{build, warn_of_unnamed};
use crate::failure::Failure;
use crate::options::{CompileOptions, Target};
use crate::terminal::Terminal;
use anyhow::Context;
use aqua_compiler::{Changes, Compilation};
use aqua_project::{Checker, GivenConstants, Program, Watch, artifacts};
use serde_json::json;
use std::path::Path;

/// Compiles, with `--watch` again after each change.
pub(crate) fn compile(options: &CompileOptions, terminal: Terminal) -> Result<(), Failure> {
    if !options.watch {
        return compile_once(options, terminal);
    }
    let paths = std::slice::from_ref(&options.program);
    let mut watch = Watch::new(paths)?;
    loop {
        // Everything that will be read is watched before it is.
        let mut checker = Checker::new(paths, &options.build.settings(None)?)?;
        checker.check(Changes::Anything);
        watch.folders(checker.folders())?;
        match compile_once(options, terminal) {
            Ok(()) | Err(Failure::Mistakes) => {}
            Err(failure) => return Err(failure),
        }
        if terminal.is_json() {
            terminal.object(&json!({"kind": "compiled"}));
        }
        terminal.note("waiting for changes");
        watch.wait(|file| checker.reads(file))?;
    }
}

/// Compiles every program that the path means, writes what became of it and says so.
fn compile_once(options: &CompileOptions, terminal: Terminal) -> Result<(), Failure> {
    let mut settings = options.build.settings(options.entry.as_deref())?;
    let target = if options.air { Target::Air } else { options.target };
    // A Rust caller waits for the end of a function, also when it has no results.
    settings.options.empty_response |= target == Target::Rust;
    let mut given = GivenConstants::of(&settings);
    let mut written = 0;
    let mut mistakes = false;
    let programs = Program::locate_all(&options.program)?;
    let apart = programs.len() > 1 && matches!(target, Target::Air | Target::Bytecode);
    for (program, below) in &programs {
        // Functions of different programs may have the same name.
        let own = program.file.file_stem().filter(|_| apart).unwrap_or_default();
        let folder = options.output.join(below).join(own);
        let built = build(program, &settings, &mut given, terminal);
        match built.and_then(|it| write(program, &it, &folder, options, target, terminal)) {
            Ok(files) => written += files,
            Err(Failure::Mistakes) => mistakes = true,
            Err(failure) => return Err(failure),
        }
    }
    warn_of_unnamed(&given, terminal);
    if mistakes {
        return Err(Failure::Mistakes);
    }
    if written == 0 {
        terminal.note("nothing was written");
    }
    Ok(())
}

/// Writes the files of one program; says how many they are.
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
        Target::Bytecode => artifacts::bytecode(compilation).context("the program is too large")?,
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
        terminal.note(&format!("wrote {} ({bytes} bytes)", path.display()));
    }
    Ok(files.len())
}
