//! What parsing gives.

use crate::{Tokens, Tree};
use aqua_diagnostics::Diagnostic;

/// One source text, understood as far as it can be.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// Every byte of the text, in tokens.
    pub tokens: Tokens,
    /// The program. Where the text was broken it holds error nodes, which never need a second message.
    pub tree: Tree,
    /// Mistakes of syntax, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Whether some message is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}
