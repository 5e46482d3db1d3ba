//! The messages of one text, up to a bound: what is no Aqua at all need not be explained line by line.

use crate::codes;
use aqua_diagnostics::{Diagnostic, Edit, Span};

/// How many messages a text gets at most.
pub const MAX_MESSAGES: usize = 100;

/// Messages in the order in which they were found.
#[derive(Debug, Default)]
pub(crate) struct Report {
    messages: Vec<Diagnostic>,
}

impl Report {
    /// Adds a message, unless there are enough.
    pub(crate) fn push(&mut self, message: Diagnostic) {
        if self.messages.len() < MAX_MESSAGES {
            self.messages.push(message);
        }
    }

    /// The number that the next message will have.
    pub(crate) fn next(&self) -> usize {
        self.messages.len()
    }

    /// Takes back the messages about a piece of the text, but for the first ones.
    pub(crate) fn forget(&mut self, but: usize, piece: Span) {
        let mut number = 0;
        self.messages.retain(|message| {
            number += 1;
            number <= but || message.span.start < piece.start || message.span.end > piece.end
        });
    }

    /// Adds an edit to the fix of a message, if it has one.
    pub(crate) fn extend_fix(&mut self, message: usize, edit: Edit) {
        if let Some(fix) = self.messages.get_mut(message).and_then(|message| message.fix.as_mut()) {
            fix.edits.push(edit);
        }
    }

    /// Whether the indentation that ends at an offset was reported: its line may be in the wrong block.
    pub(crate) fn is_misplaced(&self, offset: u32) -> bool {
        let indentation = [codes::INCONSISTENT_INDENTATION, codes::UNEXPECTED_INDENTATION];
        self.messages
            .iter()
            .any(|message| indentation.contains(&message.code) && message.span.end == offset)
    }

    /// The messages in the order of the text.
    pub(crate) fn sorted(mut self) -> Vec<Diagnostic> {
        Diagnostic::sort(&mut self.messages);
        self.messages
    }
}
