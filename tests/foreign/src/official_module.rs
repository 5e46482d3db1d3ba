//! The official VM 0.64.1 as a Marine module (`tests/peers/official-vm-module`), a file of a published crate.

use crate::installation::{Error, cache, cargo, hash, installed, run};
use crate::root;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The crate with the module, and its file there.
const CRATE: &str = "air-interpreter-wasm";
const FILE: &str = "air_interpreter_server.wasm";

/// The file, downloaded once for a lock file.
///
/// # Errors
/// If cargo fails, the crate has no such file, or a folder can't be written.
pub fn official_module() -> Result<PathBuf, Error> {
    let source = root().join("tests/peers/official-vm-module");
    let lock_file = source.join("Cargo.lock");
    let key = hash(&fs::read(&lock_file).map_err(Error::file(&lock_file))?);
    let folder = installed(&cache(), "official-vm-module", &key, |folder| {
        let from = sources(&source)?.join(FILE);
        fs::copy(&from, folder.join(FILE)).map(drop).map_err(Error::file(&from))
    })?;
    Ok(folder.join(FILE))
}

/// The folder with the sources of the crate.
fn sources(package: &Path) -> Result<PathBuf, Error> {
    let mut cargo = cargo();
    cargo
        .args([
            "metadata",
            "--quiet",
            "--format-version",
            "1",
            "--locked",
            "--manifest-path",
        ])
        .arg(package.join("Cargo.toml"));
    let metadata: Value = serde_json::from_str(&run(&mut cargo)?).unwrap_or_default();
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let mut manifests = packages.filter(|package| package["name"] == CRATE);
    let manifest = manifests.next().and_then(|package| package["manifest_path"].as_str());
    let folder = manifest.and_then(|manifest| Path::new(manifest).parent());
    folder.map(Path::to_owned).ok_or_else(|| Error::Program {
        program: "cargo metadata".to_owned(),
        reason: format!("no package {CRATE}"),
    })
}
