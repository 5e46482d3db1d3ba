//! Errors that `xor` catches: codes 10000 to 10012.

use aqua_values::Value;
use ecow::EcoString;

/// An error that the workflow can handle.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum Catchable {
    #[error("Local service error, ret_code is {code}, error message is '{message}'")]
    LocalService { code: i32, message: EcoString },
    #[error("compared values do not match")]
    MatchValuesNotEqual,
    #[error("compared values do not mismatch")]
    MismatchValuesEqual,
    #[error("variable with name '{0}' wasn't defined during script execution")]
    VariableNotFound(EcoString),
    #[error("expression '{expression}' returned non-array value '{value}' for fold iterable")]
    FoldOverNonArray { expression: EcoString, value: Value },
    #[error("fail with '{0}' is used without corresponding xor")]
    User(Value),
    #[error(transparent)]
    Lens(LensError),
    #[error(transparent)]
    ErrorObject(ErrorObjectError),
    #[error("variable with name '{0}' was cleared by new and then wasn't set")]
    NotInitializedAfterNew(EcoString),
    #[error("the length functor could applied only to an array-like value, but it's applied to '{0}'")]
    LengthOfNonArray(Value),
    #[error("call cannot resolve non-String triplet variable part `{name}` with value '{value}'")]
    NonStringTriplet { name: EcoString, value: Value },
    #[error("unsupported type for {0} map's key")]
    StreamMapKey(EcoString),
}

impl Catchable {
    /// The code of this error.
    pub(crate) fn code(&self) -> i64 {
        match self {
            Self::LocalService { .. } => 10000,
            Self::MatchValuesNotEqual => 10001,
            Self::MismatchValuesEqual => 10002,
            Self::VariableNotFound(_) => 10003,
            // 10004, for values of an unexpected type, is never raised.
            Self::FoldOverNonArray { .. } => 10005,
            Self::User(_) => 10006,
            Self::Lens(_) => 10007,
            Self::ErrorObject(_) => 10008,
            Self::NotInitializedAfterNew(_) => 10009,
            Self::LengthOfNonArray(_) => 10010,
            Self::NonStringTriplet { .. } => 10011,
            Self::StreamMapKey(_) => 10012,
        }
    }

    /// Whether the instruction may wait for the missing variable instead.
    pub(crate) fn is_joinable(&self) -> bool {
        matches!(self, Self::VariableNotFound(_))
    }

    /// Whether it becomes `%last_error%`.
    pub(crate) fn is_last_error(&self) -> bool {
        !matches!(self, Self::MatchValuesNotEqual | Self::MismatchValuesEqual)
    }
}

/// Why a lens can't be applied.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum LensError {
    #[error("lambda is applied to a stream that have only '{size}' elements, but '{index}' requested")]
    CanonStreamIndex { size: usize, index: u32 },
    #[error("field accessor (with field name = '{0}') can't be applied to a stream")]
    FieldOfStream(EcoString),
    #[error("value '{value}' is not an array-type to match array accessor with idx = '{index}'")]
    NotArray { value: Value, index: u32 },
    #[error("value '{value}' does not contain element for idx = '{index}'")]
    NoIndex { value: Value, index: u32 },
    #[error("value '{value}' does not contain element with field name = '{name}'")]
    NoField { value: Value, name: EcoString },
    #[error("value '{value}' is not an map-type to match field accessor with field_name = '{name}'")]
    NotObject { value: Value, name: EcoString },
    #[error("index accessor `{0} can't be converted to u32`")]
    IndexRange(Value),
    #[error("scalar accessor `{0}` should has number or string type")]
    ScalarAccessor(Value),
    #[error("stream accessor `{0}` should has number (u32) type")]
    StreamAccessor(Value),
    #[error("canon stream map accessor `{0}` should be either string or number")]
    MapAccessor(Value),
    #[error("canon stream map accessor must not be iterable")]
    MapAccessorIsIterable,
}

/// Why a value is not an error object for `fail`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum ErrorObjectError {
    #[error("scalar should have an object type to be converted into error object, but '{0}' doesn't have")]
    NotObject(Value),
    #[error("scalar '{value}' must have field with name '{field}'")]
    NoField { value: Value, field: &'static str },
    #[error("{field} of scalar '{value}' must have {expected} type")]
    FieldType {
        value: Value,
        field: &'static str,
        expected: &'static str,
    },
    #[error("error code must be non-zero, but it is zero")]
    ZeroCode,
}
