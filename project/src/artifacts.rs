//! Output files of the compiler.

use crate::{Error, Program};
use aqua_air::{AssembleError, Bytecode, print};
use aqua_compiler::{Compilation, CompiledFunction, SourceMap, callers};
use serde_json::json;
use std::path::{Path, PathBuf};

/// An output file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The file name.
    pub name: String,
    /// The exported function, if the file is for a single one.
    pub function: Option<String>,
    /// The contents.
    pub content: Vec<u8>,
}

/// A script that can't be assembled to bytecode.
#[derive(Debug, thiserror::Error)]
#[error("can't assemble `{function}`: {source}")]
pub struct BytecodeError {
    /// The exported function.
    pub function: String,
    /// The cause.
    pub source: AssembleError,
}

impl Artifact {
    fn for_function(function: &CompiledFunction, extension: &str, content: Vec<u8>) -> Self {
        Self {
            name: format!("{}.{extension}", function.name),
            function: Some(function.name.to_string()),
            content,
        }
    }

    fn for_program(program: &Program, extension: &str, content: String) -> Self {
        let stem = program.file.file_stem().unwrap_or_default().to_string_lossy();
        Self {
            name: format!("{stem}.{extension}"),
            function: None,
            content: content.into_bytes(),
        }
    }

    /// Writes the file to `folder`, which is created if missing, and returns its path.
    ///
    /// A file with the same contents is not written again, so that build tools that watch it are not triggered.
    ///
    /// # Errors
    /// If the folder or the file can't be written.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, Error> {
        let path = folder.join(&self.name);
        let is_unchanged = std::fs::read(&path).is_ok_and(|content| content == self.content);
        if !is_unchanged {
            let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, &self.content));
            written.map_err(|source| Error::Unwritable {
                path: path.clone(),
                source,
            })?;
        }
        Ok(path.strip_prefix(".").map(Path::to_owned).unwrap_or(path))
    }
}

/// `FUNCTION.air`: the AIR of each function.
pub fn air(compilation: &Compilation) -> Vec<Artifact> {
    let functions = compilation.functions.iter();
    functions
        .map(|function| Artifact::for_function(function, "air", print(&function.script).into_bytes()))
        .collect()
}

/// `FUNCTION.air.map`: the [`SourceMap`] of each function.
pub fn source_maps(compilation: &Compilation) -> Vec<Artifact> {
    let map = |function| {
        let map = SourceMap::of(function, &compilation.sources);
        let text = serde_json::to_string(&map).unwrap_or_default() + "\n";
        Artifact::for_function(function, "air.map", text.into_bytes())
    };
    compilation.functions.iter().map(map).collect()
}

/// `FUNCTION.airb`: the bytecode of each function.
///
/// # Errors
/// If a script can't be assembled.
pub fn bytecode(compilation: &Compilation) -> Result<Vec<Artifact>, BytecodeError> {
    let assembled = |function: &CompiledFunction| match Bytecode::assemble(&function.script) {
        Ok(bytecode) => Ok(Artifact::for_function(function, "airb", bytecode.encode())),
        Err(source) => Err(BytecodeError {
            function: function.name.to_string(),
            source,
        }),
    };
    compilation.functions.iter().map(assembled).collect()
}

/// `PROGRAM.json`: the definition (`funcDef`) and AIR of each function, and the definition of each service.
pub fn definitions(compilation: &Compilation, program: &Program) -> Vec<Artifact> {
    let functions = compilation.functions.iter().map(|function| {
        let value = json!({"funcDef": function.definition, "script": print(&function.script)});
        (function.name.to_string(), value)
    });
    let services = compilation.services.iter();
    let services = services.map(|(name, service)| (name.to_string(), json!(service.definition)));
    let value = json!({
        "functions": functions.collect::<serde_json::Map<_, _>>(),
        "services": services.collect::<serde_json::Map<_, _>>(),
    });
    if_exported(compilation, || {
        vec![Artifact::for_program(program, "json", format!("{value:#}\n"))]
    })
}

/// `PROGRAM.ts`: a TypeScript module that calls the functions and registers the services.
pub fn typescript(compilation: &Compilation, program: &Program) -> Vec<Artifact> {
    if_exported(compilation, || {
        vec![Artifact::for_program(
            program,
            "ts",
            callers::typescript(compilation, &source_name(program)),
        )]
    })
}

/// `PROGRAM.js` and `PROGRAM.d.ts`: the same in JavaScript.
pub fn javascript(compilation: &Compilation, program: &Program) -> Vec<Artifact> {
    if_exported(compilation, || {
        let module = callers::javascript(compilation, &source_name(program));
        vec![
            Artifact::for_program(program, "js", module.source),
            Artifact::for_program(program, "d.ts", module.types),
        ]
    })
}

/// `PROGRAM.rs`: the same in Rust, for programs that use `aqua_client::Client`.
pub fn rust(compilation: &Compilation, program: &Program) -> Vec<Artifact> {
    if_exported(compilation, || {
        vec![Artifact::for_program(
            program,
            "rs",
            callers::rust(compilation, &source_name(program)),
        )]
    })
}

/// No files for a program without exports.
fn if_exported(compilation: &Compilation, artifacts: impl FnOnce() -> Vec<Artifact>) -> Vec<Artifact> {
    if compilation.functions.is_empty() && compilation.services.is_empty() {
        Vec::new()
    } else {
        artifacts()
    }
}

/// The file name without its folder, so that the output does not depend on where the program is.
fn source_name(program: &Program) -> String {
    program
        .file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::Artifact;
    use std::time::SystemTime;

    #[test]
    fn unchanged_files_are_not_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |content: &[u8]| Artifact {
            name: "f.air".to_owned(),
            function: None,
            content: content.to_vec(),
        };
        let path = file(b"(null)").write(folder.path()).expect("a new file");
        let made = SystemTime::UNIX_EPOCH;
        let age = |path| {
            std::fs::metadata(path)
                .and_then(|data| data.modified())
                .expect("its age")
        };
        let open = std::fs::File::options().write(true).open(&path).expect("the file");
        open.set_modified(made).expect("an older file");

        file(b"(null)").write(folder.path()).expect("the same file");
        assert_eq!(age(&path), made);

        file(b"(never)").write(folder.path()).expect("another file");
        assert_eq!(std::fs::read(&path).expect("the file"), b"(never)");
        assert_ne!(age(&path), made);
    }
}
