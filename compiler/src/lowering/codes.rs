//! Mistakes that only lowering sees.

use aqua_diagnostics::Code;

/// A number that AIR cannot write down.
pub const NUMBER_OUT_OF_RANGE: Code = Code::new("E4001");
/// A result of a callback after its first is used.
pub const SECOND_CALLBACK_RESULT: Code = Code::new("E4002");
/// A function that becomes too large when everything it calls is put in its place.
pub const SCRIPT_TOO_LARGE: Code = Code::new("E4003");

/// All codes of this stage.
pub const ALL: &[Code] = &[NUMBER_OUT_OF_RANGE, SECOND_CALLBACK_RESULT, SCRIPT_TOO_LARGE];
