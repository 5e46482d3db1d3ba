//! Typed calls of compiled functions: what generated Rust callers are made of.
//!
//! A [`Caller`] is a client with the services that it serves and the time that each call gets. Arguments, callbacks and
//! results are values of any type that serde knows; an option is a [`AquaOption`].

use crate::client::{Client, DEFAULT_TTL, RunError, Until};
use aqua_node::{Call, Handlers, failure};
use aqua_values::{Value, from_value, to_value};
use aqua_vm::CallResult;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::time::Duration;

/// A client that calls compiled functions and answers calls of its services.
#[derive(Debug, Clone)]
pub struct Caller {
    client: Client,
    services: Handlers,
    ttl: Duration,
}

/// Why a call gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The run failed.
    #[error(transparent)]
    Run(#[from] RunError),
    /// An argument is no JSON, such as a map whose keys are not texts.
    #[error("the argument `{name}` has no JSON form: {source}")]
    Argument {
        /// The parameter.
        name: String,
        /// What serde says.
        source: aqua_values::Error,
    },
    /// The result is not what the function's type says.
    #[error("the result is not of the expected type: {0}")]
    Result(#[source] aqua_values::Error),
}

impl Caller {
    /// Calls through this client; each call gets the default time-out.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            services: Handlers::default(),
            ttl: DEFAULT_TTL,
        }
    }

    /// The same with another time for each call.
    #[must_use]
    pub fn with_ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Serves a function of a service on the client's own peer, to the scripts that this caller starts.
    ///
    /// `A` is a tuple with one member for each argument. An error is one of the script, which may catch it.
    pub fn serve<A, R, F>(&mut self, service: &str, function: &str, answer: impl Fn(A) -> F + Send + Sync + 'static)
    where
        A: DeserializeOwned,
        R: Serialize,
        F: Future<Output = Result<R, String>> + Send + 'static,
    {
        self.services.register(service, function, answering(answer));
    }

    /// Begins a call of a compiled function.
    pub fn call(&self, script: &'static str) -> Invocation<'_> {
        Invocation {
            caller: self,
            script,
            arguments: Vec::new(),
            handlers: self.services.clone(),
            mistake: None,
        }
    }
}

/// A call that is being put together.
#[derive(Debug)]
pub struct Invocation<'a> {
    caller: &'a Caller,
    script: &'static str,
    arguments: Vec<(String, Value)>,
    handlers: Handlers,
    mistake: Option<CallError>,
}

impl Invocation<'_> {
    /// Gives an argument.
    #[must_use]
    pub fn argument(mut self, name: &str, value: impl Serialize) -> Self {
        match to_value(value) {
            Ok(value) => self.arguments.push((name.to_owned(), value)),
            Err(source) => {
                let name = name.to_owned();
                self.mistake = Some(CallError::Argument { name, source });
            }
        }
        self
    }

    /// Gives a function as an argument; `A` is a tuple with one member for each argument of it.
    #[must_use]
    pub fn callback<A, R, F>(mut self, name: &str, answer: impl Fn(A) -> F + Send + Sync + 'static) -> Self
    where
        A: DeserializeOwned,
        R: Serialize,
        F: Future<Output = Result<R, String>> + Send + 'static,
    {
        self.handlers.register("callbackSrv", name, answering(answer));
        self
    }

    /// Runs a function without results until it says that it is done.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn run(self) -> Result<(), CallError> {
        self.values().await.map(|_| ())
    }

    /// Runs a function with one result.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn result<R: DeserializeOwned>(self) -> Result<R, CallError> {
        let first = self.values().await?.into_iter().next();
        from_value(&first.unwrap_or_default()).map_err(CallError::Result)
    }

    /// Runs a function with several results; `R` is a tuple with one member for each.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn results<R: DeserializeOwned>(self) -> Result<R, CallError> {
        from_value(&self.values().await?.into()).map_err(CallError::Result)
    }

    async fn values(self) -> Result<Vec<Value>, CallError> {
        if let Some(mistake) = self.mistake {
            return Err(mistake);
        }
        let Caller { client, ttl, .. } = self.caller;
        Ok(client
            .run_with(self.script, self.arguments, &self.handlers, *ttl, Until::Response)
            .await?)
    }
}

/// A typed function as the peer calls it.
fn answering<A, R, F>(
    answer: impl Fn(A) -> F + Send + Sync + 'static,
) -> impl Fn(Call) -> futures::future::BoxFuture<'static, CallResult> + Send + Sync + 'static
where
    A: DeserializeOwned,
    R: Serialize,
    F: Future<Output = Result<R, String>> + Send + 'static,
{
    move |call| {
        // No arguments are a `()`, which serde reads from null.
        let given = match call.arguments {
            none if none.is_empty() => Value::Null,
            some => some.into(),
        };
        let answered = from_value(&given).map(&answer);
        Box::pin(async move {
            let answered = answered.map_err(|error| failure(format!("the arguments have other types: {error}")))?;
            let value = answered.await.map_err(failure)?;
            match to_value(value) {
                Ok(Value::Null) => Ok(Value::from("")),
                Ok(value) => Ok(value),
                Err(error) => Err(failure(format!("the answer has no JSON form: {error}"))),
            }
        })
    }
}

/// An option as the language has it: an array of at most one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AquaOption<T>(pub Option<T>);

impl<T> Default for AquaOption<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> From<Option<T>> for AquaOption<T> {
    fn from(option: Option<T>) -> Self {
        Self(option)
    }
}

impl<T> From<AquaOption<T>> for Option<T> {
    fn from(maybe: AquaOption<T>) -> Self {
        maybe.0
    }
}

impl<T: Serialize> Serialize for AquaOption<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for AquaOption<T> {
    /// Also takes null for nothing, and only the first item of several.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Option::<Vec<T>>::deserialize(deserializer)?;
        Ok(Self(items.and_then(|items| items.into_iter().next())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_arrays_of_at_most_one() {
        let some = serde_json::to_string(&AquaOption(Some(1))).expect("plain data");
        let none = serde_json::to_string(&AquaOption::<u32>(None)).expect("plain data");
        assert_eq!((some.as_str(), none.as_str()), ("[1]", "[]"));
        for (text, expected) in [("[1]", Some(1)), ("[]", None), ("null", None), ("[1, 2]", Some(1))] {
            let maybe: AquaOption<u32> = serde_json::from_str(text).expect("a maybe");
            assert_eq!(maybe.0, expected, "{text}");
        }
    }
}
