//! The texts that messages point into: files by number, spans of bytes, lines and columns.

use serde::Serialize;
use std::ops::Range;
use std::sync::Arc;

/// The number of a text in a [`Sources`] table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct FileId(pub u32);

impl FileId {
    /// The bytes `start..end` of this file.
    pub const fn span(self, start: u32, end: u32) -> Span {
        Span { file: self, start, end }
    }
}

/// A half-open range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset just after the last byte.
    pub end: u32,
}

impl Span {
    /// The smallest span of this file that covers both; the files must be the same.
    pub fn to(self, other: Self) -> Self {
        debug_assert_eq!(self.file, other.file);
        Self {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The empty span just before this one.
    pub const fn before(self) -> Self {
        Self {
            file: self.file,
            start: self.start,
            end: self.start,
        }
    }

    /// The empty span just after this one.
    pub const fn after(self) -> Self {
        Self {
            file: self.file,
            start: self.end,
            end: self.end,
        }
    }
}

/// One text with its name and the offsets of its lines.
#[derive(Debug, Clone)]
pub struct Source {
    /// The path or title shown in messages.
    pub name: String,
    /// The text itself.
    pub text: Arc<str>,
    line_starts: Vec<u32>,
}

impl Source {
    fn new(name: String, text: Arc<str>) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0)
            .chain(newlines.map(|(at, _)| at as u32 + 1))
            .collect();
        Self {
            name,
            text,
            line_starts,
        }
    }

    /// Line and column of a byte offset, both from 1; columns count characters. Offsets past the end mean the end.
    pub fn location(&self, offset: u32) -> (u32, u32) {
        let offset = (offset as usize).min(self.text.len());
        let line = self.line_of(offset as u32);
        let start = self.line_starts[line as usize - 1] as usize;
        let column = self.text.as_bytes()[start..offset]
            .iter()
            .filter(|byte| (**byte as i8) >= -0x40)
            .count();
        (line, column as u32 + 1)
    }

    /// The line (from 1) that a byte offset lies in; offsets past the end lie in the last one.
    pub fn line_of(&self, offset: u32) -> u32 {
        self.line_starts.partition_point(|start| *start <= offset) as u32
    }

    /// How many lines there are; a text that ends with a line break has an empty last one.
    pub fn line_count(&self) -> u32 {
        self.line_starts.len() as u32
    }

    /// The bytes of a line (from 1), its line break included; `None` past the end.
    pub fn line_range(&self, line: u32) -> Option<Range<usize>> {
        let start = *self.line_starts.get((line as usize).checked_sub(1)?)? as usize;
        let end = self
            .line_starts
            .get(line as usize)
            .map_or(self.text.len(), |next| *next as usize);
        Some(start..end)
    }

    /// The text of a line (from 1) without its line break; empty past the end.
    pub fn line(&self, line: u32) -> &str {
        self.line_range(line)
            .map_or("", |range| self.text[range].trim_end_matches(['\n', '\r']))
    }
}

/// All texts of one run, by [`FileId`].
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text under a name and gives its number.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        self.files.push(Source::new(name.into(), text.into()));
        FileId(self.files.len() as u32 - 1)
    }

    /// Gives a file another text; without such a file nothing happens.
    pub fn replace(&mut self, file: FileId, text: impl Into<Arc<str>>) {
        if let Some(source) = self.files.get_mut(file.0 as usize) {
            *source = Source::new(std::mem::take(&mut source.name), text.into());
        }
    }

    /// The text with that number, if there is one.
    pub fn get(&self, file: FileId) -> Option<&Source> {
        self.files.get(file.0 as usize)
    }

    /// Line and column (from 1) where a span begins; `(1, 1)` for an unknown file.
    pub fn location(&self, span: Span) -> (u32, u32) {
        self.get(span.file).map_or((1, 1), |source| source.location(span.start))
    }

    /// The text a span covers; empty when the span is outside its file or cuts a character.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file)
            .and_then(|source| source.text.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }

    /// Files in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files
            .iter()
            .enumerate()
            .map(|(at, source)| (FileId(at as u32), source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let mut sources = Sources::new();
        let file = sources.add("a", "é😀x\nab\n");
        assert_eq!(sources.location(file.span(6, 7)), (1, 3));
        assert_eq!(sources.location(file.span(8, 9)), (2, 1));
        assert_eq!(sources.location(file.span(99, 99)), (3, 1));
        assert_eq!(sources.get(file).map(|source| source.line(2)), Some("ab"));
    }
}
