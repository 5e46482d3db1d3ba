//! JSON values to the arguments of functions, and the texts of errors of calls.
//!
//! | type | JSON |
//! |---|---|
//! | bool | a boolean |
//! | integers | an integer within the range of the type, written without a fraction |
//! | f32, f64 | a number |
//! | string | a string |
//! | each of these | also an array with it as the only element |
//! | byte array, `array(u8)` | an array of integers from 0 to 255 |
//! | array | an array |
//! | record | an object with all fields and no others, or an array with the fields in order |
//!
//! Nothing accepts `null`. Results become the same forms ([`Lifted`](crate::Lifted)); records become objects (§4 of the Marine
//! format).
//!
//! Conversion comes before the first call of the guest, so that a wrong argument leaves nothing in its memory. It copies what
//! has another form in memory, such as numbers, and shares strings.

mod arguments;
mod foreign;
mod from_json;

use std::fmt;

/// An argument that is not of the type of its parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentMismatch {
    /// The position of the value, such as `user.emails[2]`; empty if it is the list of arguments.
    pub path: String,
    /// What is wrong.
    pub kind: MismatchKind,
}

/// What is wrong with an argument. Texts describe what was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MismatchKind {
    /// Too many or too few arguments, or fields of a record.
    #[error("function requires {expected} arguments, {found} provided")]
    Arity {
        /// The number of parameters or fields.
        expected: usize,
        /// The number of values.
        found: usize,
    },
    /// A parameter or a field is missing in an object.
    #[error("missing argument with name {0}")]
    Missing(String),
    /// The value is not a boolean, number or string as expected.
    #[error("expected {expected}, found {found}")]
    Scalar {
        /// The type as Aqua writes it.
        expected: String,
        /// The value.
        found: String,
    },
    /// The value is no array of bytes.
    #[error("expected bytearray, found {0}")]
    ByteArray(String),
    /// The value is no array.
    #[error("expected array of {element} types, found {found}")]
    Array {
        /// The type of the elements as Aqua writes it.
        element: String,
        /// The value.
        found: String,
    },
    /// The value is neither an object nor an array.
    #[error("record {record} should be encoded as array or map, found {found}")]
    Record {
        /// The name of the record.
        record: String,
        /// The value.
        found: String,
    },
}

impl fmt::Display for ArgumentMismatch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(out)?;
        if self.path.is_empty() {
            return Ok(());
        }
        write!(out, " (at `{}`)", self.path)
    }
}

impl std::error::Error for ArgumentMismatch {}

/// Why a call of a service returned no value. `catch` in an Aqua program reads the text (§4.4 of the Marine format).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The module has no such function.
    #[error("function with name `{0}` is missing")]
    MissingFunction(String),
    /// The service has no such module.
    #[error("module with name \"{0}\" is missing")]
    MissingModule(String),
    /// The arguments are not of the types of the parameters.
    #[error("arguments from json deserialization error in module \"{module}\", function \"{function}\": {mismatch}")]
    Arguments {
        /// The module.
        module: String,
        /// The function.
        function: String,
        /// What is wrong.
        mismatch: ArgumentMismatch,
    },
    /// The result has no form in JSON.
    #[error("output to json serialization error in module \"{module}\", function \"{function}\": {reason}")]
    Output {
        /// The module.
        module: String,
        /// The function.
        function: String,
        /// What is wrong.
        reason: String,
    },
    /// The code of the module or an adapter failed.
    #[error("Execution error: {0}")]
    Execution(String),
}
