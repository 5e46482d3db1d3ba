//! Values: literals, names and collections. Chains, calls, records and operators have modules of their own.

use super::body::BodyChecker;
use super::namespace::Entity;
use super::{literal, predefined};
use crate::checked::{Builtin, Call, CollectionKind, Literal, LocalId, ServiceId, Value, ValueKind};
use crate::codes;
use crate::typing::bounds::join;
use crate::typing::{Named, Type};
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree;
use ecow::EcoString;
use std::sync::Arc;

/// The result of checking a value expression.
pub(super) enum Evaluated {
    /// Anything but a call.
    Value(Value),
    /// A call, with any number of results.
    Call(Call),
}

impl BodyChecker<'_, '_> {
    /// Checks a value; a call is replaced by its first result.
    pub(super) fn value(&mut self, written: &tree::Expression) -> Value {
        match self.evaluate(written) {
            Evaluated::Value(value) => value,
            Evaluated::Call(call) => self.first_result(call),
        }
    }

    /// The first result of a call as a value.
    pub(super) fn first_result(&mut self, call: Call) -> Value {
        let span = call.span;
        match call.arrow.results.first() {
            Some(ty) => Value {
                ty: ty.clone(),
                kind: ValueKind::Call(Box::new(call)),
                span,
            },
            None => {
                let message = Diagnostic::error(codes::TOO_FEW_RESULTS, span, "this call returns no value");
                self.report(message.label("returns nothing"));
                Value::missing(span)
            }
        }
    }

    /// Checks a value or a call.
    pub(super) fn evaluate(&mut self, written: &tree::Expression) -> Evaluated {
        let span = written.span;
        let value = match &written.kind {
            tree::ExpressionKind::Literal(literal) => literal_value(literal, span),
            tree::ExpressionKind::Variable(name) => self.variable(name, span),
            tree::ExpressionKind::Collection { kind, elements } => self.collection(*kind, elements, span),
            tree::ExpressionKind::Call(call) => return self.function_call(call, span),
            tree::ExpressionKind::Object(of) => self.record(&of.name.text, of.name.span, &of.fields, span),
            tree::ExpressionKind::Chain { head, steps } => return self.chain(head, steps),
            tree::ExpressionKind::Not(operand) => self.not(operand, span),
            tree::ExpressionKind::Binary { .. } => self.binary(written),
            tree::ExpressionKind::Group(inner) => self.value(inner),
            tree::ExpressionKind::Error => Value::missing(span),
        };
        Evaluated::Value(value)
    }

    /// Resolves a name as a value; reports it if it is unknown.
    pub(super) fn variable(&mut self, name: &EcoString, span: Span) -> Value {
        if let Some(value) = self.known_value(name, span) {
            return value;
        }
        if let Some(message) = self.unknown_variable(name, span, Vec::new()) {
            self.guess_variable(span, message);
        }
        Value::missing(span)
    }

    /// Reports an unknown variable, unless it follows from an earlier error. Returns the index of the message. `known` are names
    /// that may be meant, besides variables.
    pub(super) fn unknown_variable(
        &mut self,
        name: &EcoString,
        span: Span,
        mut known: Vec<EcoString>,
    ) -> Option<usize> {
        if self.is_suppressed(name) {
            return None;
        }
        if let Some(definition) = self.scopes.closed(name) {
            let message = Diagnostic::error(codes::UNKNOWN_NAME, span, format!("`{name}` is out of scope"));
            let message = message.secondary(definition, "defined here, visible until the end of its block");
            self.report(message.help("declare a stream before the block, push to it inside, and read it here"));
            return None;
        }
        if self.module.suggests() {
            known.extend(self.scopes.names());
        }
        self.module.unknown_value(name, span, &known)
    }

    /// Resolves a name, which may be dotted, as a value.
    pub(super) fn known_value(&mut self, name: &EcoString, span: Span) -> Option<Value> {
        if let Some(id) = self.find_local(name) {
            return Some(self.read_local(id, span));
        }
        if let Some(value) = predefined(name, span) {
            return Some(value);
        }
        match self.module.namespace.value(name).map(|it| it.meaning.clone()) {
            Some(Entity::Function(id)) => {
                let ty = Type::Arrow(self.function_of(id).arrow.clone());
                Some(Value {
                    kind: ValueKind::Function(id),
                    ty,
                    span,
                })
            }
            Some(Entity::Service(id)) => Some(self.service_value(id, span)),
            Some(Entity::Constant(value)) => Some(Value { span, ..*value }),
            Some(Entity::Broken) => Some(Value::missing(span)),
            None => self
                .module
                .context
                .options
                .constants
                .get(name)
                .map(|given| literal(given.clone(), span)),
        }
    }

