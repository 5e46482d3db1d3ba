//! Statements. Continuation lines are merged in [`blocks`](super::blocks).

use super::body::BodyChecker;
use super::mismatch::{Expectation, Subject};
use super::namespace::Entity;
use super::scopes::ScopeKind;
use super::values::Evaluated;
use crate::checked::{Block, Iteration, LocalKind, LoopVariable, Statement, StatementKind, Value, ValueKind};
use crate::codes;
use crate::typing::Type;
use crate::typing::subtyping::accepts;
use aqua_diagnostics::suggestions::suggest;
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree::{self, ForMode, LoopVariables, Name, Path};

impl BodyChecker<'_, '_> {
    /// Checks a statement. Returns `None` if it has no effect or failed.
    pub(super) fn statement(&mut self, statement: &tree::Statement) -> Option<Statement> {
        let span = statement.span;
        let kind = match &statement.kind {
            tree::StatementKind::ServiceId { service, id } => self.assign_service_id(service, id),
            tree::StatementKind::Push { stream, key, value } => self.push(stream, key.as_deref(), value, span),
            tree::StatementKind::For {
                variables,
                iterable,
                mode,
                body,
            } => self.for_loop(variables, iterable, *mode, body),
            tree::StatementKind::Parseq {
                variables,
                iterable,
                peer,
                via,
                body,
            } => self.parseq(variables, iterable, peer, via, body),
            tree::StatementKind::On { peer, via, body } => {
                let (peer, via) = self.route(peer, via);
                let body = self.scoped(ScopeKind::ServiceIds, |checker| checker.block(body));
                Some(StatementKind::On { peer, via, body })
            }
            tree::StatementKind::If { condition, body } => {
                let condition = self.expect(condition, Expectation::new(&Type::BOOL, Subject::Condition));
                let then = self.scoped_block(body);
                Some(StatementKind::If {
                    condition,
                    then,
                    otherwise: Block::default(),
                })
            }
            tree::StatementKind::Try { body } => {
                let body = self.scoped_block(body);
                Some(StatementKind::Try {
                    body,
                    recoveries: Vec::new(),
                })
            }
            tree::StatementKind::Co(inner) => {
                let inner = self.statement(inner)?;
                Some(StatementKind::Detached {
                    body: Block {
                        statements: vec![inner],
                    },
                })
            }
            tree::StatementKind::Join(values) => Some(StatementKind::Join(self.join(values))),
            tree::StatementKind::Declare { name, ty } => self.declare(name, ty),
            tree::StatementKind::Closure(closure) => self.closure(closure, span).map(StatementKind::Closure),
            tree::StatementKind::Assign { target, value } => Some(self.assign(target, value)),
            tree::StatementKind::Call { targets, value } => self.call_statement(targets, value),
            tree::StatementKind::Return(values) => {
                self.return_values(values, span);
                None
            }
            // Continuation lines. The parser reports those that do not follow a statement.
            tree::StatementKind::Else { body } | tree::StatementKind::Otherwise { body } => {
                self.scoped_block(body);
                None
            }
            tree::StatementKind::Catch { error, body } => {
                self.scoped(ScopeKind::Names, |checker| {
                    checker.define(error, Type::error_value(), LocalKind::CaughtError);
                    checker.block(body);
                });
                None
            }
            tree::StatementKind::Par(inner) => return self.statement(inner),
            tree::StatementKind::Error { body } => {
                self.broken(body.as_ref(), span);
                None
            }
        };
        Some(Statement { kind: kind?, span })
    }

    /// A line with a syntax error: any word of it may be a definition.
    fn broken(&mut self, body: Option<&tree::Block>, span: Span) {
        let end = body.map_or(span.end, |body| body.span.start);
        self.suppress_words(span.file.span(span.start, end.max(span.start)));
        if let Some(body) = body {
            self.scoped(ScopeKind::ServiceIds, |checker| checker.block(body));
        }
    }

