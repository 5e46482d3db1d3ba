//! Chains: `Module.Service.method(x).field[0]!`.
//!
//! The longest prefix that is a known name, qualifiers included, is the base; the other steps are applied to it.

use super::body::BodyChecker;
use super::namespace::Entity;
use super::values::Evaluated;
use crate::checked::{Callee, Method, ServiceId, Value, ValueKind};
use crate::codes;
use crate::typing::{Scalar, ScalarSet, Type};
use aqua_diagnostics::suggestions::{suggest, suggest_or, truncated_list};
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree::{self, ChainStep, ChainStepKind, Name};
use ecow::EcoString;

/// The maximum number of steps of a chain.
const MAX_CHAIN: usize = 256;

/// The base of a chain, and how many steps belong to it.
enum Base {
    /// A value.
    Value(Value, usize),
    /// A call.
    Call(Evaluated, usize),
}

impl BodyChecker<'_, '_> {
    pub(super) fn chain(&mut self, head: &tree::Expression, steps: &[ChainStep]) -> Evaluated {
        if steps.len() > MAX_CHAIN {
            let message = Diagnostic::error(codes::TYPE_TOO_LARGE, head.span, "this chain has too many steps");
            self.report(message.help("assign a part of it to a variable"));
            return Evaluated::Value(Value::missing(head.span));
        }
        let (mut current, taken) = match self.base(head, steps) {
            Base::Value(value, taken) => (Evaluated::Value(value), taken),
            Base::Call(call, taken) => (call, taken),
        };
        for step in &steps[taken..] {
            let value = match current {
                Evaluated::Value(value) => value,
                Evaluated::Call(call) => self.first_result(call),
            };
            current = self.step(value, step);
        }
        current
    }

