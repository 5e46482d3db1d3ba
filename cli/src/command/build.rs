//! What compiling and running have in common: a program without mistakes.

use crate::failure::Failure;
use crate::options::BuildOptions;
use crate::terminal::Terminal;
use aqua_compiler::{Compilation, Options};
use aqua_diagnostics::Diagnostic;
use aqua_project::{BuildError, GivenConstants, ImportsMap, Program, Settings};

impl BuildOptions {
    /// The options as the library takes them.
    ///
    /// # Errors
    /// When the imports map can't be read.
    pub(crate) fn settings(&self, entry: Option<&str>) -> Result<Settings, aqua_project::Error> {
        Ok(Settings {
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
        })
    }
}

/// Compiles a program and shows the messages about it and its manifest; mistakes end the command. `given` sees its texts.
pub(crate) fn build(
    program: &Program,
    settings: &Settings,
    given: &mut GivenConstants,
    terminal: Terminal,
) -> Result<Compilation, Failure> {
    let project = program.project.as_ref();
    let manifest = project.map_or(&[][..], |project| &project.diagnostics);
    if let Some(project) = project {
        terminal.diagnostics(&project.sources, manifest);
    }
    let compilation = program.compile(settings)?;
    given.look_at(&compilation.sources);
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

/// Shows which constants were given for nothing.
pub(crate) fn warn_of_unnamed(given: &GivenConstants, terminal: Terminal) {
    let (sources, messages) = given.unnamed();
    terminal.diagnostics(&sources, &messages);
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Disk(error) => Self::World(error.into()),
            BuildError::Constant(error) => Self::Usage(error.to_string()),
        }
    }
}