    /// `Service id`.
    fn assign_service_id(&mut self, path: &Path, id: &tree::Expression) -> Option<StatementKind> {
        let name = path.text();
        let id = self.expect(id, Expectation::new(&Type::STRING, Subject::ServiceId { of: &name }));
        let Some(service) = self.service_named(&name) else {
            self.no_service(path);
            return None;
        };
        let local = self.hidden_local(name, path.span, Type::STRING, LocalKind::ServiceId(service));
        self.scopes.assign_service_id(service, local);
        Some(StatementKind::Assign { local, value: id })
    }

    fn no_service(&mut self, path: &Path) {
        let name = path.text();
        let is_local = self.scopes.get(&name).is_some();
        if !is_local && self.module.namespace.get(&name).is_none() {
            return self.unknown_service(&name, path.span);
        }
        if self.module.is_suppressed(&name) || matches!(self.module.namespace.ty(&name), Some(Type::Error)) {
            return;
        }
        let message = Diagnostic::error(
            codes::NO_SERVICE_ID,
            path.span,
            format!("`{name}` is not a service, so it has no id"),
        );
        self.report(match is_local {
            true => message.note("here it is an argument, which has an id"),
            false => message,
        });
    }

    fn unknown_service(&mut self, name: &str, span: Span) {
        if self.is_suppressed(name) || self.module.is_explained(name, span) {
            return;
        }
        let services = self.module.namespace.iter().filter(|(_, entry)| {
            entry
                .value
                .as_ref()
                .is_some_and(|it| matches!(it.meaning, Entity::Service(_)))
        });
        let message = Diagnostic::error(codes::UNKNOWN_NAME, span, format!("unknown service `{name}`"));
        let message = message.label("not found");
        let message = suggest(message, span, name, services.map(|(name, _)| name.as_str()));
        self.report(message);
    }

    /// The peer and the relays of `on` and `parseq`.
    fn route(&mut self, peer: &tree::Expression, via: &[tree::Expression]) -> (Value, Vec<Value>) {
        let peer = self.expect(peer, Expectation::new(&Type::STRING, Subject::Peer));
        let relays = Type::option(Type::STRING);
        let via = via.iter().map(|relay| {
            let value = self.value(relay);
            if !accepts(&Type::STRING, &value.ty) && !accepts(&relays, &value.ty) {
                let message = format!(
                    "the relay after `via` must be `string` or a collection of strings, found `{}`",
                    value.ty
                );
                let message = Diagnostic::error(codes::WRONG_TYPE, value.span, message);
                self.report(message.label(format!("has type `{}`", value.ty)));
            }
            value
        });
        (peer, via.collect())
    }

    fn for_loop(
        &mut self,
        variables: &LoopVariables,
        iterable: &tree::Expression,
        mode: ForMode,
        body: &tree::Block,
    ) -> Option<StatementKind> {
        let iterable = self.value(iterable);
        let item = self.item_type(&iterable);
        let (variable, body) = self.scoped(ScopeKind::Names, |checker| {
            let variable = checker.loop_variable(variables, item, &iterable);
            (variable, checker.block(body))
        });
        let iteration = match mode {
            ForMode::Sequential => Iteration::Sequential,
            ForMode::Par => Iteration::Parallel,
            ForMode::Try => Iteration::Try,
            ForMode::Rec => Iteration::Recursive,
        };
        Some(StatementKind::For {
            iterable,
            variable,
            iteration,
            body,
        })
    }

    fn parseq(
        &mut self,
        variables: &LoopVariables,
        iterable: &tree::Expression,
        peer: &tree::Expression,
        via: &[tree::Expression],
        body: &tree::Block,
    ) -> Option<StatementKind> {
        let iterable = self.value(iterable);
        let item = self.item_type(&iterable);
        Some(self.scoped(ScopeKind::Names, |checker| {
            let variable = checker.loop_variable(variables, item, &iterable);
            let (peer, via) = checker.route(peer, via);
            let body = checker.scoped(ScopeKind::ServiceIds, |checker| checker.block(body));
            StatementKind::ParSeq {
                iterable: Box::new(iterable),
                variable,
                peer: Box::new(peer),
                via,
                body,
            }
        }))
    }

