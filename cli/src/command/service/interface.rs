//! `aqua service interface`: prints the declarations of a service in Aqua.

use super::wasm_file::WasmFile;
use crate::command::file;
use crate::failure::Failure;
use crate::terminal::Terminal;
use anyhow::Context;
use aqua_project::{declared_name, is_service_name};
use clap::Args;
use std::path::{Path, PathBuf};

/// Print the Aqua declarations of a service
///
/// The output is an Aqua module: `data` definitions for the records, and a `service` definition with all exported functions.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua service interface registry.wasm                          print the declarations
  aqua service interface registry.wasm --id registry > registry.aqua
  aqua service interface --name Keys registry.wasm              call the service Keys

Exit codes: 1 if the file is not a service.")]
pub(crate) struct InterfaceOptions {
    /// A WebAssembly component or a Marine module; - is standard input
    #[arg(value_name = "FILE")]
    wasm: PathBuf,
    /// The name of the service in Aqua [default: from the file name]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The default service id, so that programs need not give one
    #[arg(long, value_name = "ID")]
    id: Option<String>,
}

/// Prints the declarations.
pub(crate) fn interface(options: &InterfaceOptions, terminal: Terminal) -> Result<(), Failure> {
    let name = match &options.name {
        Some(name) if is_service_name(name) => name.clone(),
        Some(name) => {
            return Err(Failure::Usage(format!(
                "`{name}` can't be the name of a service: names of services begin with a capital and have letters, digits and `_`"
            )));
        }
        None => default_name(&options.wasm),
    };
    let file = WasmFile::read(&options.wasm)?;
    let declarations = file.service.declarations(&name, options.id.as_deref());
    let declarations = declarations.with_context(|| format!("{} can't be declared in Aqua", file.name))?;
    terminal.text("declarations", &declarations);
    Ok(())
}

/// The name of the service that a file holds.
fn default_name(path: &Path) -> String {
    let stem = path.file_stem().filter(|_| !file::is_standard(path));
    declared_name(&stem.unwrap_or_default().to_string_lossy())
}
