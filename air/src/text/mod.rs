//! AIR text: tokens, lenses, the grammar.

mod lens;
mod reader;
mod token;

pub(crate) use lens::is_step_char;
pub(crate) use reader::parse;
pub(crate) use token::MAX_FLOAT_LEN;

use crate::VariableKind;

/// Whether the word is a variable of that kind without lens.
pub(crate) fn is_variable(kind: VariableKind, word: &str) -> bool {
    let mut tokens = token::Tokens::new(word);
    let (first, second) = (tokens.next(), tokens.next());
    let Some(Ok((token::Token::Variable(found, name, None), _))) = first else {
        return false;
    };
    found == kind && name == word && second.is_none()
}
