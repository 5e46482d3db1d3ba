//! The result of parsing.

use crate::{Tokens, Tree};
use aqua_diagnostics::Diagnostic;

/// The tokens, tree and diagnostics of a source text.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The raw tokens. They cover each byte of the text.
    pub tokens: Tokens,
    /// The syntax tree. Contains error nodes for invalid parts of the text, which `diagnostics` covers.
    pub tree: Tree,
    /// Syntax errors in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Returns whether there is an error among the diagnostics.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}
