//! Collects the diagnostics of a text, up to a limit.

use crate::codes;
use aqua_diagnostics::{Diagnostic, Edit, Span};
use std::ops::Range;

/// Maximum number of diagnostics for a text.
pub const MAX_DIAGNOSTICS: usize = 100;

/// The diagnostics in the order in which they were reported.
#[derive(Debug, Default)]
pub(crate) struct DiagnosticSink {
    diagnostics: Vec<Diagnostic>,
}

impl DiagnosticSink {
    /// Adds a diagnostic, unless the limit is reached.
    pub(crate) fn push(&mut self, message: Diagnostic) {
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            self.diagnostics.push(message);
        }
    }

    /// Returns the number of diagnostics, which is the index of the next one.
    pub(crate) fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// Removes the diagnostics inside a span, except for the first `keep` ones.
    pub(crate) fn retract(&mut self, keep: usize, span: Span) {
        let mut count = 0;
        self.diagnostics.retain(|message| {
            count += 1;
            count <= keep || message.span.start < span.start || message.span.end > span.end
        });
    }

    /// Withdraws the fixes of the diagnostics that end at these offsets, because of another mistake there.
    pub(crate) fn withdraw_fixes(&mut self, offsets: Range<u32>) {
        let inside = |message: &&mut Diagnostic| offsets.contains(&message.span.end);
        self.diagnostics.iter_mut().filter(inside).for_each(withdraw_fix);
    }

    /// Withdraws the fix of the diagnostic with that index.
    pub(crate) fn withdraw_fix(&mut self, index: usize) {
        self.diagnostics.get_mut(index).into_iter().for_each(withdraw_fix);
    }

    /// Adds an edit to the fix of a diagnostic, if it has a fix.
    pub(crate) fn extend_fix(&mut self, index: usize, edit: Edit) {
        if let Some(fix) = self.diagnostics.get_mut(index).and_then(|message| message.fix.as_mut()) {
            fix.edits.push(edit);
        }
    }

    /// Returns whether a diagnostic about the indentation that ends at `offset` was reported. Its line may be in the wrong
    /// block.
    pub(crate) fn has_indentation_error(&self, offset: u32) -> bool {
        let indentation = [codes::INCONSISTENT_INDENTATION, codes::UNEXPECTED_INDENTATION];
        self.diagnostics
            .iter()
            .any(|message| indentation.contains(&message.code) && message.span.end == offset)
    }

    /// Returns the diagnostics in the order of the text.
    pub(crate) fn sorted(mut self) -> Vec<Diagnostic> {
        Diagnostic::sort(&mut self.diagnostics);
        self.diagnostics
    }
}

/// Withdraws the fix of a diagnostic because of another mistake in its line. The fix for a comment covers the rest of the line.
fn withdraw_fix(message: &mut Diagnostic) {
    if message.code != codes::FOREIGN_COMMENT {
        message.withdraw_fix();
    }
}
