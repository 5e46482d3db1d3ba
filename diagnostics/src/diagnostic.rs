//! The message itself and its parts.

use crate::Span;
use serde::{Serialize, Serializer};
use std::fmt;

/// The stable name of one kind of message, such as `E1001`. Codes are never reused.
///
/// `E0…` syntax, `E1…` names, `E2…` types, `E3…` topology, `E4…` lowering, `E5…` AIR, `E6…` projects, `W…` warnings.
/// Each has a page under `docs/errors`, shown by `aqua explain`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

impl Code {
    /// Names a code; rooms keep theirs as constants in a module `codes` that lists them all.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name, as `aqua explain` takes it.
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

/// How grave a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The program has no meaning as it stands.
    Error,
    /// The program runs, but probably not as meant.
    Warning,
}

/// A place with a few words about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What to say there; may be empty.
    pub message: String,
}

/// One replacement of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// A change that certainly mends the mistake: applied, the program says what its author meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What the change does, in the imperative.
    pub message: String,
    /// Edits that do not overlap.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// Applies the edits that lie in `file` to its text.
    ///
    /// Returns `None` when an edit is outside the text, cuts a character, or overlaps another.
    pub fn apply(&self, file: crate::FileId, text: &str) -> Option<String> {
        let mut edits: Vec<&Edit> = self.edits.iter().filter(|edit| edit.span.file == file).collect();
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        for edit in edits {
            out.push_str(text.get(at..edit.span.start as usize)?);
            out.push_str(&edit.text);
            at = edit.span.end as usize;
        }
        out.push_str(text.get(at..)?);
        Some(out)
    }
}

/// A message about a program, as a value. Built by [`Diagnostic::error`] or [`Diagnostic::warning`] and refined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Which kind of message.
    pub code: Code,
    /// How grave.
    pub severity: Severity,
    /// What is wrong, in one line without a full stop.
    pub message: String,
    /// Where.
    pub span: Span,
    /// Words at the primary place: what was expected there, or what was found. May be empty.
    pub label: String,
    /// Other places that explain this one.
    pub secondary: Vec<Label>,
    /// Background, a sentence each.
    pub notes: Vec<String>,
    /// What to do, in one line.
    pub help: Option<String>,
    /// A certain repair.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// An error at a place: what is wrong in one line.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, span, message.into())
    }

    /// A warning at a place.
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

    /// Says a few words at the primary place.
    #[must_use]
    pub fn label(mut self, words: impl Into<String>) -> Self {
        self.label = words.into();
        self
    }

    /// Points at another place that explains this one.
    #[must_use]
    pub fn also(mut self, span: Span, words: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span,
            message: words.into(),
        });
        self
    }

    /// Adds a sentence of background.
    #[must_use]
    pub fn note(mut self, sentence: impl Into<String>) -> Self {
        self.notes.push(sentence.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, line: impl Into<String>) -> Self {
        self.help = Some(line.into());
        self
    }

    /// Adds one replacement to the fix; the first call names what the fix does.
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

    /// Whether this message fails a compilation.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The same message as a warning: for code its reader cannot mend, such as a dependency's.
    #[must_use]
    pub fn as_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Sorts messages as they are shown: by file, then place, errors first at the same place.
    pub fn sort(messages: &mut [Self]) {
        messages
            .sort_by(|a, b| (a.span, a.severity, a.code, &a.message).cmp(&(b.span, b.severity, b.code, &b.message)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sources;

    #[test]
    fn fixes_apply_in_order_of_place() {
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
