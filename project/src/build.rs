//! Compiling programs on disk.

use crate::{Error, ImportsMap, Program};
use aqua_compiler::{Compilation, InvalidConstant, Options};
use std::path::PathBuf;

/// How programs are compiled, besides what their manifests say.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Folders searched for imports before those of the manifest.
    pub imports: Vec<PathBuf>,
    /// Folders for imports by who imports what; see [`ImportsMap`].
    pub imports_map: Option<ImportsMap>,
    /// Constants as `NAME = VALUE`; they win over those of the manifest.
    pub constants: Vec<String>,
    /// How scripts are made; its entry and constants come from here and the manifest.
    pub options: Options,
}

/// Why a program was not compiled at all.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// It can't be read.
    #[error(transparent)]
    Disk(#[from] Error),
    /// A constant is not `NAME = VALUE`.
    #[error(transparent)]
    Constant(#[from] InvalidConstant),
}

impl Program {
    /// Compiles the program. Its mistakes are messages of the compilation; those of its manifest are not among them.
    ///
    /// # Errors
    /// When it can't be read or a constant is not one.
    pub fn compile(&self, settings: &Settings) -> Result<Compilation, BuildError> {
        let (disk, options) = (self.disk(settings), self.options(settings)?);
        Ok(aqua_compiler::compile(&disk, &disk.entry(&self.file)?, &options))
    }

    pub(crate) fn options(&self, settings: &Settings) -> Result<Options, InvalidConstant> {
        let mut options = settings.options.clone();
        for constant in self.constants().iter().chain(&settings.constants) {
            options.define(constant)?;
        }
        Ok(options)
    }
}