    fn loop_variable(&mut self, variables: &LoopVariables, item: Type, iterable: &Value) -> LoopVariable {
        let Some(second) = &variables.second else {
            return LoopVariable::Item(self.define(&variables.first, item, LocalKind::LoopVariable));
        };
        let value = match &iterable.ty {
            Type::StreamMap(element) => Type::clone(element),
            Type::Error => Type::Error,
            other => {
                if !item.is_error() {
                    let message = format!("a loop over `{other}` has only one variable");
                    let message = Diagnostic::error(codes::NOT_ITERABLE, variables.first.span.to(second.span), message);
                    let message = message.note("loops over stream maps have two variables: the key and the value");
                    self.report(message.help(format!("write `for {} <- …`", variables.first)));
                }
                Type::Error
            }
        };
        let key = self.define(&variables.first, Type::STRING, LocalKind::LoopVariable);
        let value = self.define(second, value, LocalKind::LoopVariable);
        LoopVariable::Entry { key, value }
    }

    fn join(&mut self, values: &[tree::Expression]) -> Vec<Value> {
        values.iter().map(|value| self.value(value)).collect()
    }

    fn assign(&mut self, target: &Name, value: &tree::Expression) -> StatementKind {
        let value = self.value(value);
        if matches!(value.kind, ValueKind::Call(_)) {
            self.warn_about_call_by_equals(target, value.span);
        }
        let local = self.define(target, value.ty.clone(), LocalKind::Assigned);
        StatementKind::Assign { local, value }
    }

    /// Warns about `x = call()`, which is valid but hides the call.
    fn warn_about_call_by_equals(&mut self, target: &Name, call: Span) {
        let between = target.span.after().to(call.before());
        let message = Diagnostic::warning(
            codes::CALL_BY_EQUALS,
            between,
            "the result of a call is assigned with `=`",
        );
        let message = message.help("use `<-`, which marks calls; `=` only names a value");
        let is_plain = self.module.context.sources.text(between).trim() == "=";
        self.module.lints.push(match is_plain {
            true => message.fix("write `<-`", between, " <- "),
            false => message,
        });
    }

    /// `call` or `a, b <- call`.
    fn call_statement(&mut self, targets: &[Name], written: &tree::Expression) -> Option<StatementKind> {
        match self.evaluate(written) {
            Evaluated::Call(call) => Some(self.targets(call, targets)),
            Evaluated::Value(value) => {
                self.not_a_call(targets, &value);
                for name in targets {
                    if self.find_local(name.as_str()).is_none() {
                        self.define(name, value.ty.clone(), LocalKind::Result);
                    }
                }
                None
            }
        }
    }

    fn not_a_call(&mut self, targets: &[Name], value: &Value) {
        self.use_guess(value, |guess| guess.is_call);
        if matches!(value.kind, ValueKind::Missing) || value.ty.is_error() {
            return;
        }
        let [target, ..] = targets else {
            let message = Diagnostic::error(codes::NOT_A_CALL, value.span, "expected a call, found a value");
            return self.report(message.help("call something, or assign the value: `x = …`"));
        };
        let (code, text) = match value.kind {
            ValueKind::MapQuery { .. } => (
                codes::MAP_FUNCTION_ARROW,
                "functions of stream maps are not called with `<-`",
            ),
            _ => (codes::NOT_A_CALL, "expected a call after `<-`"),
        };
        let message = Diagnostic::error(code, value.span, text);
        let between: Span = target.span.after().to(value.span.before());
        let is_plain = self.module.context.sources.text(between).trim() == "<-";
        let is_new = self.find_local(target.as_str()).is_none();
        self.report(match is_plain && is_new {
            true => message
                .help("write `=` instead of `<-`")
                .fix("write `=`", between, " = "),
            false => message.help("assign it with `=`"),
        });
    }
}
