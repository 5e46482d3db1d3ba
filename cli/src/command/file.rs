//! Reads and writes scripts and data. The path `-` is standard input or output.

use crate::failure::Failure;
use crate::terminal::Terminal;
use anyhow::Context;
use aqua_air::{Bytecode, LoadError};
use aqua_diagnostics::Sources;
use std::io::{Read, Write};
use std::path::Path;

/// Whether the path is `-`.
pub(crate) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads a file or standard input.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if !is_standard(path) {
        return Ok(std::fs::read(path).with_context(|| format!("can't read {}", path.display()))?);
    }
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.context("can't read standard input")?;
    Ok(bytes)
}

/// Writes a file and prints a status line, or writes to standard output.
pub(crate) fn write(path: &Path, content: &[u8], terminal: Terminal) -> Result<(), Failure> {
    if is_standard(path) {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(content).and_then(|()| out.flush());
        return Ok(written.context("can't write to standard output")?);
    }
    std::fs::write(path, content).with_context(|| format!("can't write {}", path.display()))?;
    terminal.status(&format!("wrote {} ({} bytes)", path.display(), content.len()));
    Ok(())
}

/// Reads a script: AIR text or bytecode. Prints the errors of an invalid script.
pub(crate) fn script(path: &Path, terminal: Terminal) -> Result<Bytecode, Failure> {
    let bytes = read(path)?;
    Bytecode::load(&bytes).map_err(|error| invalid_script(error, path, &bytes, terminal))
}

/// Prints the errors of an invalid script.
pub(crate) fn invalid_script(error: LoadError, path: &Path, bytes: &[u8], terminal: Terminal) -> Failure {
    let LoadError::Text(errors) = error else {
        return Failure::System(anyhow::Error::new(error).context(name(path)));
    };
    let mut sources = Sources::new();
    let file = sources.add(name(path), String::from_utf8_lossy(bytes));
    terminal.diagnostics(&sources, &errors.diagnostics(file));
    Failure::Reported
}

/// The name of the file in messages.
pub(crate) fn name(path: &Path) -> String {
    if is_standard(path) {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}
