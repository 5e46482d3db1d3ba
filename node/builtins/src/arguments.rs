//! Arguments of calls, and the errors for wrong ones.

use aqua_peer::{Call, failure};
use aqua_values::{Object, Value, from_value};
use aqua_vm::CallError;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads the arguments of a call.
pub trait Arguments {
    /// A required argument.
    ///
    /// # Errors
    /// It is missing, or not of this type.
    fn argument<T: DeserializeOwned>(&self, index: usize, name: &str) -> Result<T, CallError>;

    /// An argument of an option type: `None` if it is missing, `null` or `[]`; `x` and `[x]` are the same.
    ///
    /// # Errors
    /// It is not of this type, or a list of several.
    fn option<T: DeserializeOwned>(&self, index: usize, name: &str) -> Result<Option<T>, CallError>;

    /// All arguments.
    ///
    /// # Errors
    /// There are not `N`.
    fn exactly<const N: usize>(&self) -> Result<&[Value; N], CallError>;
}

impl Arguments for Call {
    fn argument<T: DeserializeOwned>(&self, index: usize, name: &str) -> Result<T, CallError> {
        let value = self
            .arguments
            .get(index)
            .ok_or_else(|| failure(format!("Field '{name}' is missing from args to call_service")))?;
        read(name, value)
    }

    fn option<T: DeserializeOwned>(&self, index: usize, name: &str) -> Result<Option<T>, CallError> {
        match self.arguments.get(index) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Array(values)) => match values.as_slice() {
                [] => Ok(None),
                [value] => read(name, value).map(Some),
                several => Err(failure(format!(
                    "Option's array must contain at most 1 element, '{name}' was of {} elements",
                    several.len()
                ))),
            },
            Some(value) => read(name, value).map(Some),
        }
    }

    fn exactly<const N: usize>(&self) -> Result<&[Value; N], CallError> {
        self.arguments
            .as_slice()
            .try_into()
            .map_err(|_| failure(format!("expected {N} arguments, got {}", self.arguments.len())))
    }
}

/// The guard of functions that change the peer: fails unless the host or one of its managers started the particle.
pub(crate) fn protected(call: &Call) -> Result<(), CallError> {
    if call.authority.is_privileged() {
        Ok(())
    } else {
        Err(failure("This function is only available to the host or worker spells"))
    }
}

/// The value of a field of type `T`.
pub(crate) fn read<T: DeserializeOwned>(name: &str, value: &Value) -> Result<T, CallError> {
    from_value(value).map_err(|error| {
        let error = error.to_string();
        let expected = error
            .rsplit_once("expected ")
            .map_or(error.as_str(), |(_, expected)| expected);
        failure(format!(
            "Error deserializing field '{name}': expected {expected}, got {}",
            json_text(value)
        ))
    })
}

/// The object that a value has to be.
pub(crate) fn object(value: &Value) -> Result<&Object, CallError> {
    value
        .as_object()
        .ok_or_else(|| failure(format!("expected json object, got {}", json_text(value))))
}

/// JSON as `serde_json` writes it: unlike the canonical text, `1e20` is `1e+20`.
pub(crate) fn json_text(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).expect("values have texts")
}
