//! The lines of a source that a diagnostic shows.
//!
//! A line of more than [`MAX_LINE`] bytes is cut around the labels, so that a message about a generated file stays readable and
//! many messages about one line take linear time. Characters without a width are replaced by their escapes, so that they can be
//! seen and pointed at. Sources without such lines are shown as they are.

use aqua_diagnostics::Source;
use std::collections::BTreeMap;
use std::ops::Range;

/// The maximum length of a line that is shown whole, in bytes.
const MAX_LINE: usize = 240;
/// How much of a long line is shown before and after a label, in bytes.
const MARGIN: usize = 60;
/// How much of a long label is shown, in bytes.
const MAX_LABEL: usize = 120;
/// The lines around the start and the end of a label that may be shown, too.
const CONTEXT_LINES: u32 = 4;
/// Stands for the parts of a line that are not shown.
const ELLIPSIS: &str = "…";

/// The lines of a source that are shown.
pub(crate) struct Excerpt<'a> {
    source: &'a Source,
    /// `None` if all lines are shown as they are.
    cut: Option<CutLines>,
}

#[derive(Default)]
struct CutLines {
    /// The text of the lines.
    text: String,
    /// The lines by number.
    lines: BTreeMap<u32, CutLine>,
}

struct CutLine {
    /// The range in the text, with the line break.
    range: Range<usize>,
    /// The parts of the line in order. The range in the source of each part follows that of the previous one.
    parts: Vec<Part>,
}

/// A part of a line, which is copied, replaced or left out.
struct Part {
    source: Range<usize>,
    text: Range<usize>,
}

impl<'a> Excerpt<'a> {
    /// Selects the lines that are shown for labels with these ranges.
    pub(crate) fn new(source: &'a Source, labels: &[Range<usize>]) -> Self {
        let shown = shown_lines(source, labels);
        let is_changed = |line: &u32| {
            source
                .line_range(*line)
                .is_some_and(|range| range.len() > MAX_LINE || source.text[range].contains(is_invisible))
        };
        if !shown.iter().any(is_changed) {
            return Self { source, cut: None };
        }
        let mut cut = CutLines::default();
        for line in shown {
            cut.add(source, line, labels);
        }
        Self { source, cut: Some(cut) }
    }

    /// The text of the lines.
    pub(crate) fn text(&self) -> &str {
        self.cut.as_ref().map_or(&self.source.text, |cut| &cut.text)
    }

    /// The range in [`text`](Self::text) of a range of the source.
    pub(crate) fn range(&self, range: Range<usize>) -> Range<usize> {
        let Some(cut) = &self.cut else { return range };
        let start = cut.offset(self.source, range.start);
        start..cut.offset(self.source, range.end).max(start)
    }

    /// The number of the line at an offset in [`text`](Self::text), from 1.
    pub(crate) fn line_of(&self, offset: usize) -> u32 {
        let Some(cut) = &self.cut else {
            return self.source.line_of(offset as u32);
        };
        let lines = cut.lines.iter().rev();
        let mut before = lines.filter(|(_, line)| line.range.start <= offset);
        before.next().map_or(1, |(number, _)| *number)
    }

    /// The range in [`text`](Self::text) of a line. Empty for lines that are not shown, `None` past the end of the source.
    pub(crate) fn line_range(&self, line: u32) -> Option<Range<usize>> {
        let whole = self.source.line_range(line)?;
        match &self.cut {
            None => Some(whole),
            Some(cut) => Some(cut.lines.get(&line).map_or(0..0, |line| line.range.clone())),
        }
    }

    /// The column in the source of an offset in [`text`](Self::text), from 1.
    pub(crate) fn column(&self, offset: usize) -> u32 {
        let original = match &self.cut {
            None => offset,
            Some(cut) => cut.source_offset(self.line_of(offset), offset).unwrap_or(offset),
        };
        self.source.location(original as u32).1
    }
}

impl CutLines {
    /// Adds a line. Lines are added in order.
    fn add(&mut self, source: &Source, number: u32, labels: &[Range<usize>]) {
        let Some(whole) = source.line_range(number) else { return };
        let content = whole.start..whole.start + source.line(number).len();
        let start = self.text.len();
        let mut parts = Vec::new();
        let mut done = content.start;
        for window in windows(source, &content, labels) {
            self.leave_out(done..window.start, &mut parts);
            self.copy(&source.text, window.clone(), &mut parts);
            done = window.end;
        }
        self.leave_out(done..content.end, &mut parts);
        self.text.push('\n');
        let range = start..self.text.len();
        self.lines.insert(number, CutLine { range, parts });
    }

