//! Names and dotted names.

use aqua_diagnostics::Span;
use ecow::EcoString;
use std::fmt;

/// A name with its span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: EcoString,
    /// The span of the name.
    pub span: Span,
}

impl Name {
    /// Returns the name as a string slice.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// A name with one or more components separated by dots, such as `Some.Long.Name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The components, at least one.
    pub names: Vec<Name>,
    /// The span from the first component to the last.
    pub span: Span,
}

impl Path {
    /// Returns the last component.
    pub fn last(&self) -> &Name {
        self.names.last().expect("a path has at least one name")
    }

    /// Returns the name if there is a single component.
    pub fn single(&self) -> Option<&Name> {
        match self.names.as_slice() {
            [name] => Some(name),
            _ => None,
        }
    }

    /// Returns the components joined by dots, without whitespace.
    pub fn text(&self) -> EcoString {
        match self.names.as_slice() {
            [name] => name.text.clone(),
            names => {
                let mut text = EcoString::new();
                for (index, name) in names.iter().enumerate() {
                    if index > 0 {
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
