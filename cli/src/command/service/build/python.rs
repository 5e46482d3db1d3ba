//! Services in Python: `componentize-py`.

use super::{Source, tool};
use anyhow::Context as _;
use std::process::Command;

/// Builds the component of `app.py`.
pub(super) fn build(source: &Source<'_>) -> anyhow::Result<Vec<u8>> {
    let scratch = tool::scratch()?;
    let output = scratch.path().join("service.wasm");
    let mut command = Command::new("componentize-py");
    command.arg("-d").arg(&source.wit);
    if let Some(world) = source.world {
        command.args(["-w", world]);
    }
    command.args(["componentize", "app", "-o"]).arg(&output);
    tool::run(command.current_dir(&source.folder), "pip install componentize-py")?;
    std::fs::read(&output).with_context(|| format!("can't read {}", output.display()))
}
