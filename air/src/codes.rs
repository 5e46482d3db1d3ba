//! The codes of messages about AIR text. Each has a page under `docs/errors`.

use aqua_diagnostics::Code;

/// A token where another one was expected.
pub const UNEXPECTED_TOKEN: Code = Code::new("E5001");
/// A text without its closing quote.
pub const UNCLOSED_QUOTE: Code = Code::new("E5002");
/// A word that is neither a number nor a name.
pub const BAD_WORD: Code = Code::new("E5003");
/// A number that can't be read.
pub const BAD_NUMBER: Code = Code::new("E5004");
/// A lens that can't be read.
pub const BAD_LENS: Code = Code::new("E5005");
/// A name that nothing before defines.
pub const UNDEFINED_VARIABLE: Code = Code::new("E5006");
/// `next` outside of the fold of its iterator.
pub const NEXT_OUTSIDE_FOLD: Code = Code::new("E5007");
/// A second `next` of one fold.
pub const SECOND_NEXT: Code = Code::new("E5008");
/// `new` of a name that is the iterator of a fold around it.
pub const NEW_OF_ITERATOR: Code = Code::new("E5009");
/// A fold inside another one with the same iterator.
pub const ITERATOR_IN_USE: Code = Code::new("E5010");
/// `fail` with the number 0.
pub const FAIL_WITH_ZERO: Code = Code::new("E5011");
/// Something to do after `next` in a fold over a stream.
pub const INSTRUCTION_AFTER_NEXT: Code = Code::new("E5012");

/// All codes of this crate.
pub const ALL: &[Code] = &[
    UNEXPECTED_TOKEN,
    UNCLOSED_QUOTE,
    BAD_WORD,
    BAD_NUMBER,
    BAD_LENS,
    UNDEFINED_VARIABLE,
    NEXT_OUTSIDE_FOLD,
    SECOND_NEXT,
    NEW_OF_ITERATOR,
    ITERATOR_IN_USE,
    FAIL_WITH_ZERO,
    INSTRUCTION_AFTER_NEXT,
];
