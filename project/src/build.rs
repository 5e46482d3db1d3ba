//! Compiles programs on disk.

use crate::{Error, ImportsMap, Program};
use aqua_compiler::{Compilation, InvalidConstant, Options};
use std::path::PathBuf;

/// Compilation settings in addition to those of the manifest.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Import folders, searched before those of the manifest.
    pub imports: Vec<PathBuf>,
    /// Import folders by importing folder and import prefix.
    pub imports_map: Option<ImportsMap>,
    /// Constants as `NAME = VALUE`. They override those of the manifest.
    pub constants: Vec<String>,
    /// Compiler options. Constants are added from this struct and the manifest.
    pub options: Options,
}

impl Settings {
    /// Checks that all import folders exist.
    ///
    /// # Errors
    /// If one is not a folder.
    pub fn check_imports(&self) -> Result<(), Error> {
        match self.imports.iter().find(|folder| !folder.is_dir()) {
            Some(folder) => Err(Error::NoImportFolder { folder: folder.clone() }),
            None => Ok(()),
        }
    }
}

/// An error before compilation started.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Reading a file failed.
    #[error(transparent)]
    File(#[from] Error),
    /// A constant is not `NAME = VALUE`.
    #[error(transparent)]
    Constant(#[from] InvalidConstant),
}

impl Program {
    /// Compiles the program. The result has the diagnostics of its modules, not those of its manifest.
    ///
    /// # Errors
    /// If the program can't be read or a constant is not `NAME = VALUE`.
    pub fn compile(&self, settings: &Settings) -> Result<Compilation, BuildError> {
        let (loader, options) = (self.loader(settings), self.options(settings)?);
        Ok(aqua_compiler::compile(&loader, &loader.entry(&self.file)?, &options))
    }

    pub(crate) fn options(&self, settings: &Settings) -> Result<Options, InvalidConstant> {
        let mut options = settings.options.clone();
        for constant in self.constants().iter().chain(&settings.constants) {
            options.define(constant)?;
        }
        Ok(options)
    }
}
