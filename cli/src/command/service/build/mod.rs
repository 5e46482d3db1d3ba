//! `aqua service build`: builds the Wasm file of a service from its source.

mod javascript;
mod python;
mod rust;
mod tool;

use crate::failure::Failure;
use crate::terminal::Terminal;
use anyhow::{Context as _, anyhow};
use aqua_project::ServiceFile;
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Build a service from its source
///
/// The folder has a Cargo.toml (Rust), an app.py (Python) or an app.js (JavaScript). In Python and JavaScript, the folder `wit` has the
/// interface of the service. The result is a component. A Rust program that uses marine-rs-sdk becomes a Marine module.
#[derive(Debug, Args)]
#[command(after_help = "\
These tools must be installed:
  Rust                 the target wasm32-unknown-unknown, and wasm-tools
  Rust, Marine module  the target wasm32-wasip1
  Python               componentize-py
  JavaScript           componentize-qjs

Examples:
  aqua service build                          build the service in this folder
  aqua service build counter -o counter.wasm  choose the file

Exit codes: 1 if a tool is missing or fails, or the result is not a service.")]
pub(crate) struct BuildOptions {
    /// The folder with the source
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
    /// The file to write [default: NAME.wasm in the folder]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The folder with the interface [default: wit in the folder]; for Rust, the source names it
    #[arg(long, value_name = "DIR")]
    wit: Option<PathBuf>,
    /// The world of the interface, if there are several; for Rust, the source names it
    #[arg(long, value_name = "NAME")]
    world: Option<String>,
}

/// A service to be built.
struct Source<'o> {
    /// The folder with the source, as an absolute path.
    folder: PathBuf,
    wit: PathBuf,
    world: Option<&'o str>,
}

/// The source language of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Rust,
    Python,
    JavaScript,
}

/// Builds the service and checks the result.
pub(crate) fn build(options: &BuildOptions, terminal: Terminal) -> Result<(), Failure> {
    let language = Language::of(&options.folder)?;
    let absolute = |path: &Path| std::path::absolute(path).with_context(|| format!("no path {}", path.display()));
    let folder = absolute(&options.folder)?;
    let source = Source {
        wit: match &options.wit {
            Some(wit) => absolute(wit)?,
            None => folder.join("wit"),
        },
        world: options.world.as_deref(),
        folder,
    };
    let (name, wasm) = match language {
        Language::Rust => rust::build(&source)?,
        Language::Python => (source.folder_name(), python::build(&source)?),
        Language::JavaScript => (source.folder_name(), javascript::build(&source)?),
    };
    let output = options.output.clone();
    let output = output.unwrap_or_else(|| options.folder.join(format!("{name}.wasm")));
    let service =
        ServiceFile::read(&wasm).with_context(|| format!("the result of building {name} is not a service"))?;
    std::fs::write(&output, &wasm).with_context(|| format!("can't write {}", output.display()))?;
    if terminal.is_json() {
        terminal.object(&json!({"kind": "artifact", "path": output.display().to_string(), "bytes": wasm.len()}));
    } else {
        let functions = service.interface().functions().len();
        terminal.extra(&format!(
            "{}: {}, {} bytes, {functions} function{}\n",
            output.display(),
            kind(&service),
            wasm.len(),
            if functions == 1 { "" } else { "s" }
        ));
    }
    Ok(())
}

fn kind(service: &ServiceFile) -> &'static str {
    match service {
        ServiceFile::Component(_) => "a component",
        ServiceFile::Marine(_) => "a Marine module",
    }
}

impl Language {
    /// The language of the source in a folder.
    fn of(folder: &Path) -> Result<Self, Failure> {
        let files = [
            ("Cargo.toml", Self::Rust),
            ("app.py", Self::Python),
            ("app.js", Self::JavaScript),
        ];
        let found = files.iter().find(|(file, _)| folder.join(file).is_file());
        found.map(|(_, language)| *language).ok_or_else(|| {
            Failure::System(anyhow!(
                "{} has no source of a service: a Cargo.toml, an app.py or an app.js; `aqua service new` makes one",
                folder.display()
            ))
        })
    }
}

impl Source<'_> {
    fn folder_name(&self) -> String {
        let name = self.folder.file_name();
        name.map_or_else(|| "service".to_owned(), |name| name.to_string_lossy().into_owned())
    }
}
