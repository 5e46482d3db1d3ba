//! Services in JavaScript: `componentize-qjs`.

use super::{Source, tool};
use anyhow::Context as _;
use std::process::Command;

/// Builds the component of `app.js`, without imports of the system.
pub(super) fn build(source: &Source<'_>) -> anyhow::Result<Vec<u8>> {
    let scratch = tool::scratch()?;
    let output = scratch.path().join("service.wasm");
    let mut command = Command::new("componentize-qjs");
    command.arg("--js").arg(source.folder.join("app.js"));
    command.arg("--wit").arg(&source.wit);
    if let Some(world) = source.world {
        command.args(["--world", world]);
    }
    command.args(["--sync", "--opt-size", "--stub-wasi", "-o"]).arg(&output);
    tool::run(
        command.current_dir(&source.folder),
        "npm install --global componentize-qjs",
    )?;
    std::fs::read(&output).with_context(|| format!("can't read {}", output.display()))
}
