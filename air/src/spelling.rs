//! What AIR can spell: the test for names and texts that come from elsewhere than AIR text.

use crate::VariableKind;
use crate::text;
use crate::text::MAX_FLOAT_LEN;

/// Whether the name, read as a word, is a variable of that kind without a lens.
pub(crate) fn is_name(kind: VariableKind, name: &str) -> bool {
    text::is_variable(kind, name)
}

/// Whether the text can stand between double quotes.
pub(crate) fn is_literal(text: &str) -> bool {
    !text.contains('"')
}

/// Whether the text can be a step of a lens: a field name or, in brackets, the name of a scalar.
pub(crate) fn is_accessor(name: &str) -> bool {
    !name.is_empty() && !name.starts_with(|char: char| char.is_ascii_digit()) && name.chars().all(text::is_step_char)
}

/// Whether the number can be written with a decimal point in the few bytes that AIR allows.
pub(crate) fn is_float(number: f64) -> bool {
    number.is_finite() && crate::Value::Float(number).to_string().len() <= MAX_FLOAT_LEN
}
