//! The AIR text format: lexer, lenses and parser.

mod boundaries;
mod expected;
mod interner;
mod lens;
mod lexer;
mod parser;
mod token;

pub(crate) use lens::is_accessor_char;
pub(crate) use parser::parse;
pub(crate) use token::MAX_FLOAT_LEN;

use crate::VariableKind;

/// Returns whether `word` lexes as a variable of that kind without a lens.
pub(crate) fn is_variable(kind: VariableKind, word: &str) -> bool {
    let first = lexer::Lexer::new(word, 0).next();
    if !first.is_word() || first.end() as usize != word.len() {
        return false;
    }
    matches!(token::classify(word, first), Ok(token::Token::Variable(found, name, None)) if found == kind && name == word)
}
