//! Diagnostics and their parts.

use crate::Span;
use serde::{Serialize, Serializer};
use std::fmt;

/// The stable code of a kind of diagnostic, such as `E1001`. Codes are never reused.
///
/// `E0…` syntax, `E1…` names, `E2…` types, `E3…` topology, `E4…` lowering, `E5…` AIR, `E6…` projects, `W…` warnings.
/// Each code has a page in `docs/errors`, which `aqua explain` prints.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

impl Code {
    /// Creates a code. Each crate defines its codes as constants in a module `codes`.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Returns the code as text.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

/// The severity of a diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The program can't be compiled.
    Error,
    /// The program can be compiled, but is probably not what the author meant.
    Warning,
}

/// A span with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Label {
    /// The span to point at.
    pub span: Span,
    /// The message. May be empty.
    pub message: String,
}

/// A replacement of source text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// The text to replace. An empty span inserts.
    pub span: Span,
    /// The replacement.
    pub text: String,
}

/// A change that corrects the program and is safe to apply automatically.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// Describes the change, in the imperative.
    pub message: String,
    /// The edits. They do not overlap.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// Applies the edits in `file` to its text.
    ///
    /// Returns `None` if an edit is out of bounds, is not on a character boundary, or overlaps another edit.
    pub fn apply(&self, file: crate::FileId, text: &str) -> Option<String> {
        let mut edits: Vec<&Edit> = self.edits.iter().filter(|edit| edit.span.file == file).collect();
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let (mut out, mut copied_to) = (String::with_capacity(text.len()), 0);
        for edit in edits {
            out.push_str(text.get(copied_to..edit.span.start as usize)?);
            out.push_str(&edit.text);
            copied_to = edit.span.end as usize;
        }
        out.push_str(text.get(copied_to..)?);
        Some(out)
    }
}

/// A message about a program. Create it with [`Diagnostic::error`] or [`Diagnostic::warning`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The kind of diagnostic.
    pub code: Code,
    /// Whether it is an error or a warning.
    pub severity: Severity,
    /// Describes the problem in one line without a full stop.
    pub message: String,
    /// The primary span.
    pub span: Span,
    /// The label of the primary span: what was expected or found there. May be empty.
    pub label: String,
    /// Labels of related spans.
    pub secondary: Vec<Label>,
    /// Background information, one sentence each.
    pub notes: Vec<String>,
    /// Suggests what to do, in one line.
    pub help: Option<String>,
    /// A fix that can be applied automatically.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// Creates an error.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, span, message.into())
    }

    /// Creates a warning.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, span, message.into())
    }

    fn new(code: Code, severity: Severity, span: Span, message: String) -> Self {
        let (label, secondary, notes) = (String::new(), Vec::new(), Vec::new());
        Self {
            code,
            severity,
            message,
            span,
            label,
            secondary,
            notes,
            help: None,
            fix: None,
        }
    }

    /// Sets the label of the primary span.
    #[must_use]
    pub fn label(mut self, message: impl Into<String>) -> Self {
        self.label = message.into();
        self
    }

    /// Adds a label for a related span.
    #[must_use]
    pub fn secondary(mut self, span: Span, message: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span,
            message: message.into(),
        });
        self
    }

    /// Adds a note with background information.
    #[must_use]
    pub fn note(mut self, sentence: impl Into<String>) -> Self {
        self.notes.push(sentence.into());
        self
    }

    /// Sets the help line.
    #[must_use]
    pub fn help(mut self, line: impl Into<String>) -> Self {
        self.help = Some(line.into());
        self
    }

    /// Adds an edit to the fix. `message` describes the fix and is ignored after the first call.
    #[must_use]
    pub fn fix(mut self, message: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        let fix = self.fix.get_or_insert_with(|| Fix {
            message: message.into(),
            edits: Vec::new(),
        });
        fix.edits.push(Edit {
            span,
            text: text.into(),
        });
        self
    }

    /// Turns the fix into advice, because the program may have another mistake at its place. A help line remains as it is.
    pub fn withdraw_fix(&mut self) {
        if let Some(fix) = self.fix.take() {
            self.help.get_or_insert(fix.message);
        }
    }

    /// Returns whether the diagnostic is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Converts the diagnostic to a warning, for code that the user can't change, such as a dependency.
    #[must_use]
    pub fn as_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Sorts diagnostics by span; at the same span, errors come first.
    pub fn sort(diagnostics: &mut [Self]) {
        diagnostics
            .sort_by(|a, b| (a.span, a.severity, a.code, &a.message).cmp(&(b.span, b.severity, b.code, &b.message)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sources;

    #[test]
    fn edits_are_applied_in_order() {
        let mut sources = Sources::new();
        let file = sources.add("a", "fro x <- xs");
        let message = Diagnostic::error(Code::new("E0001"), file.span(0, 3), "")
            .fix("write `for`", file.span(11, 11), ":")
            .fix("", file.span(0, 3), "for");
        let fix = message.fix.expect("a fix");
        assert_eq!(fix.apply(file, "fro x <- xs").as_deref(), Some("for x <- xs:"));
        assert_eq!(fix.apply(file, "fro"), None);
    }
}
