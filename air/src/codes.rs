//! Codes of diagnostics about AIR text. `docs/errors` has a page for each.

use aqua_diagnostics::Code;

/// Unexpected token.
pub const UNEXPECTED_TOKEN: Code = Code::new("E5001");
/// Unterminated string.
pub const UNTERMINATED_STRING: Code = Code::new("E5002");
/// Invalid name.
pub const INVALID_NAME: Code = Code::new("E5003");
/// Invalid number.
pub const INVALID_NUMBER: Code = Code::new("E5004");
/// Invalid lens.
pub const INVALID_LENS: Code = Code::new("E5005");
/// Use of a name that is not defined.
pub const UNDEFINED_VARIABLE: Code = Code::new("E5006");
/// `next` outside the fold of its iterator.
pub const NEXT_OUTSIDE_FOLD: Code = Code::new("E5007");
/// More than one `next` in a fold.
pub const SECOND_NEXT: Code = Code::new("E5008");
/// `new` of the iterator of an enclosing fold.
pub const NEW_OF_ITERATOR: Code = Code::new("E5009");
/// A fold inside a fold with the same iterator.
pub const ITERATOR_IN_USE: Code = Code::new("E5010");
/// `fail` with the error code 0.
pub const FAIL_WITH_ZERO: Code = Code::new("E5011");
/// An instruction after `next` in a fold over a stream.
pub const INSTRUCTION_AFTER_NEXT: Code = Code::new("E5012");

/// All codes of this crate, in order.
pub const ALL: &[Code] = &[
    UNEXPECTED_TOKEN,
    UNTERMINATED_STRING,
    INVALID_NAME,
    INVALID_NUMBER,
    INVALID_LENS,
    UNDEFINED_VARIABLE,
    NEXT_OUTSIDE_FOLD,
    SECOND_NEXT,
    NEW_OF_ITERATOR,
    ITERATOR_IN_USE,
    FAIL_WITH_ZERO,
    INSTRUCTION_AFTER_NEXT,
];
