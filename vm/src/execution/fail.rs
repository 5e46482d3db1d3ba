//! `fail`: raises an error.

use super::Machine;
use super::error_objects::{check_error_object, error_object};
use super::item::Resolved;
use crate::failure::{Catchable, ExecutionError, Uncatchable};
use aqua_air::{OperandId, OperationId, ResolvedOperand, StringId};

impl Machine<'_> {
    /// `fail` with a number and a text.
    pub(super) fn fail_with(&mut self, id: OperationId, code: i64, message: StringId) -> ExecutionError {
        let instruction = self.code.canonical_text(id);
        let object = error_object(code, &self.code[message], &instruction, Some(&self.init_peer));
        self.raise(Resolved::one(object, self.literal.clone()))
    }

    /// `fail` with an error object.
    pub(super) fn fail(&mut self, error: OperandId) -> ExecutionError {
        let object = match self.resolve(error) {
            Ok(object) => object,
            Err(error) => return error,
        };
        if let Err(error) = check_error_object(object.value.get()) {
            return Catchable::ErrorObject(error).into();
        }
        let code = object
            .value
            .get()
            .as_object()
            .and_then(|fields| fields.get("error_code")?.as_number()?.as_u64());
        if let Some(code) = code.filter(|code| i64::try_from(*code).is_err()) {
            return Uncatchable::ErrorCodeRange(code).into();
        }
        let original = match self.code[error] {
            ResolvedOperand::Error(_) => self.errors.handled.original.clone(),
            _ => None,
        };
        let is_handled_error = matches!(self.code[error], ResolvedOperand::Error(_));
        let raised = self.raise(object);
        if is_handled_error {
            self.errors_mut().handled.open = false;
        }
        original.map_or(raised, ExecutionError::from)
    }

    fn raise(&mut self, object: Resolved) -> ExecutionError {
        let tetraplet = object.tetraplets().into_iter().next();
        let value = object.value.into_value();
        self.errors_mut().last.set(value.clone(), tetraplet);
        self.complete = false;
        Catchable::User(value).into()
    }
}
