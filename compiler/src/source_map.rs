//! Source maps: from instructions in the text of a script to the Aqua source that they were compiled from.

use crate::CompiledFunction;
use aqua_diagnostics::{FileId, Sources, Span};
use indexmap::IndexSet;
use serde::{Deserialize, Serialize};

/// The source map of a function's script in the text form of [`aqua_air::print`].
///
/// ```json
/// {"version": 1, "function": "greet", "sources": ["main.aqua"], "mappings": [
///   {"line": 4, "column": 3, "source": 0, "start": {"line": 9, "column": 9}, "end": {"line": 9, "column": 38}}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceMap {
    /// The version of the format: 1.
    pub version: u32,
    /// The exported name of the function.
    pub function: String,
    /// The names of the files that mappings refer to, as in messages.
    pub sources: Vec<String>,
    /// One mapping for each instruction with a source, in order of the text.
    pub mappings: Vec<Mapping>,
}

/// The source of one instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The line of the instruction's opening parenthesis in the script, from 1.
    pub line: u32,
    /// The column of the opening parenthesis, from 1.
    pub column: u32,
    /// The file: an index into [`SourceMap::sources`].
    pub source: usize,
    /// The start of the source range.
    pub start: Position,
    /// The end of the source range, exclusive.
    pub end: Position,
}

/// A position in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl SourceMap {
    /// The source map of a function; `sources` are those of its compilation.
    pub fn of(function: &CompiledFunction, sources: &Sources) -> Self {
        let (text, places) = aqua_air::print_with_offsets(&function.script);
        let mut script = Sources::new();
        let script_file = script.add("", text);
        let mut files = IndexSet::<FileId>::new();
        let with_origin = |(id, offset): (_, usize)| Some((*function.origins.get(&id)?, offset));
        let mappings = places.into_iter().filter_map(with_origin).map(|(origin, offset)| {
            let (line, column) = script.location(script_file.span(offset as u32, offset as u32));
            Mapping {
                line,
                column,
                source: files.insert_full(origin.file).0,
                start: Position::of(sources, origin),
                end: Position::of(sources, origin.after()),
            }
        });
        let mappings = mappings.collect();
        let name = |file: FileId| sources.get(file).map_or_else(String::new, |source| source.name.clone());
        Self {
            version: 1,
            function: function.name.to_string(),
            sources: files.into_iter().map(name).collect(),
            mappings,
        }
    }
}

impl Position {
    /// The start of a span.
    fn of(sources: &Sources, span: Span) -> Self {
        let (line, column) = sources.location(span);
        Self { line, column }
    }
}
