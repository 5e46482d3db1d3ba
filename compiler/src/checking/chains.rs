//! Chains: `Module.Service.method(x).field[0]!`.
//!
//! The longest prefix that names something, qualifiers included, is the base; the remaining steps are applied to it.

use super::body::BodyChecker;
use super::namespace::Entity;
use super::values::Checked;
use crate::checked::{Callee, Method, ServiceId, Value, ValueKind};
use crate::codes;
use crate::typing::{Scalar, ScalarSet, Type};
use aqua_diagnostics::suggestions::{some, suggest, suggest_or};
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree::{self, Name, Step, StepKind};
use ecow::EcoString;

/// How long a chain may be.
const LONGEST_CHAIN: usize = 256;

/// What the first names of a chain lead to, and how many steps that took.
enum Base {
    /// A value.
    Value(Value, usize),
    /// A call.
    Call(Checked, usize),
}

impl BodyChecker<'_, '_> {
    pub(super) fn chain(&mut self, head: &tree::Value, steps: &[Step]) -> Checked {
        if steps.len() > LONGEST_CHAIN {
            let message = Diagnostic::error(codes::TYPE_TOO_LARGE, head.span, "this chain of steps is too long");
            self.report(message.help("give a name to a part of it"));
            return Checked::Value(Value::missing(head.span));
        }
        let (mut current, taken) = match self.base(head, steps) {
            Base::Value(value, taken) => (Checked::Value(value), taken),
            Base::Call(call, taken) => (call, taken),
        };
        for step in &steps[taken..] {
            let value = match current {
                Checked::Value(value) => value,
                Checked::Call(call) => self.first_result(call),
            };
            current = self.step(value, step);
        }
        current
    }

    fn base(&mut self, head: &tree::Value, steps: &[Step]) -> Base {
        let tree::ValueKind::Variable(first) = &head.kind else {
            return Base::Value(self.value(head), 0);
        };
        let mut names: Vec<(EcoString, Span)> = vec![(first.clone(), head.span)];
        for step in steps {
            let StepKind::Field(field) = &step.kind else { break };
            let Some((before, _)) = names.last() else { break };
            let longer = EcoString::from(format!("{before}.{}", field.text));
            names.push((longer, head.span.to(step.span)));
        }
        for (taken, (name, span)) in names.iter().enumerate().rev() {
            let next = steps.get(taken);
            if let Some(base) = self.qualified(name, *span, next, taken) {
                return base;
            }
            if let Some(service) = self.service_named(name)
                && let Some(base) = self.service_step(service, name, *span, next, taken)
            {
                return base;
            }
            if let Some(value) = self.known_value(name, *span) {
                return Base::Value(value, taken);
            }
        }
        self.unknown_base(first, head.span, &names, steps)
    }

    /// `Module.function(…)` and `Module.Type(…)`.
    fn qualified(&mut self, qualifier: &EcoString, span: Span, next: Option<&Step>, taken: usize) -> Option<Base> {
        if !self.module.namespace.qualifiers.contains(qualifier) || self.scopes.get(qualifier).is_some() {
            return None;
        }
        let next = next?;
        match &next.kind {
            StepKind::Call(call) => {
                let name = EcoString::from(format!("{qualifier}.{}", call.function));
                let callee = span.to(call.function.span);
                let known = self.module.namespace.value(&name).is_some();
                known.then(|| Base::Call(self.named_call(&name, callee, call, span.to(next.span)), taken + 1))
            }
            StepKind::Object { name, fields } => {
                let full = EcoString::from(format!("{qualifier}.{name}"));
                let place = span.to(name.span);
                Some(Base::Value(
                    self.record(&full, place, fields, span.to(next.span)),
                    taken + 1,
                ))
            }
            _ => None,
        }
    }

    /// The service of that name, unless a local hides it.
    pub(super) fn service_named(&self, name: &str) -> Option<ServiceId> {
        if self.scopes.get(name).is_some() {
            return None;
        }
        match self.module.namespace.value(name)?.what {
            Entity::Service(id) => Some(id),
            _ => None,
        }
    }

