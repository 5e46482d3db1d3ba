//! What every peer answers without a service being deployed: a table from (service, function) to what answers it.
//!
//! One file per service. Each has a function `enter` that puts its functions into the table; [`standard`] calls them all.
//! A function gets a [`Call`] and answers with a JSON value, or with the value of an error that `catch` sees.
//!
//! ```
//! use aqua_node::builtins::{Call, Table};
//!
//! let mut table = Table::default();
//! table.insert("math", "double", |call: Call| async move {
//!     let number: i64 = call.argument(0, "number")?;
//!     Ok((number * 2).into())
//! });
//! assert!(table.find("math", "double").is_some());
//! ```

mod arguments;
mod array;
mod cmp;
mod debug;
mod hashes;
mod json;
mod kad;
mod math;
mod op;
mod peer;
mod sig;
mod srv;
#[cfg(test)]
mod tests;

use crate::Peer;
use aqua_particle::Particle;
use aqua_values::Value;
use aqua_vm::Tetraplets;
use futures::future::BoxFuture;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Everything that a peer answers by itself.
pub fn standard() -> Table {
    let mut table = Table::default();
    array::enter(&mut table);
    cmp::enter(&mut table);
    debug::enter(&mut table);
    json::enter(&mut table);
    kad::enter(&mut table);
    math::enter(&mut table);
    op::enter(&mut table);
    peer::enter(&mut table);
    sig::enter(&mut table);
    srv::enter(&mut table);
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
    pub tetraplets: Vec<Tetraplets>,
    /// The particle that calls, without its data.
    pub particle: Arc<Particle>,
    /// The peer that is called.
    pub peer: Arc<Peer>,
}

/// What a function answers when it has nothing to say: the empty text.
pub fn nothing() -> Value {
    "".into()
}

/// The error value that a function answered with; the call fails with code 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure(pub Value);

impl Failure {
    /// An error that is a text, as nearly all are.
    pub fn text(text: impl Into<String>) -> Self {
        Self(Value::from(text.into()))
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

/// Functions of one service by name.
type Functions = BTreeMap<String, Arc<dyn Function>>;

/// Functions by service and name. Cheap to clone.
#[derive(Clone, Default)]
pub struct Table {
    services: Arc<BTreeMap<String, Functions>>,
}

impl Table {
    /// Enters a function; one that was there under this name is replaced.
    pub fn insert(&mut self, service: &str, function: &str, answers: impl Function + 'static) {
        let services = Arc::make_mut(&mut self.services);
        services
            .entry(service.to_owned())
            .or_default()
            .insert(function.to_owned(), Arc::new(answers));
    }

    /// Enters a function that answers at once from the call alone.
    pub fn insert_immediate(&mut self, service: &str, function: &str, answer: fn(&Call) -> Answer) {
        self.insert(service, function, move |call: Call| std::future::ready(answer(&call)));
    }

    /// The function of this name.
    pub fn find(&self, service: &str, function: &str) -> Option<Arc<dyn Function>> {
        self.services.get(service)?.get(function).cloned()
    }

    /// The names of all functions, sorted: service, then function.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.services.iter().flat_map(|(service, functions)| {
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
