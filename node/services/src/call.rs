//! What a call asks for.

use std::sync::Arc;
use std::time::Duration;

use aqua_marine::CallParameters;
use aqua_values::{Object, Value};

/// A call of a function of a service.
#[derive(Debug, Clone)]
pub struct Call<'c> {
    /// The name of the service.
    pub service: &'c str,
    /// The name of the function.
    pub function: &'c str,
    /// The arguments.
    pub arguments: CallArguments,
    /// The time from now on, waiting for earlier calls of the same service included.
    pub time: Duration,
    /// Who calls, and where the arguments come from. Modules can ask for it; without, they see empty values.
    pub parameters: Option<Arc<CallParameters>>,
}

/// The arguments of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum CallArguments {
    /// By position.
    Positional(Vec<Value>),
    /// By the names of the parameters.
    Named(Object),
}

impl<'c> Call<'c> {
    /// A call without call parameters.
    pub fn new(service: &'c str, function: &'c str, arguments: impl Into<CallArguments>, time: Duration) -> Self {
        Self {
            service,
            function,
            arguments: arguments.into(),
            time,
            parameters: None,
        }
    }

    /// The call with these call parameters.
    #[must_use]
    pub fn with_parameters(mut self, parameters: CallParameters) -> Self {
        self.parameters = Some(Arc::new(parameters));
        self
    }
}

impl From<Vec<Value>> for CallArguments {
    fn from(arguments: Vec<Value>) -> Self {
        Self::Positional(arguments)
    }
}

impl From<Object> for CallArguments {
    fn from(arguments: Object) -> Self {
        Self::Named(arguments)
    }
}