    fn base(&mut self, head: &tree::Expression, steps: &[ChainStep]) -> Base {
        let tree::ExpressionKind::Variable(first) = &head.kind else {
            return Base::Value(self.value(head), 0);
        };
        let mut names: Vec<(EcoString, Span)> = vec![(first.clone(), head.span)];
        for step in steps {
            let ChainStepKind::Field(field) = &step.kind else { break };
            let Some((before, _)) = names.last() else { break };
            names.push((dotted_name(before, &field.text), head.span.to(step.span)));
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
    fn qualified(&mut self, qualifier: &EcoString, span: Span, next: Option<&ChainStep>, taken: usize) -> Option<Base> {
        if !self.module.namespace.qualifiers.contains(qualifier) || self.scopes.get(qualifier).is_some() {
            return None;
        }
        let next = next?;
        match &next.kind {
            ChainStepKind::Call(call) => {
                let name = dotted_name(qualifier, &call.function.text);
                let callee = span.to(call.function.span);
                let known = self.module.namespace.value(&name).is_some();
                known.then(|| Base::Call(self.named_call(&name, callee, call, span.to(next.span)), taken + 1))
            }
            ChainStepKind::Object(of) => {
                let full = dotted_name(qualifier, &of.name.text);
                let name_span = span.to(of.name.span);
                Some(Base::Value(
                    self.record(&full, name_span, &of.fields, span.to(next.span)),
                    taken + 1,
                ))
            }
            _ => None,
        }
    }

    /// The service of that name, unless a local shadows it.
    pub(super) fn service_named(&self, name: &str) -> Option<ServiceId> {
        if self.scopes.get(name).is_some() {
            return None;
        }
        match self.module.namespace.value(name)?.meaning {
            Entity::Service(id) => Some(id),
            _ => None,
        }
    }

    /// `Service.method(…)` and `Service.method`.
    fn service_step(
        &mut self,
        service: ServiceId,
        service_name: &str,
        span: Span,
        next: Option<&ChainStep>,
        taken: usize,
    ) -> Option<Base> {
        let step = next?;
        let (name, call) = match &step.kind {
            ChainStepKind::Call(call) => (&call.function, Some(&**call)),
            ChainStepKind::Field(name) => (name, None),
            _ => return None,
        };
        let full_span = span.to(step.span);
        let declared = self.module.service_of(service);
        let (arrow, declaration) = (
            declared.methods.get(&name.text).cloned(),
            declared.method_spans.get(&name.text).copied(),
        );
        let Some(arrow) = arrow else {
            let methods: Vec<EcoString> = declared.methods.keys().cloned().collect();
            let message = format!("service `{service_name}` has no method `{name}`");
            let declared = declared.methods.clone();
            let message = self.unknown_member(codes::UNKNOWN_METHOD, message, name, &methods);
            let arguments = self.evaluate_arguments(call);
            let arguments = call.map(|_| arguments.as_slice());
            self.guess_method(full_span, message, |name| declared.get(name).cloned(), arguments);
            return Some(Base::Value(Value::missing(full_span), taken + 1));
        };
        let Some(id) = self.service_id(service, span) else {
            self.evaluate_arguments(call);
            return Some(Base::Value(Value::missing(full_span), taken + 1));
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
                span: full_span,
            };
            return Some(Base::Value(value, taken + 1));
        };
        let callee = super::calls::ResolvedCallee {
            callee: Callee::Method(method),
            arrow,
            display_name: dotted_name(service_name, &name.text),
            declared: declaration,
            parameters: Vec::new(),
        };
        Some(Base::Call(self.call(callee, call, full_span), taken + 1))
    }

    fn unknown_base(
        &mut self,
        first: &EcoString,
        span: Span,
        names: &[(EcoString, Span)],
        steps: &[ChainStep],
    ) -> Base {
        let calls = steps.iter().filter_map(|step| match &step.kind {
            ChainStepKind::Call(call) => Some(&**call),
            _ => None,
        });
        let calls: Vec<_> = calls.collect();
        // A message about the longest known qualifier is more precise than one about the head.
        let known = |(name, _): &&(EcoString, Span)| self.module.namespace.qualifiers.contains(name);
        let qualifier = names.iter().rev().find(known).cloned();
        match qualifier {
            Some((qualifier, _)) => {
                let depth = qualifier.matches('.').count();
                match steps.get(depth).map(|step| &step.kind) {
                    Some(ChainStepKind::Field(name)) => self.unknown_inside(&qualifier, name),
                    Some(ChainStepKind::Call(call)) => self.unknown_inside(&qualifier, &call.function),
                    _ => {
                        self.module.unknown_value(&qualifier, span, &[]);
                    }
                }
            }
            None => {
                let modules = self.module.namespace.qualifiers.iter().cloned().collect();
                let message = self.unknown_variable(first, span, modules);
                if let Some(step) = steps.first() {
                    self.use_guessed_head(span, message, &step.kind);
                }
            }
        }
        for call in calls {
            self.evaluate_arguments(Some(call));
        }
        let whole = steps.last().map_or(span, |last| span.to(last.span));
        Base::Value(Value::missing(whole), steps.len())
    }

    fn unknown_inside(&mut self, qualifier: &str, name: &Name) {
        let full = format!("{qualifier}.{name}");
        if self.module.is_explained(&full, name.span) {
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

    /// Applies one step to a value.
    fn step(&mut self, of: Value, step: &ChainStep) -> Evaluated {
        let span = of.span.to(step.span);
        let value = match &step.kind {
            ChainStepKind::Field(name) => self.field(of, name, span),
            ChainStepKind::Call(call) => return self.method_call(of, call, span),
            ChainStepKind::Copy(fields) => self.copy(of, fields, step.span, span),
            ChainStepKind::Index(index) => {
                let index = self.index(index);
                self.element(of, index, step.span, span)
            }
            ChainStepKind::Bang(digits) => {
                let digits = digits.clone().unwrap_or_else(|| "0".into());
                let index = super::literal(crate::checked::Literal::Number(digits), step.span);
                self.element(of, index, step.span, span)
            }
            ChainStepKind::Object(literal) => {
                for field in &literal.fields {
                    self.value(&field.value);
                }
                if !of.ty.is_error() {
                    let message = format!("unknown type `{}`", literal.name);
                    self.report(Diagnostic::error(codes::UNKNOWN_TYPE, literal.name.span, message));
                }
                Value::missing(span)
            }
        };
        Evaluated::Value(value)
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
            (Some(_), Type::Option(_)) => message.help(format!("take the value out of the option: `!.{name}`")),
            (Some(_), _) => message.help(format!("use an element, such as the first: `[0].{name}`")),
            (None, Type::Array(_) | Type::Option(_) | Type::Stream(_)) => suggest(
                message.note("the only field of collections is `length`"),
                name.span,
                name.as_str(),
                ["length"],
            ),
            (None, Type::StreamMap(_)) => {
                message.note("stream maps have the functions `get`, `getStream`, `keys`, `keysStream` and `contains`")
            }
            _ => message.note("values of this type have no fields"),
        };
        self.report(message);
    }

    fn index(&mut self, written: &tree::Expression) -> Value {
        let index = self.value(written);
        let is_integer = index
            .ty
            .scalars()
            .is_some_and(|set| ScalarSet::INTEGER.contains_all(set));
        if !is_integer && !index.ty.is_error() {
            let message = format!("an index must be an integer, found `{}`", index.ty);
            let message = Diagnostic::error(codes::NOT_INDEXABLE, index.span, message);
            self.report(message.help("to access a field, write `value.field`"));
        }
        index
    }

    fn element(&mut self, of: Value, index: Value, step_span: Span, span: Span) -> Value {
        let of_span = of.span;
        match &of.ty {
            Type::Error => Value::missing(span),
            Type::Option(_) if self.is_bracket(step_span) => {
                let message = Diagnostic::error(
                    codes::NOT_INDEXABLE,
                    step_span,
                    "can't index an option, which has at most one element",
                );
                let message = message
                    .help("use `!` to take its value")
                    .fix("write `!`", step_span, "!");
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
                let message = Diagnostic::error(codes::NOT_INDEXABLE, step_span, format!("can't index `{other}`"));
                let message = message.secondary(of_span, format!("has type `{other}`"));
                let message = message.note("arrays and streams can be indexed");
                self.report(message.help("use the value itself, or change its type to a collection, such as `[]u8`"));
                Value::missing(span)
            }
        }
    }

    fn is_bracket(&self, step: Span) -> bool {
        self.module.context.sources.text(step).trim_start().starts_with('[')
    }

    /// Reports an unknown field, method or function of a value, service or module.
    pub(super) fn unknown_member(
        &mut self,
        code: aqua_diagnostics::Code,
        message: String,
        name: &Name,
        known: &[EcoString],
    ) -> usize {
        let message = Diagnostic::error(code, name.span, message).label("not found");
        let names = || known.iter().map(EcoString::as_str);
        self.module.report_indexed(match known {
            [] => message.help("the module declares nothing"),
            _ if !self.module.suggests() => message,
            _ => suggest_or(
                message,
                name.span,
                name.as_str(),
                names(),
                format!("it has {}", truncated_list(names())),
            ),
        })
    }

    /// Evaluates the arguments of a call whose callee is unknown.
    pub(super) fn evaluate_arguments(&mut self, call: Option<&tree::Call>) -> Vec<Value> {
        let arguments = call
            .into_iter()
            .flat_map(|call| call.abilities.iter().chain(&call.arguments));
        arguments.map(|argument| self.value(argument)).collect()
    }
}

fn dotted_name(qualifier: &str, name: &str) -> EcoString {
    let mut dotted = EcoString::with_capacity(qualifier.len() + 1 + name.len());
    dotted.push_str(qualifier);
    dotted.push('.');
    dotted.push_str(name);
    dotted
}

/// The dotted name of a chain that consists of fields only.
pub(super) fn dotted(head: &tree::Expression, steps: &[ChainStep]) -> Option<EcoString> {
    let tree::ExpressionKind::Variable(first) = &head.kind else {
        return None;
    };
    let mut name = first.clone();
    for step in steps {
        let ChainStepKind::Field(field) = &step.kind else {
            return None;
        };
        name.push('.');
        name.push_str(field.as_str());
    }
    Some(name)
}
