//! The source lines of a compiled script, for messages about a run.

use aqua_client::{ScriptSource, SourceLine};
use aqua_compiler::CompiledFunction;
use aqua_diagnostics::{Sources, Span};

/// The origins of a script's instructions.
pub(crate) struct ScriptLines<'c> {
    sources: &'c Sources,
    /// In the order of the script's text.
    origins: Vec<Option<Span>>,
}

impl<'c> ScriptLines<'c> {
    /// The lines of a function; `sources` are those of its compilation.
    pub(crate) fn new(function: &CompiledFunction, sources: &'c Sources) -> Self {
        let (_, instructions) = aqua_air::print_with_offsets(&function.script);
        let origins = instructions
            .into_iter()
            .map(|(id, _)| function.origins.get(&id).copied())
            .collect();
        Self { sources, origins }
    }
}

impl ScriptSource for ScriptLines<'_> {
    /// The line of the instruction or, for a hop, of the next one that has a source.
    fn line(&self, instruction: usize) -> Option<SourceLine> {
        let span = self.origins.get(instruction..)?.iter().flatten().next()?;
        let source = self.sources.get(span.file)?;
        let (line, _) = self.sources.location(*span);
        Some(SourceLine {
            place: format!("{}:{line}", source.name),
            text: source.line(line).trim().to_owned(),
        })
    }
}
