//! Functions of the program that embeds a peer.

use aqua_peer::Call;
use aqua_vm::CallResult;
use futures::future::BoxFuture;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A function that can be called.
pub trait Handler: Send + Sync {
    /// Answers a call. The future is dropped when the call is cancelled.
    fn call(&self, call: Call) -> BoxFuture<'static, CallResult>;
}

impl<F, R> Handler for F
where
    F: Fn(Call) -> R + Send + Sync,
    R: Future<Output = CallResult> + Send + 'static,
{
    fn call(&self, call: Call) -> BoxFuture<'static, CallResult> {
        Box::pin(self(call))
    }
}

type ByName = BTreeMap<String, Arc<dyn Handler>>;

/// Functions by service and name. Cheap to clone.
///
/// ```
/// use aqua_node::{Call, Handlers};
/// use aqua_values::Value;
///
/// let mut handlers = Handlers::default();
/// handlers.register("clock", "tick", |_: Call| async { Ok(Value::from(1)) });
/// assert!(handlers.find("clock", "tick").is_some());
/// ```
#[derive(Clone, Default)]
pub struct Handlers {
    services: Arc<BTreeMap<String, ByName>>,
    fallback: Option<Arc<dyn Handler>>,
}

impl Handlers {
    /// Registers a function. One with the same name is replaced.
    pub fn register(&mut self, service: &str, function: &str, handler: impl Handler + 'static) {
        Arc::make_mut(&mut self.services)
            .entry(service.to_owned())
            .or_default()
            .insert(function.to_owned(), Arc::new(handler));
    }

    /// Registers what answers calls that nothing else answers.
    pub fn register_fallback(&mut self, handler: impl Handler + 'static) {
        self.fallback = Some(Arc::new(handler));
    }

    /// Whether there is something that answers calls that nothing else answers.
    pub fn has_fallback(&self) -> bool {
        self.fallback.is_some()
    }

    /// The function of that name, or the fallback.
    pub fn find(&self, service: &str, function: &str) -> Option<&Arc<dyn Handler>> {
        let named = self.services.get(service).and_then(|functions| functions.get(function));
        named.or(self.fallback.as_ref())
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

impl fmt::Debug for Handlers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.names()).finish()
    }
}