    /// `Service.method(…)` and `Service.method`.
    fn service_step(
        &mut self,
        service: ServiceId,
        shown: &str,
        span: Span,
        next: Option<&Step>,
        taken: usize,
    ) -> Option<Base> {
        let step = next?;
        let (name, call) = match &step.kind {
            StepKind::Call(call) => (&call.function, Some(call)),
            StepKind::Field(name) => (name, None),
            _ => return None,
        };
        let whole = span.to(step.span);
        let declared = self.module.whole.service(service);
        let (arrow, place) = (
            declared.methods.get(&name.text).cloned(),
            declared.method_spans.get(&name.text).copied(),
        );
        let Some(arrow) = arrow else {
            let methods: Vec<EcoString> = declared.methods.keys().cloned().collect();
            let message = format!("service `{shown}` has no method `{name}`");
            self.unknown_member(codes::UNKNOWN_METHOD, message, name, &methods);
            self.evaluate_arguments(call);
            return Some(Base::Value(Value::missing(whole), taken + 1));
        };
        let Some(id) = self.service_id(service, span) else {
            self.evaluate_arguments(call);
            return Some(Base::Value(Value::missing(whole), taken + 1));
        };
        let method = Method {
            service,
            id: Box::new(id),
            name: name.text.clone(),
        };
        let Some(call) = call else {
            let value = Value {
                kind: ValueKind::Method(method),
                ty: Type::Arrow(arrow),
                span: whole,
            };
            return Some(Base::Value(value, taken + 1));
        };
        let callee = super::calls::Known {
            callee: Callee::Method(method),
            arrow,
            shown: format!("{shown}.{name}"),
            declared: place,
            parameters: Vec::new(),
        };
        Some(Base::Call(self.call(callee, call, whole), taken + 1))
    }

    fn unknown_base(&mut self, first: &EcoString, span: Span, names: &[(EcoString, Span)], steps: &[Step]) -> Base {
        let calls = steps.iter().filter_map(|step| match &step.kind {
            StepKind::Call(call) => Some(call),
            _ => None,
        });
        let calls: Vec<_> = calls.collect();
        // The longest name behind a known qualifier says more than the head alone.
        let known = |(name, _): &&(EcoString, Span)| self.module.namespace.qualifiers.contains(name);
        let qualifier = names.iter().rev().find(known).cloned();
        match qualifier {
            Some((qualifier, _)) => {
                let depth = qualifier.matches('.').count();
                match steps.get(depth).map(|step| &step.kind) {
                    Some(StepKind::Field(name)) => self.unknown_inside(&qualifier, name),
                    Some(StepKind::Call(call)) => self.unknown_inside(&qualifier, &call.function),
                    _ => self.module.unknown_value(&qualifier, span, &[]),
                }
            }
            None => {
                self.variable(first, span);
            }
        }
        for call in calls {
            self.evaluate_arguments(Some(call));
        }
        Base::Value(Value::missing(span), steps.len())
    }

    fn unknown_inside(&mut self, qualifier: &str, name: &Name) {
        let full = format!("{qualifier}.{name}");
        if self.module.is_excused(&full) {
            return;
        }
        let prefix = format!("{qualifier}.");
        let inside = self
            .module
            .namespace
            .iter()
            .filter_map(|(known, _)| known.strip_prefix(&prefix));
        let known: Vec<EcoString> = inside.map(EcoString::from).collect();
        let message = format!("module `{qualifier}` has no `{name}`");
        self.unknown_member(codes::UNKNOWN_NAME, message, name, &known);
    }

    /// One step from a value.
    fn step(&mut self, of: Value, step: &Step) -> Checked {
        let span = of.span.to(step.span);
        let value = match &step.kind {
            StepKind::Field(name) => self.field(of, name, span),
            StepKind::Call(call) => return self.method_call(of, call, span),
            StepKind::Copy(fields) => self.copy(of, fields, step.span, span),
            StepKind::Index(index) => {
                let index = self.index(index);
                self.element(of, index, step.span, span)
            }
            StepKind::Bang(digits) => {
                let digits = digits.clone().unwrap_or_else(|| "0".into());
                let index = super::literal(crate::checked::Literal::Number(digits), step.span);
                self.element(of, index, step.span, span)
            }
            StepKind::Object { name, fields } => {
                for field in fields {
                    self.value(&field.value);
                }
                if !of.ty.is_error() {
                    let message = format!("`{name}` is no type of a module");
                    self.report(Diagnostic::error(codes::UNKNOWN_TYPE, name.span, message));
                }
                Value::missing(span)
            }
        };
        Checked::Value(value)
    }

    fn field(&mut self, of: Value, name: &Name, span: Span) -> Value {
        let ty = match (&of.ty, of.ty.named()) {
            (Type::Error, _) => return Value::missing(span),
            (_, Some(named)) => match named.field(name.as_str()) {
                Some(ty) => ty.clone(),
                None => {
                    let fields: Vec<EcoString> = named.fields.keys().cloned().collect();
                    let message = format!("`{}` has no field `{name}`", of.ty);
                    self.unknown_member(codes::UNKNOWN_FIELD, message, name, &fields);
                    return Value::missing(span);
                }
            },
            (Type::Array(_) | Type::Option(_) | Type::Stream(_), _) if name.as_str() == "length" => {
                let ty = Type::Scalar(Scalar::U32);
                return Value {
                    kind: ValueKind::Length(Box::new(of)),
                    ty,
                    span,
                };
            }
            _ => {
                self.no_field(&of, name);
                return Value::missing(span);
            }
        };
        Value {
            kind: ValueKind::Field {
                of: Box::new(of),
                name: name.text.clone(),
            },
            ty,
            span,
        }
    }

