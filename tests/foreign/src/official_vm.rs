//! The official VM 0.64.1 (`tests/peers/official-vm`), built by cargo as a program of its own.

use crate::installation::{Error, cache, cargo, hash, installed, lock, run};
use crate::root;
use std::fs;
use std::path::{Path, PathBuf};

/// The built program. Its dependencies are built once for a lock file, the program itself once for its source.
///
/// # Errors
/// If cargo fails, or a folder can't be written.
pub fn official_vm() -> Result<PathBuf, Error> {
    let source = root().join("tests/peers/official-vm");
    let read = |file: &str| fs::read(source.join(file)).map_err(Error::file(&source.join(file)));
    let key = hash(&read("Cargo.lock")?);
    let version = hash(&[read("Cargo.toml")?, read("src/main.rs")?].concat());
    let folder = installed(&cache(), "official-vm", &key, |_| Ok(()))?;
    let program = folder.join(format!("official-vm-{version}"));
    if !program.is_file() {
        let _lock = lock(&folder.join("build.lock"))?;
        if !program.is_file() {
            build(&source, &folder, &program)?;
        }
    }
    Ok(program)
}

fn build(source: &Path, folder: &Path, program: &Path) -> Result<(), Error> {
    let target = folder.join("target");
    let mut cargo = cargo();
    cargo
        .args(["build", "--quiet", "--release", "--locked", "--manifest-path"])
        .arg(source.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target);
    run(&mut cargo)?;
    // A rename, so that the program is never seen in part.
    let partial = program.with_extension("partial");
    fs::copy(target.join("release/official-vm"), &partial).map_err(Error::file(&partial))?;
    fs::rename(&partial, program).map_err(Error::file(program))
}
