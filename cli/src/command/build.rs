//! Compilation for `aqua run` and `aqua compile`.

use crate::failure::Failure;
use crate::options::BuildOptions;
use crate::terminal::Terminal;
use aqua_compiler::{Compilation, Options};
use aqua_diagnostics::Diagnostic;
use aqua_project::{BuildError, ConstantOverrides, ImportsMap, Program, Settings};
use std::path::Path;

impl BuildOptions {
    /// Converts the options to settings of the library.
    ///
    /// # Errors
    /// If the imports map can't be read.
    pub(crate) fn settings(&self, entry: Option<&str>) -> Result<Settings, aqua_project::Error> {
        let settings = Settings {
            imports: self.imports.clone(),
            imports_map: self.imports_map.as_deref().map(ImportsMap::read).transpose()?,
            constants: self.constants.clone(),
            options: Options {
                entry: entry.map(Into::into),
                relay: !self.no_relay,
                carry_errors: !self.no_xor,
                empty_response: self.empty_response,
                tracing: self.tracing,
                ..Options::default()
            },
        };
        settings.check_imports()?;
        Ok(settings)
    }
}

/// Locates the program at a path. Prints the diagnostics of a manifest that can't be used.
pub(crate) fn locate(path: &Path, terminal: Terminal) -> Result<Program, Failure> {
    Program::locate(path).map_err(|error| Failure::of_project(error, terminal))
}

impl Failure {
    /// Converts an error of the library. The diagnostics of a manifest are printed.
    pub(crate) fn of_project(error: aqua_project::Error, terminal: Terminal) -> Self {
        match error {
            aqua_project::Error::InvalidManifest { project } => {
                terminal.diagnostics(&project.sources, &project.diagnostics);
                Self::Reported
            }
            error => error.into(),
        }
    }
}

/// Compiles a program, prints the diagnostics of the program and its manifest, and records its constants in `overrides`.
/// Fails if there are errors.
pub(crate) fn build(
    program: &Program,
    settings: &Settings,
    overrides: &mut ConstantOverrides,
    terminal: Terminal,
) -> Result<Compilation, Failure> {
    let project = program.project.as_ref();
    let manifest = project.map_or(&[][..], |project| &project.diagnostics);
    if let Some(project) = project {
        terminal.diagnostics(&project.sources, manifest);
    }
    let compilation = program.compile(settings)?;
    overrides.record(&compilation.sources);
    terminal.diagnostics(&compilation.sources, &compilation.diagnostics);
    let has_errors = manifest
        .iter()
        .chain(&compilation.diagnostics)
        .any(Diagnostic::is_error);
    if has_errors {
        Err(Failure::Reported)
    } else {
        Ok(compilation)
    }
}

/// Prints warnings about constants that no program uses.
pub(crate) fn warn_unused_constants(overrides: &ConstantOverrides, terminal: Terminal) {
    let (sources, diagnostics) = overrides.unused();
    terminal.diagnostics(&sources, &diagnostics);
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::File(error) => Self::System(error.into()),
            BuildError::Constant(error) => Self::Usage(error.to_string()),
        }
    }
}