    fn leave_out(&mut self, source: Range<usize>, parts: &mut Vec<Part>) {
        if !source.is_empty() {
            let start = self.text.len();
            self.text.push_str(ELLIPSIS);
            let text = start..self.text.len();
            parts.push(Part { source, text });
        }
    }

    fn copy(&mut self, text: &str, source: Range<usize>, parts: &mut Vec<Part>) {
        let mut done = source.start;
        for (offset, character) in text[source.clone()].char_indices() {
            let offset = source.start + offset;
            if is_invisible(character) {
                self.add_part(done..offset, &text[done..offset], parts);
                done = offset + character.len_utf8();
                // A byte order mark at the start of a file is not shown.
                let escaped = if offset == 0 {
                    String::new()
                } else {
                    character.escape_unicode().to_string()
                };
                self.add_part(offset..done, &escaped, parts);
            }
        }
        self.add_part(done..source.end, &text[done..source.end], parts);
    }

    fn add_part(&mut self, source: Range<usize>, shown: &str, parts: &mut Vec<Part>) {
        let start = self.text.len();
        self.text.push_str(shown);
        let text = start..self.text.len();
        parts.push(Part { source, text });
    }

    /// The offset in the text of an offset in the source, which is on a shown line.
    fn offset(&self, source: &Source, offset: usize) -> usize {
        let Some(line) = self.lines.get(&source.line_of(offset as u32)) else {
            return 0;
        };
        let part = line.parts.iter().find(|part| offset < part.source.end);
        match part {
            None => line.range.end - 1,
            Some(part) if part.source.len() == part.text.len() => part.text.start + offset - part.source.start,
            Some(part) => part.text.start,
        }
    }

    /// The offset in the source of an offset on a line of the text.
    fn source_offset(&self, line: u32, offset: usize) -> Option<usize> {
        let line = self.lines.get(&line)?;
        let part = line.parts.iter().find(|part| offset < part.text.end);
        Some(match part {
            None => line.parts.last()?.source.end,
            Some(part) if part.source.len() == part.text.len() => part.source.start + offset - part.text.start,
            Some(part) => part.source.start,
        })
    }
}

/// The numbers of the lines that may be shown, in order.
fn shown_lines(source: &Source, labels: &[Range<usize>]) -> Vec<u32> {
    let mut lines = Vec::new();
    for label in labels {
        for end in [label.start, label.end] {
            let line = source.line_of(end as u32);
            lines.extend(line.saturating_sub(CONTEXT_LINES).max(1)..=line + CONTEXT_LINES);
        }
    }
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// The parts of a line that are shown: the whole line if it is short, otherwise the parts around the labels, in order.
fn windows(source: &Source, line: &Range<usize>, labels: &[Range<usize>]) -> Vec<Range<usize>> {
    if line.len() <= MAX_LINE {
        return vec![line.clone()];
    }
    let window = |start: usize, end: usize| {
        let start = source
            .text
            .floor_char_boundary(start.saturating_sub(MARGIN).max(line.start));
        start..source.text.ceil_char_boundary((end + MARGIN).min(line.end))
    };
    let on_line = |offset: usize| line.start <= offset && offset <= line.end;
    let mut windows: Vec<Range<usize>> = Vec::new();
    for label in labels {
        if on_line(label.start) {
            let end = if on_line(label.end) { label.end } else { line.end };
            windows.push(window(label.start, end.min(label.start + MAX_LABEL)));
        } else if on_line(label.end) {
            windows.push(window(label.end, label.end));
        }
    }
    if windows.is_empty() {
        windows.push(window(line.start, line.start + MAX_LABEL));
    }
    windows.sort_by_key(|window| window.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for window in windows {
        match merged.last_mut() {
            Some(last) if window.start <= last.end + ELLIPSIS.len() => last.end = last.end.max(window.end),
            _ => merged.push(window),
        }
    }
    merged
}

/// Whether a character has no width, or changes the order or the state of a terminal.
fn is_invisible(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => false,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => true,
        other => other.is_control(),
    }
}
