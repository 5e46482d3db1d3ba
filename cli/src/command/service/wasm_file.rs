//! Reads the Wasm file that a command is given.

use crate::command::file;
use crate::failure::Failure;
use anyhow::anyhow;
use aqua_project::ServiceFile;
use std::path::Path;

/// A file and what is in it.
pub(super) struct WasmFile {
    /// The path in messages.
    pub(super) name: String,
    /// The number of bytes.
    pub(super) size: usize,
    pub(super) service: ServiceFile,
}

impl WasmFile {
    /// Reads a file, or standard input.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = file::read(path)?;
        let name = file::name(path);
        let is_text = path.extension().is_some_and(|extension| extension == "wat");
        let service = ServiceFile::read(&bytes).map_err(|error| {
            let advice = match is_text {
                true => "; translate WebAssembly text with `wasm-tools parse`",
                false => "",
            };
            Failure::System(anyhow!("{name} is not a service: {error}{advice}"))
        })?;
        let size = bytes.len();
        Ok(Self { name, size, service })
    }
}
