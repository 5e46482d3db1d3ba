//! Calls: who is called, and whether the arguments fit.

use super::body::{BodyChecker, counted};
use super::mismatch::Wanted;
use super::namespace::Entity;
use super::values::Checked;
use crate::checked::{Call, Callee, Value, ValueKind};
use crate::codes;
use crate::typing::{Arrow, Type};
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree;
use ecow::EcoString;
use std::sync::Arc;

/// Something that can be called.
pub(super) struct Known {
    pub(super) callee: Callee,
    pub(super) arrow: Arc<Arrow>,
    /// Its name in messages.
    pub(super) shown: String,
    /// Where it is declared.
    pub(super) declared: Option<Span>,
    /// Where its parameters are declared, if that is known.
    pub(super) parameters: Vec<Span>,
}

impl BodyChecker<'_, '_> {
    /// `f(x)`.
    pub(super) fn function_call(&mut self, call: &tree::Call, span: Span) -> Checked {
        self.named_call(&call.function.text, call.function.span, call, span)
    }

    /// A call of what a name, perhaps dotted, means.
    pub(super) fn named_call(&mut self, name: &EcoString, place: Span, call: &tree::Call, span: Span) -> Checked {
        let function = match self.module.namespace.value(name).map(|meaning| &meaning.what) {
            Some(Entity::Function(id)) if self.scopes.get(name).is_none() => Some(*id),
            _ => None,
        };
        if let Some(id) = function {
            let function = self.callee(id);
            let known = Known {
                callee: Callee::Function(id),
                arrow: function.arrow.clone(),
                shown: name.to_string(),
                declared: Some(function.name_span),
                parameters: function
                    .body
                    .parameters
                    .iter()
                    .map(|local| function.local(*local).span)
                    .collect(),
            };
            return self.call(known, call, span);
        }
        let value = self.variable(name, place);
        let declared = match value.kind {
            ValueKind::Local(id) => Some(self.local(id).span),
            _ => None,
        };
        self.call_value(value, name, declared, call, span)
    }

    /// `value.method(x)`.
    pub(super) fn method_call(&mut self, of: Value, call: &tree::Call, span: Span) -> Checked {
        if let Type::StreamMap(element) = &of.ty {
            let element = Type::clone(element);
            return Checked::Value(self.map_query(of, &element, call, span));
        }
        let name = &call.function;
        let field = match (&of.ty, of.ty.named()) {
            (Type::Error, _) => None,
            (Type::Ability(_) | Type::Service(_), Some(named)) => match named.field(name.as_str()) {
                Some(ty) => Some(ty.clone()),
                None => {
                    let fields: Vec<EcoString> = named.fields.keys().cloned().collect();
                    let message = format!("`{}` has no method `{name}`", of.ty);
                    self.unknown_member(codes::UNKNOWN_METHOD, message, name, &fields);
                    None
                }
            },
            (other, _) => {
                let message = Diagnostic::error(
                    codes::UNKNOWN_METHOD,
                    name.span,
                    format!("`{other}` has no method `{name}`"),
                );
                self.report(message.note("services and abilities have methods"));
                None
            }
        };
        let Some(ty) = field else {
            self.evaluate_arguments(Some(call));
            return Checked::Value(Value::missing(span));
        };
        let shown = format!("{}.{name}", self.module.whole.sources.text(of.span));
        let value_span = of.span.to(name.span);
        let kind = ValueKind::Field {
            of: Box::new(of),
            name: name.text.clone(),
        };
        self.call_value(
            Value {
                kind,
                ty,
                span: value_span,
            },
            &shown,
            None,
            call,
            span,
        )
    }

    /// A call of an arrow that a value holds.
    fn call_value(
        &mut self,
        value: Value,
        shown: &str,
        declared: Option<Span>,
        call: &tree::Call,
        span: Span,
    ) -> Checked {
        let Type::Arrow(arrow) = &value.ty else {
            self.evaluate_arguments(Some(call));
            if !value.ty.is_error() {
                let message = format!("`{shown}` is `{}` and can't be called", value.ty);
                let message = Diagnostic::error(codes::NOT_CALLABLE, value.span, message);
                let message = message.help("only functions, methods and closures are called: write the value alone");
                self.report(match declared {
                    Some(place) => message.also(place, "defined here"),
                    None => message,
                });
            }
            return Checked::Value(Value::missing(span));
        };
        let arrow = arrow.clone();
        let callee = match value.kind {
            ValueKind::Function(id) => Callee::Function(id),
            ValueKind::Method(method) => Callee::Method(method),
            _ => Callee::Arrow(Box::new(value)),
        };
        self.call(
            Known {
                callee,
                arrow,
                shown: shown.to_owned(),
                declared,
                parameters: Vec::new(),
            },
            call,
            span,
        )
    }

    /// Checks the arguments.
    pub(super) fn call(&mut self, known: Known, call: &tree::Call, span: Span) -> Checked {
        let written: Vec<&tree::Value> = call.abilities.iter().chain(&call.arguments).collect();
        let parameters = &known.arrow.parameters;
        if written.len() != parameters.len() {
            self.report(wrong_arity(&known, &written, call));
        }
        let mut arguments = Vec::with_capacity(written.len());
        for (at, argument) in written.into_iter().enumerate() {
            let Some(parameter) = parameters.get(at) else {
                self.value(argument);
                continue;
            };
            let place = match &parameter.name {
                Some(name) => format!("argument `{name}` of `{}`", known.shown),
                None => format!("argument {} of `{}`", at + 1, known.shown),
            };
            let mut wanted = Wanted::new(&parameter.ty, place);
            if let Some(place) = known.parameters.get(at).copied().or(known.declared) {
                wanted = wanted.declared(place, "declared here");
            }
            arguments.push(self.expect(argument, wanted));
        }
        Checked::Call(Call {
            callee: known.callee,
            arrow: known.arrow,
            arguments,
            span,
        })
    }
}

fn wrong_arity(known: &Known, written: &[&tree::Value], call: &tree::Call) -> Diagnostic {
    let parameters = &known.arrow.parameters;
    let given = match written.len() {
        0 => "none".to_owned(),
        count => count.to_string(),
    };
    let message = format!(
        "`{}` takes {}, but gets {given}",
        known.shown,
        counted(parameters.len(), "argument")
    );
    let span = match written.get(parameters.len()) {
        Some(first) => written.last().map_or(first.span, |last| first.span.to(last.span)),
        None => call.arguments_span,
    };
    let mut message = Diagnostic::error(codes::WRONG_ARITY, span, message);
    let missing = &parameters[written.len().min(parameters.len())..];
    message = match missing {
        [] => message.label("too many"),
        missing => {
            let names = missing.iter().map(|parameter| match &parameter.name {
                Some(name) => format!("`{name}: {}`", parameter.ty),
                None => format!("`{}`", parameter.ty),
            });
            message.label(format!("missing {}", names.collect::<Vec<_>>().join(", ")))
        }
    };
    let shown = parameters.iter().map(|parameter| match &parameter.name {
        Some(name) => name.to_string(),
        None => parameter.ty.to_string(),
    });
    let message = message.help(format!(
        "call it as `{}({})`",
        known.shown,
        shown.collect::<Vec<_>>().join(", ")
    ));
    match known.declared {
        Some(place) => message.also(place, "declared here"),
        None => message,
    }
}
