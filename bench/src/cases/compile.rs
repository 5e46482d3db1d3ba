//! From the command to the written file, by our compiler and by the published one.

use crate::measure::{self, Figures};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PROGRAM: &str = "examples/quickstart/main.aqua";

pub(crate) fn ours() -> Result<Figures> {
    let aqua = std::env::current_exe()?.with_file_name("aqua");
    ensure!(aqua.is_file(), "{} is not built", aqua.display());
    let out = tempfile::tempdir()?;
    measure::children(3, 30, || {
        let status = Command::new(&aqua)
            .args(["compile", PROGRAM, "-o"])
            .arg(out.path())
            .current_dir(root())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        ensure!(status.success(), "aqua compile: {status}");
        Ok(())
    })
}

pub(crate) fn published() -> Result<Figures> {
    let home = root().join("tests/peers/official-compiler");
    if !home.join("node_modules").is_dir() {
        let status = Command::new("npm")
            .args(["ci", "--silent", "--no-progress"])
            .current_dir(&home)
            .status();
        ensure!(status.context("npm")?.success(), "npm ci failed in {}", home.display());
    }
    let request = json!({"files": sources()?, "entry": "main.aqua", "imports": ["."]}).to_string() + "\n";
    measure::children(1, 7, || {
        let mut child = Command::new("node")
            .arg("compile.mjs")
            .current_dir(&home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("node")?;
        child.stdin.take().context("its input")?.write_all(request.as_bytes())?;
        let output = child.wait_with_output()?;
        let reply: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        ensure!(
            reply["functions"]["greet"].is_string(),
            "the published compiler: {}",
            reply["errors"]
        );
        Ok(())
    })
}

/// The program and the standard module it imports, as the published compiler wants them.
fn sources() -> Result<serde_json::Value> {
    let text = |path: PathBuf| std::fs::read_to_string(&path).with_context(|| path.display().to_string());
    Ok(json!({
        "main.aqua": text(root().join(PROGRAM))?,
        "std/kademlia.aqua": text(root().join("stdlib/std/kademlia.aqua"))?,
        "std/peer.aqua": text(root().join("stdlib/std/peer.aqua"))?,
    }))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lies in the workspace")
}
