//! Streams and stream maps: declarations, pushes, call targets, queries and iteration.

use super::body::{BodyChecker, counted, counted_is};
use super::mismatch::{Expectation, Subject};
use crate::checked::UNUSED_PREFIX;
use crate::checked::{Call, LocalKind, MapQuery, StatementKind, Target, Value, ValueKind};
use crate::codes;
use crate::typing::subtyping::accepts;
use crate::typing::{Scalar, Type};
use aqua_diagnostics::suggestions::suggest;
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree::{self, Name};

impl BodyChecker<'_, '_> {
    /// `s: *T` or `m: %T`.
    pub(super) fn declare(&mut self, name: &Name, written: &tree::Type) -> Option<StatementKind> {
        let ty = self.module.annotation(written);
        if ty.is_stream() {
            return Some(StatementKind::Declare(self.define(name, ty, LocalKind::Stream)));
        }
        if !ty.is_error() {
            let message = format!("expected a stream type, found `{ty}`");
            let message = Diagnostic::error(codes::NOT_A_STREAM, written.span, message);
            let message = match ty.element() {
                Some(element) => message.help(format!("declare a stream: `{name}: *{element}`")),
                None => message.help(format!("assign a value: `{name} = …`")),
            };
            self.report(message);
        }
        self.define(name, Type::Error, LocalKind::Stream);
        None
    }

    /// `s <<- value` or `m <<- key, value`.
    pub(super) fn push(
        &mut self,
        name: &Name,
        key: Option<&tree::Expression>,
        value: &tree::Expression,
        span: Span,
    ) -> Option<StatementKind> {
        let stream = self.variable(&name.text, name.span);
        self.use_guess(&stream, |guess| match key {
            None => matches!(guess.ty, Type::Stream(_)),
            Some(_) => matches!(guess.ty, Type::StreamMap(_)),
        });
        let element = match (&stream.ty, key) {
            (Type::Stream(element), None) | (Type::StreamMap(element), Some(_)) => Type::clone(element),
            (ty, _) => {
                self.wrong_push(name, ty.clone(), key, span);
                Type::Error
            }
        };
        let key = key.map(|key| self.expect(key, Expectation::new(&Type::STRING, Subject::MapKey)));
        let subject = Subject::Element { of: name.as_str() };
        let value = match self.definition_of(&stream) {
            Some(declared) => self.expect(
                value,
                Expectation::new(&element, subject).declared(declared, "declared here"),
            ),
            None => self.expect(value, Expectation::new(&element, subject)),
        };
        if element.is_error() {
            return None;
        }
        Some(match key {
            Some(key) => StatementKind::PushEntry {
                map: Box::new(stream),
                key: Box::new(key),
                value,
            },
            None => StatementKind::Push {
                stream: Box::new(stream),
                value,
            },
        })
    }

    fn definition_of(&self, stream: &Value) -> Option<Span> {
        match stream.kind {
            ValueKind::Local(id) => Some(self.local(id).span),
            _ => None,
        }
    }

    fn wrong_push(&mut self, name: &Name, ty: Type, key: Option<&tree::Expression>, span: Span) {
        let message = match &ty {
            Type::Error => return,
            Type::Stream(_) => {
                let message = format!("`{name}` is a stream, which has no keys");
                Diagnostic::error(codes::NOT_A_STREAM, span, message)
                    .help(format!("push one value: `{name} <<- value`"))
            }
            Type::StreamMap(_) => {
                let message = format!("missing key for stream map `{name}`");
                let message = Diagnostic::error(codes::NOT_A_STREAM, span, message);
                message.help(format!("push a key and a value: `{name} <<- key, value`"))
            }
            other => {
                let expected = if key.is_some() { "stream map" } else { "stream" };
                let message = format!("can't push to `{name}` of type `{other}`, which is not a {expected}");
                let message = Diagnostic::error(codes::NOT_A_STREAM, name.span, message);
                match other {
                    Type::Array(element) | Type::Option(element) => {
                        message.help(format!("declare a stream (`name: *{element}`) and push to that"))
                    }
                    _ => message,
                }
            }
        };
        self.report(message);
    }

    /// `a, b <- call`: the targets of the results.
    pub(super) fn targets(&mut self, call: Call, names: &[Name]) -> StatementKind {
        let results = call.arrow.results.clone();
        if let [only] = names
            && let Some(map) = self.existing_map(only)
        {
            return self.call_into_map(call, only, map);
        }
        if names.len() > results.len() {
            let (returned, expected) = (counted(results.len(), "result"), counted_is(names.len(), "result"));
            let message = format!("this call returns {returned}, but {expected} expected");
            let message = Diagnostic::error(codes::TOO_FEW_RESULTS, names[results.len()].span, message);
            let kept: Vec<&str> = names[..results.len()].iter().map(|name| name.text.as_str()).collect();
            let help = match kept.as_slice() {
                [] => "remove the names and `<-`".to_owned(),
                kept => format!("write `{} <- …`", kept.join(", ")),
            };
            self.report(message.label("no result").secondary(call.span, "this call").help(help));
        } else if names.len() < results.len() {
            self.unused_results(names.len(), &call);
        }
        let targets = names.iter().enumerate().map(|(index, name)| {
            let ty = results.get(index).cloned().unwrap_or(Type::Error);
            self.target(name, ty, call.span)
        });
        let targets = targets.collect();
        StatementKind::Call { call, targets }
    }

