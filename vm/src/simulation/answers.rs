//! The answers of services in a simulation, as a table.

use crate::{CallError, CallRequest, CallResult};
use aqua_values::{Value, from_value};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Answers by function: `service.function` or `peer/service.function`. `*` matches any peer, service or function.
///
/// In JSON, each answer is an object with one of
///
/// | field | answer |
/// |---|---|
/// | `value` | this value |
/// | `values` | the values of the list one after another, then the last one repeatedly |
/// | `argument` | the argument at that index |
/// | `arguments` (`true`) | the list of arguments |
/// | `error` | an error with this text, and the number `code`, or 1 |
///
/// ```
/// use aqua_vm::simulation::Answers;
///
/// let table = r#"{"greeter.greet": {"value": "hi"}, "far/*.*": {"error": "closed", "code": 3}}"#;
/// assert!(Answers::from_json(table).is_ok());
/// ```
///
/// The most specific name is used: first with the peer, then with the service, then with the function. Without an entry,
/// `op.noop`, `op.identity`, `callbackSrv.*` and `errorHandlingSrv.*` answer as nodes and clients do, and everything else
/// fails with 1.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// By peer, service, function.
    table: BTreeMap<(String, String, String), Answer>,
    /// Number of calls of each.
    asked: BTreeMap<(String, String, String), usize>,
    unanswered: BTreeSet<String>,
}

/// Why a table is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswersError {
    /// Not JSON, or not an object of answers.
    #[error("this is no table of answers: {0}")]
    Table(String),
    /// A name without a point.
    #[error("`{0}` is neither SERVICE.FUNCTION nor PEER/SERVICE.FUNCTION")]
    Name(String),
    /// An invalid answer.
    #[error("the answer of `{name}` is none: {reason}")]
    Answer {
        /// The function.
        name: String,
        /// The reason.
        reason: String,
    },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    #[serde(default, deserialize_with = "present")]
    value: Option<Value>,
    values: Option<Vec<Value>>,
    argument: Option<usize>,
    #[serde(default)]
    arguments: bool,
    error: Option<String>,
    code: Option<i32>,
}

/// Distinguishes `null` from a missing value.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

const ANY: &str = "*";

impl Answers {
    /// Reads a table.
    ///
    /// # Errors
    /// The JSON is not an object of answers by name.
    pub fn from_json(text: &str) -> Result<Self, AnswersError> {
        let table: BTreeMap<String, Value> =
            serde_json::from_str(text).map_err(|error| AnswersError::Table(error.to_string()))?;
        let mut answers = Self::default();
        for (name, answer) in table {
            let broken = |reason: String| AnswersError::Answer {
                name: name.clone(),
                reason,
            };
            let answer: Answer = from_value(&answer).map_err(|error| broken(error.to_string()))?;
            if let Some(reason) = answer.fault() {
                return Err(broken(reason.to_owned()));
            }
            answers.table.insert(key(&name)?, answer);
        }
        Ok(answers)
    }

    /// Sets the answer of a function.
    ///
    /// # Errors
    /// The name is invalid.
    pub fn set(&mut self, name: &str, value: Value) -> Result<(), AnswersError> {
        let answer = Answer {
            value: Some(value),
            values: None,
            argument: None,
            arguments: false,
            error: None,
            code: None,
        };
        self.table.insert(key(name)?, answer);
        Ok(())
    }

    /// The answer of a peer's service.
    pub fn answer(&mut self, peer: &str, request: &CallRequest) -> CallResult {
        let (service, function) = (request.service_id.as_str(), request.function_name.as_str());
        let text = |text: &str| text.to_owned();
        for (peer, service, function) in [
            (peer, service, function),
            (peer, service, ANY),
            (peer, ANY, function),
            (peer, ANY, ANY),
            (ANY, service, function),
            (ANY, service, ANY),
            (ANY, ANY, function),
            (ANY, ANY, ANY),
        ] {
            let key = (text(peer), text(service), text(function));
            if let Some(answer) = self.table.get(&key) {
                let asked = self.asked.entry(key).or_default();
                *asked += 1;
                return answer.give(*asked - 1, &request.arguments);
            }
        }
        match (service, function) {
            ("op", "noop") | ("callbackSrv" | "errorHandlingSrv", _) => Ok("".into()),
            ("op", "identity") => Ok(request.arguments.first().cloned().unwrap_or_else(|| "".into())),
            _ => {
                let name = format!("{service}.{function}");
                let error = failure(1, format!("no answer is given for {name}"));
                self.unanswered.insert(name);
                error
            }
        }
    }

    /// Functions that were called and had no answer.
    pub fn unanswered(&self) -> impl Iterator<Item = &str> {
        self.unanswered.iter().map(String::as_str)
    }
}

/// Peer, service and function. Names of services may have points, those of functions don't.
fn key(name: &str) -> Result<(String, String, String), AnswersError> {
    let (peer, rest) = name.split_once('/').unwrap_or((ANY, name));
    match rest.rsplit_once('.') {
        Some((service, function)) if !peer.is_empty() && !service.is_empty() && !function.is_empty() => {
            Ok((peer.to_owned(), service.to_owned(), function.to_owned()))
        }
        _ => Err(AnswersError::Name(name.to_owned())),
    }
}

impl Answer {
    fn fault(&self) -> Option<&'static str> {
        let fields = [
            self.value.is_some(),
            self.values.is_some(),
            self.argument.is_some(),
            self.arguments,
            self.error.is_some(),
        ];
        if fields.iter().filter(|is_there| **is_there).count() != 1 {
            return Some("it needs one of `value`, `values`, `argument`, `arguments` and `error`");
        }
        if self.values.as_ref().is_some_and(Vec::is_empty) {
            return Some("`values` needs at least one value");
        }
        if self.code.is_some() && self.error.is_none() {
            return Some("`code` belongs to `error`");
        }
        (self.code == Some(0)).then_some("the `code` 0 means success")
    }

    /// The answer to the call after that number of calls.
    fn give(&self, asked: usize, arguments: &[Value]) -> CallResult {
        if let Some(error) = &self.error {
            return failure(self.code.unwrap_or(1), error.as_str());
        }
        if self.arguments {
            return Ok(arguments.into());
        }
        if let Some(at) = self.argument {
            return match arguments.get(at) {
                Some(argument) => Ok(argument.clone()),
                None => failure(1, format!("there is no argument {at}")),
            };
        }
        let values = self.values.as_deref().unwrap_or_default();
        let nth = values.get(asked).or(values.last());
        Ok(nth.or(self.value.as_ref()).cloned().unwrap_or_default())
    }
}

/// An error whose value is a string, as nodes give them.
fn failure(code: i32, error: impl Into<Value>) -> CallResult {
    Err(CallError {
        code,
        message: error.into().to_string().into(),
    })
}
