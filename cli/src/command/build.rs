//! What compiling and running have in common: a program without mistakes.

use crate::failure::Failure;
use crate::options::BuildOptions;
use crate::terminal::Terminal;
use aqua_compiler::Compilation;
use aqua_diagnostics::Diagnostic;
use aqua_project::{BuildError, Program, Settings};

impl BuildOptions {
    /// The options as the library takes them.
    pub(crate) fn settings(&self, entry: Option<&str>) -> Settings {
        let entry = entry.map(str::to_owned);
        Settings {
            imports: self.imports.clone(),
            constants: self.constants.clone(),
            relay: !self.no_relay,
            entry,
        }
    }
}

/// Compiles a program and shows the messages about it and its manifest; mistakes end the command.
pub(crate) fn build(program: &Program, settings: &Settings, terminal: Terminal) -> Result<Compilation, Failure> {
    let project = program.project.as_ref();
    let manifest = project.map_or(&[][..], |project| &project.diagnostics);
    if let Some(project) = project {
        terminal.diagnostics(&project.sources, manifest);
    }
    let compilation = program.compile(settings)?;
    terminal.diagnostics(&compilation.sources, &compilation.diagnostics);
    let mistakes = manifest
        .iter()
        .chain(&compilation.diagnostics)
        .any(Diagnostic::is_error);
    if mistakes {
        Err(Failure::Mistakes)
    } else {
        Ok(compilation)
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Disk(error) => Self::World(error.into()),
            BuildError::Constant(error) => Self::Usage(error.to_string()),
        }
    }
}
