//! AIR text: tokens, lenses, the grammar.

mod edges;
mod expected;
mod lens;
mod reader;
mod token;
mod words;

pub(crate) use lens::is_step_char;
pub(crate) use reader::parse;
pub(crate) use token::MAX_FLOAT_LEN;

use crate::VariableKind;

/// Whether the word is a variable of that kind without lens.
pub(crate) fn is_variable(kind: VariableKind, word: &str) -> bool {
    let mut pieces = token::Pieces::from(word, 0);
    let first = pieces.next();
    if !first.is_word() || first.end() as usize != word.len() {
        return false;
    }
    matches!(token::token(word, first), Ok(token::Token::Variable(found, name, None)) if found == kind && name == word)
}
