//! Checks that names, strings and numbers from other sources than AIR text can be written in AIR text.

use crate::VariableKind;
use crate::text;
use crate::text::MAX_FLOAT_LEN;

/// Returns whether `name` lexes as a variable of that kind without a lens.
pub(crate) fn is_name(kind: VariableKind, name: &str) -> bool {
    text::is_variable(kind, name)
}

/// Returns whether `text` can be written between double quotes. AIR has no escapes.
pub(crate) fn is_literal(text: &str) -> bool {
    !text.contains('"')
}

/// Returns whether `name` can be an accessor of a lens: a field name or, in brackets, the name of a scalar.
pub(crate) fn is_accessor(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|char: char| char.is_ascii_digit())
        && name.chars().all(text::is_accessor_char)
}

/// Returns whether `number` can be written with a decimal point in at most [`MAX_FLOAT_LEN`] bytes.
pub(crate) fn is_float(number: f64) -> bool {
    number.is_finite() && crate::Operand::Float(number).to_string().len() <= MAX_FLOAT_LEN
}
