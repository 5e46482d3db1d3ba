//! Reading the arguments of a call, and what is said when they are wrong.

use super::{Call, Failure};
use aqua_values::{Object, Value, from_value};
use serde::Serialize;
use serde::de::DeserializeOwned;

impl Call {
    /// An argument that has to be there.
    pub fn argument<T: DeserializeOwned>(&self, index: usize, name: &str) -> Result<T, Failure> {
        let value = self
            .arguments
            .get(index)
            .ok_or_else(|| Failure::text(format!("Field '{name}' is missing from args to call_service")))?;
        read(name, value)
    }

    /// An argument of an option type: none if it is absent, `null` or `[]`; `x` and `[x]` are the same.
    pub fn option<T: DeserializeOwned>(&self, index: usize, name: &str) -> Result<Option<T>, Failure> {
        match self.arguments.get(index) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Array(values)) => match values.as_slice() {
                [] => Ok(None),
                [value] => read(name, value).map(Some),
                several => Err(Failure::text(format!(
                    "Option's array must contain at most 1 element, '{name}' was of {} elements",
                    several.len()
                ))),
            },
            Some(value) => read(name, value).map(Some),
        }
    }

    /// The arguments, when there are as many as the function takes.
    pub(super) fn exactly<const N: usize>(&self) -> Result<&[Value; N], Failure> {
        self.arguments
            .as_slice()
            .try_into()
            .map_err(|_| Failure::text(format!("expected {N} arguments, got {}", self.arguments.len())))
    }

    /// Goes on only for a particle that this peer itself started.
    pub(super) fn only_for_host(&self) -> Result<(), Failure> {
        if self.particle.init_peer_id == *self.peer.id() {
            Ok(())
        } else {
            Err(Failure::text(
                "This function is only available to the host or worker spells",
            ))
        }
    }
}

/// The value of a field of type `T`.
pub(super) fn read<T: DeserializeOwned>(name: &str, value: &Value) -> Result<T, Failure> {
    from_value(value).map_err(|error| {
        let error = error.to_string();
        let expected = error
            .rsplit_once("expected ")
            .map_or(error.as_str(), |(_, expected)| expected);
        Failure::text(format!(
            "Error deserializing field '{name}': expected {expected}, got {}",
            json_text(value)
        ))
    })
}

/// The object that a value has to be.
pub(super) fn object(value: &Value) -> Result<&Object, Failure> {
    value
        .as_object()
        .ok_or_else(|| Failure::text(format!("expected json object, got {}", json_text(value))))
}

/// JSON as `serde_json` writes it: unlike the canonical text, `1e20` is `1e+20`.
pub(super) fn json_text(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).expect("values have texts")
}
