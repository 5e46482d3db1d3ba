//! From instructions of a script's text to the places in Aqua that they are made of.

use crate::CompiledFunction;
use aqua_diagnostics::{FileId, Sources, Span};
use indexmap::IndexSet;
use serde::{Deserialize, Serialize};

/// The map of one function's script, as [`aqua_air::print`] writes it.
///
/// ```json
/// {"version": 1, "function": "greet", "sources": ["main.aqua"], "mappings": [
///   {"line": 4, "column": 3, "source": 0, "start": {"line": 9, "column": 9}, "end": {"line": 9, "column": 38}}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceMap {
    /// The form of the map: 1.
    pub version: u32,
    /// The exported name of the function.
    pub function: String,
    /// The files that mappings point into, as messages name them.
    pub sources: Vec<String>,
    /// One for each instruction that is made of something, in order of the text.
    pub mappings: Vec<Mapping>,
}

/// What one instruction is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The line of the script in which the instruction begins, from 1.
    pub line: u32,
    /// The column of its opening parenthesis, from 1.
    pub column: u32,
    /// The file: a position in [`SourceMap::sources`].
    pub source: usize,
    /// Where the piece of the program begins.
    pub start: Position,
    /// Just after its end.
    pub end: Position,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
}

impl SourceMap {
    /// The map of a function of the compilation that these sources belong to.
    pub fn of(function: &CompiledFunction, sources: &Sources) -> Self {
        let (text, places) = aqua_air::print_with_places(&function.script);
        let mut script = Sources::new();
        let script_file = script.add("", text);
        let mut files = IndexSet::<FileId>::new();
        let made = |(id, at): (_, usize)| Some((*function.origins.get(&id)?, at));
        let mappings = places.into_iter().filter_map(made).map(|(origin, at)| {
            let (line, column) = script.location(script_file.span(at as u32, at as u32));
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
    /// Where a span begins.
    fn of(sources: &Sources, span: Span) -> Self {
        let (line, column) = sources.location(span);
        Self { line, column }
    }
}
