//! Files that commands about scripts and data read and write; `-` is standard input or output.

use crate::failure::Failure;
use crate::terminal::Terminal;
use anyhow::Context;
use aqua_air::{Bytecode, OpenError};
use aqua_diagnostics::Sources;
use std::io::{Read, Write};
use std::path::Path;

/// Whether the path stands for standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The content of a file, or what comes in.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if !is_standard(path) {
        return Ok(std::fs::read(path).with_context(|| format!("can't read {}", path.display()))?);
    }
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.context("can't read standard input")?;
    Ok(bytes)
}

/// Writes a file and says so, or writes to standard output.
pub(crate) fn write(path: &Path, content: &[u8], terminal: Terminal) -> Result<(), Failure> {
    if is_standard(path) {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(content).and_then(|()| out.flush());
        return Ok(written.context("can't write to standard output")?);
    }
    std::fs::write(path, content).with_context(|| format!("can't write {}", path.display()))?;
    terminal.note(&format!("wrote {} ({} bytes)", path.display(), content.len()));
    Ok(())
}

/// The script in a file of either form. Mistakes in it are shown.
pub(crate) fn script(path: &Path, terminal: Terminal) -> Result<Bytecode, Failure> {
    let bytes = read(path)?;
    aqua_air::open(&bytes).map_err(|error| not_a_script(error, path, &bytes, terminal))
}

/// Shows the mistakes of what is not a script.
pub(crate) fn not_a_script(error: OpenError, path: &Path, bytes: &[u8], terminal: Terminal) -> Failure {
    let OpenError::Text(mistakes) = error else {
        return Failure::World(anyhow::Error::new(error).context(name(path)));
    };
    let mut sources = Sources::new();
    let file = sources.add(name(path), String::from_utf8_lossy(bytes));
    terminal.diagnostics(&sources, &mistakes.diagnostics(file));
    Failure::Mistakes
}

/// How messages name the file.
pub(crate) fn name(path: &Path) -> String {
    if is_standard(path) {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}