    fn service_value(&mut self, service: ServiceId, span: Span) -> Value {
        let Some(id) = self.service_id(service, span) else {
            return Value::missing(span);
        };
        let declared = self.module.service_of(service);
        let methods = declared
            .methods
            .iter()
            .map(|(name, arrow)| (name.clone(), Type::Arrow(arrow.clone())));
        let ty = Type::Service(Arc::new(Named::new(declared.name.clone(), methods.collect())));
        Value {
            kind: ValueKind::Service {
                service,
                id: Box::new(id),
            },
            ty,
            span,
        }
    }

    pub(super) fn read_local(&self, id: LocalId, span: Span) -> Value {
        Value {
            kind: ValueKind::Local(id),
            ty: self.local(id).ty.clone(),
            span,
        }
    }

    /// The current id of a service; reports it if there is none.
    pub(super) fn service_id(&mut self, service: ServiceId, span: Span) -> Option<Value> {
        if let Some(local) = self.scopes.service_id(service) {
            self.capture(local);
            return Some(self.read_local(local, span));
        }
        let declared = self.module.service_of(service);
        if let Some(id) = &declared.default_id {
            return Some(id.clone());
        }
        let (name, declaration) = (declared.name.clone(), declared.name_span);
        let message = format!("service `{name}` has no id here");
        let message =
            Diagnostic::error(codes::NO_SERVICE_ID, span, message).secondary(declaration, "declared without an id");
        self.report(message.help(format!("assign an id before this line: `{name} \"id\"`")));
        None
    }

    fn collection(&mut self, kind: tree::CollectionKind, written: &[tree::Expression], span: Span) -> Value {
        let elements: Vec<Value> = written.iter().map(|element| self.value(element)).collect();
        let mut joined: Option<Type> = None;
        for element in &elements {
            if !element.ty.is_data() && !matches!(element.ty, Type::Stream(_)) {
                let message = format!("a collection can't contain `{}`", element.ty);
                let message = Diagnostic::error(codes::NOT_DATA, element.span, message).label("not data");
                self.report(message);
                return Value::missing(span);
            }
            joined = Some(match joined {
                Some(before) => join(&before, &element.ty),
                None => join(&element.ty, &element.ty),
            });
        }
        if joined.as_ref().is_some_and(Type::is_error) {
            return Value::missing(span);
        }
        let is_empty = joined.is_none();
        let element = match joined {
            Some(Type::Stream(inner)) => Type::Array(inner),
            Some(other) => other,
            None => Type::Bottom,
        };
        let (kind, ty) = match kind {
            tree::CollectionKind::Array => (CollectionKind::Array, Type::array(element)),
            tree::CollectionKind::Option => (CollectionKind::Option, Type::option(element)),
            tree::CollectionKind::Stream => (CollectionKind::Stream, Type::stream(element)),
        };
        if is_empty && kind != CollectionKind::Stream {
            return Value {
                kind: ValueKind::Nil,
                ty: Type::nil(),
                span,
            };
        }
        let ty = self.module.bounded(ty, span);
        Value {
            kind: ValueKind::Collection { kind, elements },
            ty,
            span,
        }
    }
}

/// A literal as written.
pub(super) fn literal_value(written: &tree::Literal, span: Span) -> Value {
    let literal_of = |kind| literal(kind, span);
    match written {
        tree::Literal::Bool(value) => literal_of(Literal::Bool(*value)),
        tree::Literal::Integer(digits) | tree::Literal::Float(digits) => literal_of(Literal::Number(digits.clone())),
        tree::Literal::String(text) => literal_of(Literal::String(text.clone())),
        tree::Literal::InitPeerId => Value {
            kind: ValueKind::Builtin(Builtin::InitPeerId),
            ty: Type::STRING,
            span,
        },
    }
}
