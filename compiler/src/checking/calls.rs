//! Calls: resolving the callee and checking the arguments.

use super::body::{BodyChecker, counted};
use super::mismatch::{Expectation, Subject};
use super::namespace::Entity;
use super::values::Evaluated;
use crate::checked::{Call, Callee, Value, ValueKind};
use crate::codes;
use crate::typing::{Arrow, Type};
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree;
use ecow::EcoString;
use std::sync::Arc;

/// The resolved callee of a call.
pub(super) struct ResolvedCallee {
    pub(super) callee: Callee,
    pub(super) arrow: Arc<Arrow>,
    /// Its name in messages.
    pub(super) display_name: EcoString,
    /// Its declaration.
    pub(super) declared: Option<Span>,
    /// The declarations of its parameters; empty if unknown.
    pub(super) parameters: Vec<Span>,
}

impl BodyChecker<'_, '_> {
    /// `f(x)`.
    pub(super) fn function_call(&mut self, call: &tree::Call, span: Span) -> Evaluated {
        self.named_call(&call.function.text, call.function.span, call, span)
    }

    /// A call of a name, which may be dotted.
    pub(super) fn named_call(&mut self, name: &EcoString, name_span: Span, call: &tree::Call, span: Span) -> Evaluated {
        let function = match self.module.namespace.value(name).map(|it| &it.meaning) {
            Some(Entity::Function(id)) if self.scopes.get(name).is_none() => Some(*id),
            _ => None,
        };
        if let Some(id) = function {
            let function = self.function_of(id);
            let callee = ResolvedCallee {
                callee: Callee::Function(id),
                arrow: function.arrow.clone(),
                display_name: name.clone(),
                declared: Some(function.name_span),
                parameters: function
                    .body
                    .parameters
                    .iter()
                    .map(|local| function.local(*local).span)
                    .collect(),
            };
            return self.call(callee, call, span);
        }
        let value = self.variable(name, name_span);
        let declared = match value.kind {
            ValueKind::Local(id) => Some(self.local(id).span),
            _ => None,
        };
        self.call_value(value, name, declared, call, span)
    }

    /// `value.method(x)`.
    pub(super) fn method_call(&mut self, of: Value, call: &tree::Call, span: Span) -> Evaluated {
        if let Type::StreamMap(element) = &of.ty {
            let element = Type::clone(element);
            return Evaluated::Value(self.map_query(of, &element, call, span));
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
                self.report(message.note("only services and abilities have methods"));
                None
            }
        };
        let Some(ty) = field else {
            self.evaluate_arguments(Some(call));
            return Evaluated::Value(Value::missing(span));
        };
        let display_name = format!("{}.{name}", self.module.context.sources.text(of.span));
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
            &display_name,
            None,
            call,
            span,
        )
    }

    /// A call of a value that is an arrow.
    fn call_value(
        &mut self,
        value: Value,
        display_name: &str,
        declared: Option<Span>,
        call: &tree::Call,
        span: Span,
    ) -> Evaluated {
        let Type::Arrow(arrow) = &value.ty else {
            let arguments = self.evaluate_arguments(Some(call));
            self.call_guess(&value, &arguments, span);
            if !value.ty.is_error() {
                let message = format!("can't call `{display_name}` of type `{}`", value.ty);
                let message = Diagnostic::error(codes::NOT_CALLABLE, value.span, message);
                let message =
                    message.help("only functions, methods and closures can be called: remove the parentheses");
                self.report(match declared {
                    Some(definition) => message.secondary(definition, "defined here"),
                    None => message,
                });
            }
            return Evaluated::Value(Value::missing(span));
        };
        let arrow = arrow.clone();
        let callee = match value.kind {
            ValueKind::Function(id) => Callee::Function(id),
            ValueKind::Method(method) => Callee::Method(method),
            _ => Callee::Arrow(Box::new(value)),
        };
        self.call(
            ResolvedCallee {
                callee,
                arrow,
                display_name: display_name.into(),
                declared,
                parameters: Vec::new(),
            },
            call,
            span,
        )
    }

    /// Checks the number and the types of the arguments.
    pub(super) fn call(&mut self, callee: ResolvedCallee, call: &tree::Call, span: Span) -> Evaluated {
        let written: Vec<&tree::Expression> = call.abilities.iter().chain(&call.arguments).collect();
        let parameters = &callee.arrow.parameters;
        if written.len() != parameters.len() {
            self.report(wrong_arity(&callee, &written, call));
        }
        let mut arguments = Vec::with_capacity(written.len());
        for (index, argument) in written.into_iter().enumerate() {
            let Some(parameter) = parameters.get(index) else {
                self.value(argument);
                continue;
            };
            let subject = Subject::Argument {
                of: &callee.display_name,
                parameter,
                index,
            };
            let mut expectation = Expectation::new(&parameter.ty, subject);
            if let Some(declaration) = callee.parameters.get(index).copied().or(callee.declared) {
                expectation = expectation.declared(declaration, "declared here");
            }
            arguments.push(self.expect(argument, expectation));
        }
        Evaluated::Call(Call {
            callee: callee.callee,
            arrow: callee.arrow,
            arguments,
            span,
        })
    }
}

fn wrong_arity(callee: &ResolvedCallee, written: &[&tree::Expression], call: &tree::Call) -> Diagnostic {
    let parameters = &callee.arrow.parameters;
    let given = match written.len() {
        0 => "none are".to_owned(),
        1 => "1 is".to_owned(),
        count => format!("{count} are"),
    };
    let message = format!(
        "`{}` takes {}, but {given} given",
        callee.display_name,
        counted(parameters.len(), "argument")
    );
    let span = match written.get(parameters.len()) {
        Some(first) => written.last().map_or(first.span, |last| first.span.to(last.span)),
        None => call.arguments_span,
    };
    let mut message = Diagnostic::error(codes::WRONG_ARITY, span, message);
    let missing = &parameters[written.len().min(parameters.len())..];
    message = match missing {
        [] => message.label("unexpected arguments"),
        missing => {
            let names = missing.iter().map(|parameter| match &parameter.name {
                Some(name) => format!("`{name}: {}`", parameter.ty),
                None => format!("`{}`", parameter.ty),
            });
            message.label(format!("missing {}", listed(names)))
        }
    };
    let names = parameters.iter().map(|parameter| match &parameter.name {
        Some(name) => name.to_string(),
        None => parameter.ty.to_string(),
    });
    let message = message.help(format!("write `{}({})`", callee.display_name, listed(names)));
    match callee.declared {
        Some(place) => message.secondary(place, "declared here"),
        None => message,
    }
}

/// Joins the first parameters of a list, which may be long.
fn listed(mut names: impl Iterator<Item = String>) -> String {
    const MOST: usize = 12;
    let mut list: Vec<String> = names.by_ref().take(MOST).collect();
    if names.next().is_some() {
        list.push("…".to_owned());
    }
    list.join(", ")
}