    fn unused_results(&mut self, used: usize, call: &Call) {
        let count = call.arrow.results.len();
        let message = match (used, count) {
            (0, 1) => "the result of this call is not used".to_owned(),
            (0, _) => format!("the {count} results of this call are not used"),
            (1, _) => format!("only the first of {count} results is used"),
            _ => format!("only {used} of {count} results are used"),
        };
        let help = format!("write `name <-` before the call, or `{UNUSED_PREFIX} <-` to ignore the result");
        self.report(Diagnostic::warning(codes::UNUSED_RESULT, call.span, message).help(help));
    }

    fn target(&mut self, name: &Name, ty: Type, call: Span) -> Target {
        let stream = self.find_local(name.as_str()).map(|id| self.read_local(id, name.span));
        let Some(stream) = stream.filter(|stream| matches!(stream.ty, Type::Stream(_) | Type::Error)) else {
            return Target::Define(self.define(name, ty, LocalKind::Result));
        };
        if let Type::Stream(element) = &stream.ty
            && !accepts(element, &ty)
        {
            let message = format!("`{name}` is a stream of `{element}`, but this call returns `{ty}`");
            let message = Diagnostic::error(codes::WRONG_TYPE, call, message).label(format!("returns `{ty}`"));
            let message = match self.definition_of(&stream) {
                Some(definition) => message.secondary(definition, "declared here"),
                None => message,
            };
            self.report(message);
        }
        Target::Push(stream)
    }

    fn existing_map(&mut self, name: &Name) -> Option<Value> {
        let id = self.find_local(name.as_str())?;
        Some(self.read_local(id, name.span)).filter(|value| matches!(value.ty, Type::StreamMap(_)))
    }

    fn call_into_map(&mut self, call: Call, name: &Name, map: Value) -> StatementKind {
        let element = map.ty.element().cloned().unwrap_or(Type::Error);
        let fits = match call.arrow.results.as_slice() {
            [key, value, ..] => accepts(&Type::STRING, key) && accepts(&element, value),
            _ => false,
        };
        if !fits {
            let results: Vec<String> = call.arrow.results.iter().map(|result| format!("`{result}`")).collect();
            let message = format!("calls that push to stream map `{name}` must return a `string` and a `{element}`");
            let message = Diagnostic::error(codes::WRONG_TYPE, call.span, message);
            let given = if results.is_empty() {
                "nothing".to_owned()
            } else {
                results.join(", ")
            };
            self.report(message.label(format!("returns {given}")));
        } else if call.arrow.results.len() > 2 {
            self.unused_results(2, &call);
        }
        StatementKind::CallIntoMap {
            call,
            map: Box::new(map),
        }
    }

    /// `map.get(key)` and the other functions of stream maps.
    pub(super) fn map_query(&mut self, of: Value, element: &Type, call: &tree::Call, span: Span) -> Value {
        let name = &call.function;
        let (takes_key, ty) = match name.as_str() {
            "get" => (true, Type::array(element.clone())),
            "getStream" => (true, Type::stream(element.clone())),
            "keys" => (false, Type::array(Type::STRING)),
            "keysStream" => (false, Type::stream(Type::STRING)),
            "contains" => (true, Type::BOOL),
            _ => {
                self.evaluate_arguments(Some(call));
                let message = format!("stream maps have no function `{name}`");
                let message = Diagnostic::error(codes::UNKNOWN_METHOD, name.span, message).label("not found");
                let known = ["get", "getStream", "keys", "keysStream", "contains"];
                let message = message
                    .note("stream maps have the functions `get`, `getStream`, `keys`, `keysStream` and `contains`");
                self.report(suggest(message, name.span, name.as_str(), known));
                return Value::missing(span);
            }
        };
        let expected = usize::from(takes_key);
        if call.arguments.len() + call.abilities.len() != expected {
            self.evaluate_arguments(Some(call));
            let message = format!("`{name}` takes {}", if takes_key { "a key" } else { "no arguments" });
            self.report(Diagnostic::error(codes::WRONG_ARITY, call.arguments_span, message));
            return Value::missing(span);
        }
        let key = call.arguments.first().map(|key| {
            let subject = Subject::KeyOf { query: name.as_str() };
            Box::new(self.expect(key, Expectation::new(&Type::STRING, subject)))
        });
        let query = match (name.as_str(), key) {
            ("get", Some(key)) => MapQuery::Get(key),
            ("getStream", Some(key)) => MapQuery::GetStream(key),
            (_, Some(key)) => MapQuery::Contains(key),
            ("keysStream", None) => MapQuery::KeysStream,
            (_, None) => MapQuery::Keys,
        };
        let ty = self.module.bounded(ty, span);
        Value {
            kind: ValueKind::MapQuery {
                of: Box::new(of),
                query,
            },
            ty,
            span,
        }
    }

    /// The type of the items of a loop.
    pub(super) fn item_type(&mut self, iterable: &Value) -> Type {
        self.use_guess(iterable, |guess| guess.ty.element().is_some());
        match &iterable.ty {
            Type::Array(element) | Type::Option(element) | Type::Stream(element) => Type::clone(element),
            Type::StreamMap(element) => Type::entry(Type::clone(element)),
            Type::Error => Type::Error,
            other => {
                let message = format!("can't iterate over `{other}`");
                let message = Diagnostic::error(codes::NOT_ITERABLE, iterable.span, message);
                let message = message.note("`for` iterates over arrays, options, streams and stream maps");
                self.report(match other {
                    Type::Scalar(Scalar::String) => {
                        message.help("to iterate over one value, wrap it in an array: `[…]`")
                    }
                    _ => message.help(
                        "iterate over a collection, such as a field of the value, or wrap the value in an array: `[…]`",
                    ),
                });
                Type::Error
            }
        }
    }
}
