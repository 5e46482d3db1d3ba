//! Runs the tools that build services.

use anyhow::{Context as _, anyhow, bail};
use std::io::ErrorKind;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A folder for files between two tools, removed when it is dropped.
pub(super) fn scratch() -> anyhow::Result<TempDir> {
    tempfile::tempdir().context("can't create a temporary folder")
}

/// Runs a tool, whose messages go to standard error, and returns what it prints. `advice` says how to install it.
pub(super) fn run(command: &mut Command, advice: &str) -> anyhow::Result<Vec<u8>> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| match error.kind() {
        ErrorKind::NotFound => anyhow!("{program} is not installed: {advice}"),
        _ => anyhow!("{program} can't be started: {error}"),
    })?;
    if !output.status.success() {
        bail!("{program} failed: {}", output.status);
    }
    Ok(output.stdout)
}
