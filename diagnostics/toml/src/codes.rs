//! Diagnostic codes for TOML files.

use aqua_diagnostics::Code;

/// Invalid TOML syntax.
pub const INVALID_TOML: Code = Code::new("E6001");
/// Unknown key.
pub const UNKNOWN_KEY: Code = Code::new("E6002");
/// A value of the wrong type or outside its range.
pub const INVALID_VALUE: Code = Code::new("E6003");
/// A required key is missing.
pub const MISSING_KEY: Code = Code::new("E6004");
/// A referenced file does not exist.
pub const MISSING_FILE: Code = Code::new("E6005");
/// A file that is not a WebAssembly file.
pub const NOT_WASM: Code = Code::new("E6006");

/// All codes of this crate.
pub const ALL: &[Code] = &[
    INVALID_TOML,
    UNKNOWN_KEY,
    INVALID_VALUE,
    MISSING_KEY,
    MISSING_FILE,
    NOT_WASM,
];