    fn no_field(&mut self, of: &Value, name: &Name) {
        let message = Diagnostic::error(
            codes::UNKNOWN_FIELD,
            name.span,
            format!("`{}` has no field `{name}`", of.ty),
        );
        let inner = of
            .ty
            .element()
            .and_then(Type::named)
            .filter(|named| named.field(name.as_str()).is_some());
        let message = match (inner, &of.ty) {
            (Some(_), Type::Option(_)) => message.help(format!("take the value out of the option first: `!.{name}`")),
            (Some(_), _) => message.help(format!("take one element first, such as the first: `[0].{name}`")),
            (None, Type::Array(_) | Type::Option(_) | Type::Stream(_)) => suggest(
                message.note("collections have only `length`"),
                name.span,
                name.as_str(),
                ["length"],
            ),
            (None, Type::StreamMap(_)) => message
                .note("a stream map has `get`, `getStream`, `keys`, `keysStream` and `contains`, which are called"),
            _ => message.note("it has no fields at all"),
        };
        self.report(message);
    }

    fn index(&mut self, written: &tree::Value) -> Value {
        let index = self.value(written);
        let is_integer = index
            .ty
            .scalars()
            .is_some_and(|set| ScalarSet::INTEGER.contains_all(set));
        if !is_integer && !index.ty.is_error() {
            let message = format!("an index is an integer, not `{}`", index.ty);
            let message = Diagnostic::error(codes::NOT_INDEXABLE, index.span, message);
            self.report(message.help("elements are counted from 0; a field is taken with a point: `value.field`"));
        }
        index
    }

    fn element(&mut self, of: Value, index: Value, place: Span, span: Span) -> Value {
        let of_span = of.span;
        match &of.ty {
            Type::Error => Value::missing(span),
            Type::Option(_) if self.is_bracket(place) => {
                let message = Diagnostic::error(codes::NOT_INDEXABLE, place, "an option has at most one element");
                let message = message.help("take it with `!`").fix("write `!`", place, "!");
                self.report(message);
                Value::missing(span)
            }
            Type::Array(element) | Type::Option(element) => {
                let ty = Type::clone(element);
                Value {
                    kind: ValueKind::Index {
                        of: Box::new(of),
                        index: Box::new(index),
                    },
                    ty,
                    span,
                }
            }
            Type::Stream(element) => {
                let ty = Type::clone(element);
                Value {
                    kind: ValueKind::Gate {
                        of: Box::new(of),
                        index: Box::new(index),
                    },
                    ty,
                    span,
                }
            }
            other => {
                let message = Diagnostic::error(codes::NOT_INDEXABLE, place, format!("`{other}` has no elements"));
                let message = message.also(of_span, format!("this is `{other}`"));
                let message = message.note("arrays, options and streams have elements");
                self.report(message.help("use the value itself, or give it the type of a collection, such as `[]u8`"));
                Value::missing(span)
            }
        }
    }

    fn is_bracket(&self, place: Span) -> bool {
        self.module.whole.sources.text(place).trim_start().starts_with('[')
    }

    /// Reports a name that its owner does not have.
    pub(super) fn unknown_member(
        &mut self,
        code: aqua_diagnostics::Code,
        message: String,
        name: &Name,
        known: &[EcoString],
    ) {
        let message = Diagnostic::error(code, name.span, message).label("not found");
        let names = || known.iter().map(EcoString::as_str);
        self.report(match known {
            [] => message,
            _ => suggest_or(
                message,
                name.span,
                name.as_str(),
                names(),
                format!("it has {}", some(names())),
            ),
        });
    }

    /// Checks the arguments of a call whose callee is unknown.
    pub(super) fn evaluate_arguments(&mut self, call: Option<&tree::Call>) {
        for argument in call
            .into_iter()
            .flat_map(|call| call.abilities.iter().chain(&call.arguments))
        {
            self.value(argument);
        }
    }
}

/// The dotted name that a chain of fields alone spells.
pub(super) fn dotted(head: &tree::Value, steps: &[Step]) -> Option<EcoString> {
    let tree::ValueKind::Variable(first) = &head.kind else {
        return None;
    };
    let mut name = first.clone();
    for step in steps {
        let StepKind::Field(field) = &step.kind else {
            return None;
        };
        name.push('.');
        name.push_str(field.as_str());
    }
    Some(name)
}
