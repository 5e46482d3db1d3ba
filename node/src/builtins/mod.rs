//! What every peer answers without a service being deployed: a table from (service, function) to what answers it.
//!
//! One file per service. Each has a function `enter` that puts its functions into the table; [`standard`] calls them all.
//! A function gets a [`Call`] and answers with a JSON value, or with the value of an error that `catch` sees.
//!
//! ```
//! use aqua_node::builtins::{Call, Table};
//! use serde_json::json;
//!
//! let mut table = Table::default();
//! table.insert("math", "double", |call: Call| async move {
//!     let number: i64 = call.argument(0, "number")?;
//!     Ok(json!(number * 2))
//! });
//! assert!(table.find("math", "double").is_some());
//! ```

mod kad;
mod op;
mod peer;

use crate::Peer;
use aqua_particle::Particle;
use aqua_vm::Tetraplet;
use futures::future::BoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Everything that a peer answers by itself.
pub fn standard() -> Table {
    let mut table = Table::default();
    kad::enter(&mut table);
    op::enter(&mut table);
    peer::enter(&mut table);
    table
}

/// A call of one function, by a particle that is on this peer.
#[derive(Debug, Clone)]
pub struct Call {
    /// The service's name.
    pub service: String,
    /// The function's name.
    pub function: String,
    /// The arguments.
    pub arguments: Vec<Value>,
    /// Where each argument comes from: one tetraplet, or one per element of a canonical stream.
    pub tetraplets: Vec<Vec<Tetraplet>>,
    /// The particle that calls, without its data.
    pub particle: Arc<Particle>,
    /// The peer that is called.
    pub peer: Arc<Peer>,
}

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
}

fn read<T: DeserializeOwned>(name: &str, value: &Value) -> Result<T, Failure> {
    T::deserialize(value)
        .map_err(|error| Failure::text(format!("Error deserializing field '{name}': {error}, got {value}")))
}

/// What a function answers when it has nothing to say: the empty text.
pub fn nothing() -> Value {
    Value::String(String::new())
}

/// The error value that a function answered with; the call fails with code 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure(pub Value);

impl Failure {
    /// An error that is a text, as nearly all are.
    pub fn text(text: impl Into<String>) -> Self {
        Self(Value::String(text.into()))
    }
}

/// What a function answers.
pub type Answer = Result<Value, Failure>;

/// A function that can be called.
pub trait Function: Send + Sync {
    /// Answers a call. Dropped unfinished when the particle's time is up.
    fn call(&self, call: Call) -> BoxFuture<'static, Answer>;
}

impl<F, R> Function for F
where
    F: Fn(Call) -> R + Send + Sync,
    R: Future<Output = Answer> + Send + 'static,
{
    fn call(&self, call: Call) -> BoxFuture<'static, Answer> {
        Box::pin(self(call))
    }
}

/// Functions by service and name. Cheap to clone.
#[derive(Clone, Default)]
pub struct Table {
    functions: Arc<BTreeMap<String, BTreeMap<String, Arc<dyn Function>>>>,
}

impl Table {
    /// Enters a function; one that was there under this name is replaced.
    pub fn insert(&mut self, service: &str, function: &str, answers: impl Function + 'static) {
        let services = Arc::make_mut(&mut self.functions);
        services
            .entry(service.to_owned())
            .or_default()
            .insert(function.to_owned(), Arc::new(answers));
    }

    /// The function of this name.
    pub fn find(&self, service: &str, function: &str) -> Option<Arc<dyn Function>> {
        self.functions.get(service)?.get(function).cloned()
    }

    /// The names of all functions, sorted: service, then function.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.functions.iter().flat_map(|(service, functions)| {
            functions
                .keys()
                .map(move |function| (service.as_str(), function.as_str()))
        })
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.names()).finish()
    }
}
