//! What a compiled program becomes on disk: files with names and contents.

use crate::{Error, Program};
use aqua_air::{AssembleError, Bytecode, print};
use aqua_compiler::{Compilation, CompiledFunction, SourceMap, callers};
use serde_json::json;
use std::path::{Path, PathBuf};

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Its name.
    pub name: String,
    /// The exported function that it is about; none if it is about all of them.
    pub function: Option<String>,
    /// What is in it.
    pub content: Vec<u8>,
}

/// A function that has no bytecode.
#[derive(Debug, thiserror::Error)]
#[error("`{function}` has no bytecode: {source}")]
pub struct NoBytecode {
    /// The exported name.
    pub function: String,
    /// Why not.
    pub source: AssembleError,
}

impl Artifact {
    fn of(function: &CompiledFunction, extension: &str, content: Vec<u8>) -> Self {
        Self {
            name: format!("{}.{extension}", function.name),
            function: Some(function.name.to_string()),
            content,
        }
    }

    fn whole(program: &Program, extension: &str, content: String) -> Self {
        let stem = program.file.file_stem().unwrap_or_default().to_string_lossy();
        Self {
            name: format!("{stem}.{extension}"),
            function: None,
            content: content.into_bytes(),
        }
    }

    /// Writes the file to a folder, which is made when it is missing. Gives the path.
    ///
    /// A file that holds the same already is left alone, so that tools that watch it have nothing to do.
    ///
    /// # Errors
    /// When the folder or the file can't be written.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, Error> {
        let path = folder.join(&self.name);
        let same = std::fs::read(&path).is_ok_and(|content| content == self.content);
        if !same {
            let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, &self.content));
            written.map_err(|source| Error::Unwritable {
                path: path.clone(),
                source,
            })?;
        }
        Ok(path.strip_prefix(".").map(Path::to_owned).unwrap_or(path))
    }
}

/// `FUNCTION.air`: the script of each function.
pub fn air(compilation: &Compilation) -> Vec<Artifact> {
    let functions = compilation.functions.iter();
    functions
        .map(|function| Artifact::of(function, "air", print(&function.script).into_bytes()))
        .collect()
}

/// `FUNCTION.air.map`: what each instruction of the script is made of, as a [`SourceMap`].
pub fn source_maps(compilation: &Compilation) -> Vec<Artifact> {
    let map = |function| {
        let map = SourceMap::of(function, &compilation.sources);
        let text = serde_json::to_string(&map).unwrap_or_default() + "\n";
        Artifact::of(function, "air.map", text.into_bytes())
    };
    compilation.functions.iter().map(map).collect()
}

/// `FUNCTION.airb`: the bytecode of each function.
///
/// # Errors
/// When a script has no bytecode.
pub fn bytecode(compilation: &Compilation) -> Result<Vec<Artifact>, NoBytecode> {
    let assembled = |function: &CompiledFunction| match Bytecode::assemble(&function.script) {
        Ok(bytecode) => Ok(Artifact::of(function, "airb", bytecode.encode())),
        Err(source) => Err(NoBytecode {
            function: function.name.to_string(),
            source,
        }),
    };
    compilation.functions.iter().map(assembled).collect()
}

/// `PROGRAM.json`: every function with its definition (`funcDef`) and script, and every service.
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
    one(compilation, || {
        vec![Artifact::whole(program, "json", format!("{value:#}\n"))]
    })
}

/// `PROGRAM.ts`: a TypeScript module that calls the functions and serves the services.
pub fn typescript(compilation: &Compilation, program: &Program) -> Vec<Artifact> {
    one(compilation, || {
        vec![Artifact::whole(
            program,
            "ts",
            callers::typescript(compilation, &origin(program)),
        )]
    })
}

/// `PROGRAM.js` and `PROGRAM.d.ts`: the same for JavaScript.
pub fn javascript(compilation: &Compilation, program: &Program) -> Vec<Artifact> {
    one(compilation, || {
        let module = callers::javascript(compilation, &origin(program));
        vec![
            Artifact::whole(program, "js", module.source),
            Artifact::whole(program, "d.ts", module.types),
        ]
    })
}

/// `PROGRAM.rs`: the same for Rust programs that embed a client of ours.
pub fn rust(compilation: &Compilation, program: &Program) -> Vec<Artifact> {
    one(compilation, || {
        vec![Artifact::whole(
            program,
            "rs",
            callers::rust(compilation, &origin(program)),
        )]
    })
}

/// Nothing for a program that exports nothing.
fn one(compilation: &Compilation, artifacts: impl FnOnce() -> Vec<Artifact>) -> Vec<Artifact> {
    if compilation.functions.is_empty() && compilation.services.is_empty() {
        Vec::new()
    } else {
        artifacts()
    }
}

/// The file's name alone: what is generated does not depend on where it lies.
fn origin(program: &Program) -> String {
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
    fn a_file_is_written_again_only_when_it_changes() {
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
