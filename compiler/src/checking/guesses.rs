//! Guesses: the names that the fixes of messages about unknown names write.
//!
//! Checking continues with the error type, which fits everywhere. So each use of the unknown value compares the guess with what it
//! expects. If the guess does not fit, the fix would lead to another error and is withdrawn: the name remains as advice.

use super::body::BodyChecker;
use super::namespace::Entity;
use super::{ModuleChecker, predefined};
use crate::checked::Value;
use crate::typing::subtyping::accepts;
use crate::typing::{Arrow, Type};
use aqua_diagnostics::Span;
use aqua_grammar::tree::ChainStepKind;
use ecow::EcoString;
use std::sync::Arc;

/// A value with an unknown name, as it is with the name that was probably meant.
#[derive(Debug)]
pub(super) struct Guess {
    /// The value.
    span: Span,
    /// The index of the message with the fix.
    message: usize,
    /// Its type.
    pub(super) ty: Type,
    /// Whether it is the result of a call.
    pub(super) is_call: bool,
}

impl BodyChecker<'_, '_> {
    /// Records the guess for an unknown variable.
    pub(super) fn guess_variable(&mut self, span: Span, message: usize) {
        let ty = self
            .written_name(message)
            .and_then(|name| self.type_of_name(&name, span));
        if let Some(ty) = ty {
            self.guess(span, message, ty, false);
        }
    }

    /// Records the guess for an unknown method. `arguments` are those of a call.
    pub(super) fn guess_method(
        &mut self,
        span: Span,
        message: usize,
        method: impl FnOnce(&str) -> Option<Arc<Arrow>>,
        arguments: Option<&[Value]>,
    ) {
        let Some(arrow) = self.written_name(message).and_then(|name| method(&name)) else {
            return;
        };
        self.guess(span, message, Type::Arrow(arrow), false);
        if let Some(arguments) = arguments {
            self.call_guess(&Value::missing(span), arguments, span);
        }
    }

    /// Compares the arguments of a call with the guess for its callee, and records the guess for its result.
    pub(super) fn call_guess(&mut self, callee: &Value, arguments: &[Value], span: Span) {
        let Some(index) = self.module.guesses.iter().position(|guess| guess.span == callee.span) else {
            return;
        };
        let guess = self.module.guesses.swap_remove(index);
        let fitting = guess.ty.as_arrow().filter(|arrow| {
            let mut pairs = arrow.parameters.iter().zip(arguments);
            arrow.parameters.len() == arguments.len() && pairs.all(|(to, from)| accepts(&to.ty, &from.ty))
        });
        match fitting {
            Some(arrow) => {
                let result = arrow.results.first().cloned().unwrap_or(Type::Error);
                self.guess(span, guess.message, result, true);
            }
            None => self.module.diagnostics[guess.message].withdraw_fix(),
        }
    }

    /// Withdraws the fix for an unknown name if its guess does not fit where the value is used.
    pub(super) fn use_guess(&mut self, value: &Value, fits: impl FnOnce(&Guess) -> bool) {
        if value.ty.is_error()
            && let Some(guess) = self.module.guesses.iter().find(|guess| guess.span == value.span)
            && !fits(guess)
        {
            self.module.diagnostics[guess.message].withdraw_fix();
        }
    }

    /// The same for the first value of a chain, whose next step is known.
    pub(super) fn use_guessed_head(&mut self, span: Span, message: Option<usize>, step: &ChainStepKind) {
        let Some(message) = message else { return };
        let Some(name) = self.written_name(message) else { return };
        let member = match step {
            ChainStepKind::Field(name) => Some(&name.text),
            ChainStepKind::Call(call) => Some(&call.function.text),
            ChainStepKind::Object(object) => Some(&object.name.text),
            ChainStepKind::Copy(_) | ChainStepKind::Index(_) | ChainStepKind::Bang(_) => None,
        };
        let fits = match self.type_of_name(&name, span) {
            Some(ty) => takes_step(&ty, step),
            None => member.is_some_and(|member| self.module.namespace.get(&format!("{name}.{member}")).is_some()),
        };
        self.module.guesses.retain(|guess| guess.span != span);
        if !fits {
            self.module.diagnostics[message].withdraw_fix();
        }
    }

    fn guess(&mut self, span: Span, message: usize, ty: Type, is_call: bool) {
        self.module.guesses.push(Guess {
            span,
            message,
            ty,
            is_call,
        });
    }

    /// The name that the fix of a message writes.
    fn written_name(&self, message: usize) -> Option<EcoString> {
        let fix = self.module.diagnostics.get(message)?.fix.as_ref()?;
        Some(fix.edits.last()?.text.as_str().into())
    }

    /// The type of a known variable. `None` for the name of a module.
    fn type_of_name(&self, name: &str, span: Span) -> Option<Type> {
        if let Some((local, _)) = self.scopes.get(name) {
            return Some(self.local(local).ty.clone());
        }
        if let Some(value) = predefined(name, span) {
            return Some(value.ty);
        }
        match &self.module.namespace.value(name)?.meaning {
            Entity::Function(id) => Some(Type::Arrow(self.function_of(*id).arrow.clone())),
            Entity::Constant(value) => Some(value.ty.clone()),
            Entity::Service(_) => self.module.namespace.ty(name).cloned(),
            Entity::Broken => None,
        }
    }
}

impl ModuleChecker<'_> {
    /// Withdraws the fix for an unknown type before parentheses if the type that it writes has no fields.
    pub(super) fn use_guessed_record(&mut self, name: Span) {
        for message in self.diagnostics.iter_mut().rev() {
            let edit = message
                .fix
                .iter()
                .flat_map(|fix| &fix.edits)
                .find(|edit| edit.span == name);
            let Some(edit) = edit else { continue };
            if !matches!(self.namespace.ty(&edit.text), Some(Type::Data(_) | Type::Ability(_))) {
                message.withdraw_fix();
            }
            return;
        }
    }
}

/// Whether values of a type can have this step.
fn takes_step(ty: &Type, step: &ChainStepKind) -> bool {
    let is_collection = matches!(ty, Type::Array(_) | Type::Option(_) | Type::Stream(_));
    let has = |name: &str| ty.named().is_some_and(|named| named.field(name).is_some());
    match step {
        ChainStepKind::Field(name) => has(&name.text) || is_collection && name.text == "length",
        ChainStepKind::Call(call) => has(&call.function.text) || matches!(ty, Type::StreamMap(_)),
        ChainStepKind::Copy(_) => matches!(ty, Type::Data(_)),
        ChainStepKind::Index(_) | ChainStepKind::Bang(_) => is_collection,
        ChainStepKind::Object(_) => false,
    }
}
