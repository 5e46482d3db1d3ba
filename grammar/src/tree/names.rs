//! Names and dotted names.

use aqua_diagnostics::Span;
use ecow::EcoString;
use std::fmt;

/// One word of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The word.
    pub text: EcoString,
    /// Where it stands.
    pub span: Span,
}

impl Name {
    /// The word as a plain string slice.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// A name of one or more words joined by dots, such as `Some.Long.Name`. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The words, at least one.
    pub names: Vec<Name>,
    /// From the first word to the last.
    pub span: Span,
}

impl Path {
    /// The last word.
    pub fn last(&self) -> &Name {
        self.names.last().expect("a path has at least one name")
    }

    /// The only word, if there are no dots.
    pub fn single(&self) -> Option<&Name> {
        match self.names.as_slice() {
            [name] => Some(name),
            _ => None,
        }
    }

    /// The words joined by dots, without the spaces that the text may have.
    pub fn text(&self) -> EcoString {
        match self.names.as_slice() {
            [name] => name.text.clone(),
            names => {
                let mut text = EcoString::new();
                for (at, name) in names.iter().enumerate() {
                    if at > 0 {
                        text.push('.');
                    }
                    text.push_str(&name.text);
                }
                text
            }
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text())
    }
}
