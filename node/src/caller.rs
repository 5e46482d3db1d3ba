//! Typed calls of compiled functions: what generated Rust callers are made of.
//!
//! A [`Caller`] is a client with the services that it serves and the time that each call gets. Arguments, callbacks and
//! results are values of any type that serde knows; an option is a [`Maybe`].

use crate::builtins::{Call, Failure, Table, nothing};
use crate::client::{Client, RunError, USUAL_TTL};
use aqua_values::{Value, from_value, to_value};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::time::Duration;

/// A client that calls compiled functions and answers calls of its services.
#[derive(Debug, Clone)]
pub struct Caller {
    client: Client,
    services: Table,
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
    /// Calls through this client; each call gets the usual time.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            services: Table::default(),
            ttl: USUAL_TTL,
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
        self.services.insert(service, function, answering(answer));
    }

    /// Begins a call of a compiled function.
    pub fn call(&self, script: &'static str) -> Invocation<'_> {
        Invocation {
            caller: self,
            script,
            arguments: Vec::new(),
            table: self.services.clone(),
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
    table: Table,
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
        self.table.insert("callbackSrv", name, answering(answer));
        self
    }

    /// Runs a function without results until it says that it is done.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn nothing(self) -> Result<(), CallError> {
        self.run().await.map(|_| ())
    }

    /// Runs a function with one result.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn one<R: DeserializeOwned>(self) -> Result<R, CallError> {
        let first = self.run().await?.into_iter().next();
        from_value(&first.unwrap_or_default()).map_err(CallError::Result)
    }

    /// Runs a function with several results; `R` is a tuple with one member for each.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn all<R: DeserializeOwned>(self) -> Result<R, CallError> {
        from_value(&self.run().await?.into()).map_err(CallError::Result)
    }

    async fn run(self) -> Result<Vec<Value>, CallError> {
        if let Some(mistake) = self.mistake {
            return Err(mistake);
        }
        let Caller { client, ttl, .. } = self.caller;
        Ok(client.run_with(self.script, self.arguments, &self.table, *ttl).await?)
    }
}

/// A typed function as the peer calls it.
fn answering<A, R, F>(
    answer: impl Fn(A) -> F + Send + Sync + 'static,
) -> impl Fn(Call) -> futures::future::BoxFuture<'static, Result<Value, Failure>> + Send + Sync + 'static
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
            let answered =
                answered.map_err(|error| Failure::text(format!("the arguments have other types: {error}")))?;
            let value = answered.await.map_err(Failure::text)?;
            match to_value(value) {
                Ok(Value::Null) => Ok(nothing()),
                Ok(value) => Ok(value),
                Err(error) => Err(Failure::text(format!("the answer has no JSON form: {error}"))),
            }
        })
    }
}

/// An option as the language has it: an array of at most one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Maybe<T>(pub Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> From<Option<T>> for Maybe<T> {
    fn from(option: Option<T>) -> Self {
        Self(option)
    }
}

impl<T> From<Maybe<T>> for Option<T> {
    fn from(maybe: Maybe<T>) -> Self {
        maybe.0
    }
}

impl<T: Serialize> Serialize for Maybe<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
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
        let some = serde_json::to_string(&Maybe(Some(1))).expect("plain data");
        let none = serde_json::to_string(&Maybe::<u32>(None)).expect("plain data");
        assert_eq!((some.as_str(), none.as_str()), ("[1]", "[]"));
        for (text, expected) in [("[1]", Some(1)), ("[]", None), ("null", None), ("[1, 2]", Some(1))] {
            let maybe: Maybe<u32> = serde_json::from_str(text).expect("a maybe");
            assert_eq!(maybe.0, expected, "{text}");
        }
    }
}
