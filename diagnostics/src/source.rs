//! Source files, spans, lines and columns.

use serde::Serialize;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// The index of a file in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct FileId(pub u32);

impl FileId {
    /// Returns the span of the bytes `start..end` of this file.
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
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// Returns the smallest span that covers both. They must be in the same file.
    pub fn to(self, other: Self) -> Self {
        debug_assert_eq!(self.file, other.file);
        Self {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Returns the empty span at the start.
    pub const fn before(self) -> Self {
        Self {
            file: self.file,
            start: self.start,
            end: self.start,
        }
    }

    /// Returns the empty span at the end.
    pub const fn after(self) -> Self {
        Self {
            file: self.file,
            start: self.end,
            end: self.end,
        }
    }
}

/// A source file.
#[derive(Debug, Clone)]
pub struct Source {
    /// The path or title shown in diagnostics.
    pub name: String,
    /// The content.
    pub text: Arc<str>,
    /// Offset of the first byte of each line, computed when a position is first asked for.
    line_starts: OnceLock<Vec<u32>>,
    /// The number of characters before each multiple of [`STRIDE`] bytes, computed likewise. Empty if the text is ASCII.
    characters: OnceLock<Vec<u32>>,
}

/// The distance of the offsets whose number of characters is known, in bytes.
const STRIDE: usize = 1024;

impl Source {
    fn new(name: String, text: Arc<str>) -> Self {
        Self {
            name,
            text,
            line_starts: OnceLock::new(),
            characters: OnceLock::new(),
        }
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let newlines = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            let starts = newlines.map(|(offset, _)| offset as u32 + 1);
            std::iter::once(0).chain(starts).collect()
        })
    }

    /// Returns the line and column of a byte offset, both from 1. Columns count characters. Offsets past the end are clamped.
    pub fn location(&self, offset: u32) -> (u32, u32) {
        let offset = (offset as usize).min(self.text.len());
        let line = self.line_of(offset as u32);
        let start = self.line_starts()[line as usize - 1] as usize;
        (line, self.characters_before(offset) - self.characters_before(start) + 1)
    }

    /// Returns the number of characters that start before a byte offset. Takes constant time, so that many diagnostics about a
    /// long line take linear time.
    fn characters_before(&self, offset: usize) -> u32 {
        let characters = self.characters();
        match characters.get(offset / STRIDE) {
            Some(before) => before + count_characters(&self.text.as_bytes()[offset - offset % STRIDE..offset]),
            // The end of a text whose length is a multiple of the stride, or any offset of an ASCII text.
            None => match characters.last() {
                Some(before) => before + count_characters(&self.text.as_bytes()[offset - STRIDE..offset]),
                None => offset as u32,
            },
        }
    }

    fn characters(&self) -> &[u32] {
        self.characters.get_or_init(|| {
            if self.text.is_ascii() {
                return Vec::new();
            }
            let counts = self.text.as_bytes().chunks(STRIDE).scan(0, |before, chunk| {
                let here = *before;
                *before += count_characters(chunk);
                Some(here)
            });
            counts.collect()
        })
    }

    /// Returns the line of a byte offset, from 1. Offsets past the end are on the last line.
    pub fn line_of(&self, offset: u32) -> u32 {
        self.line_starts().partition_point(|start| *start <= offset) as u32
    }

    /// Returns the number of lines. A text that ends with a line break has an empty last line.
    pub fn line_count(&self) -> u32 {
        self.line_starts().len() as u32
    }

    /// Returns the byte range of a line (from 1), including its line break. Returns `None` past the end.
    pub fn line_range(&self, line: u32) -> Option<Range<usize>> {
        let start = *self.line_starts().get((line as usize).checked_sub(1)?)? as usize;
        let end = self
            .line_starts()
            .get(line as usize)
            .map_or(self.text.len(), |next| *next as usize);
        Some(start..end)
    }

    /// Returns the text of a line (from 1) without its line break. Returns an empty string past the end.
    pub fn line(&self, line: u32) -> &str {
        self.line_range(line)
            .map_or("", |range| self.text[range].trim_end_matches(['\n', '\r']))
    }
}

/// Returns the number of characters that start in a part of a UTF-8 text.
fn count_characters(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count() as u32
}

/// The source files of a compilation, indexed by [`FileId`].
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Creates an empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and returns its id.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        self.files.push(Source::new(name.into(), text.into()));
        FileId(self.files.len() as u32 - 1)
    }

    /// Replaces the content of a file. Does nothing if the file does not exist.
    pub fn replace(&mut self, file: FileId, text: impl Into<Arc<str>>) {
        if let Some(source) = self.files.get_mut(file.0 as usize) {
            *source = Source::new(std::mem::take(&mut source.name), text.into());
        }
    }

    /// Returns the file with this id.
    pub fn get(&self, file: FileId) -> Option<&Source> {
        self.files.get(file.0 as usize)
    }

    /// Returns the line and column (from 1) of the start of a span, or `(1, 1)` for an unknown file.
    pub fn location(&self, span: Span) -> (u32, u32) {
        self.get(span.file).map_or((1, 1), |source| source.location(span.start))
    }

    /// Returns the text of a span. Returns an empty string if the span is out of bounds or not on character boundaries.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file)
            .and_then(|source| source.text.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }

    /// Iterates over the files in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files
            .iter()
            .enumerate()
            .map(|(index, source)| (FileId(index as u32), source))
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

    #[test]
    fn columns_of_long_lines_count_characters() {
        let line = "aé😀".repeat(2048);
        let mut sources = Sources::new();
        let file = sources.add("a", format!("x\n{line}\n{}", "a".repeat(700)));
        let source = sources.get(file).expect("the file");
        for (index, (offset, _)) in line.char_indices().enumerate() {
            assert_eq!(source.location(offset as u32 + 2), (2, index as u32 + 1));
        }
        assert_eq!(source.location(u32::MAX), (3, 701));
        let text = "é".repeat(STRIDE);
        let file = sources.add("b", text.as_str());
        assert_eq!(
            sources.location(file.span(text.len() as u32, 0)),
            (1, STRIDE as u32 + 1)
        );
    }
}
