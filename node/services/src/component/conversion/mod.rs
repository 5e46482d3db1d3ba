//! Converts values to component values and back.
//!
//! | type | JSON accepted | JSON produced |
//! |---|---|---|
//! | bool, integers | a boolean; an integer within the type's range, written without a fraction | the same |
//! | f32, f64 | any number | a number; `null` for what JSON has no number for |
//! | char | a string of one character | the same |
//! | string | a string | the same |
//! | list | an array | an array |
//! | option | `[]`, `[x]`, `null`, or `x` itself where `x` isn't an array | `[]` or `[x]` |
//! | record | an object; fields that aren't known are ignored, missing lists and options are empty | an object with all fields in order |
//! | tuple | an array, or an object `{"f0": …, "f1": …}` | an array |
//! | enum | the name of a case | the same |
//! | flags | an array of names | the same, in the order of the type |
//! | variant | `{"tag": "case", "case": [x]}` or `{"case": x}` | an object with `tag`, and for every case with a value `[x]` or `[]` |
//! | result | `{"success": true, "value": [x]}` or `{"success": false, "error": [x]}` | the same with all of its fields |

mod input;
mod output;

use std::fmt;

pub use input::from_json;
pub use output::to_json;

/// A JSON value that isn't of the type it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The position in the argument, such as `user.emails[2]`.
    pub path: String,
    /// The expected type, as Aqua writes it.
    pub expected: String,
    /// The value, shortened.
    pub found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "'{}': expected {}, found {}", self.path, self.expected, self.found)
    }
}

impl std::error::Error for Mismatch {}
