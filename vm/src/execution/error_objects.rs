//! `%last_error%` and `:error:`: errors as values.

use super::Machine;
use crate::Tetraplet;
use crate::failure::{Catchable, ErrorObjectError, Uncatchable};
use crate::memory::{self, sizes};
use aqua_air::OperationId;
use aqua_values::Value;
use ecow::EcoString;
use triomphe::Arc as Shared;

/// Errors as the workflow sees them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Errors {
    pub(super) last: LastError,
    pub(super) handled: HandledError,
}

sizes! {
    ERRORS: Errors = 264;
}

/// `%last_error%`: the first error since the last `xor` began its right side or the last `par` succeeded.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LastError {
    pub(super) object: Value,
    pub(super) tetraplet: Option<Tetraplet>,
    /// Whether the next error replaces it.
    pub(super) open: bool,
}

/// `:error:`: what the right side of an `xor` handles.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HandledError {
    pub(super) object: Value,
    pub(super) tetraplet: Option<Tetraplet>,
    /// The error itself, for `fail :error:`.
    pub(super) original: Option<Catchable>,
    /// Whether the next error replaces it.
    pub(super) open: bool,
}

impl Errors {
    pub(super) fn none() -> Shared<Self> {
        Shared::new(Self {
            last: LastError {
                object: no_error(),
                tetraplet: None,
                open: true,
            },
            handled: HandledError {
                object: no_error(),
                tetraplet: None,
                original: None,
                open: true,
            },
        })
    }
}

impl LastError {
    /// Replaces the error.
    pub(super) fn set(&mut self, object: Value, tetraplet: Option<Tetraplet>) {
        *self = Self {
            object,
            tetraplet,
            open: false,
        };
    }
}

impl HandledError {
    pub(super) fn clear(&mut self) {
        self.object = no_error();
        self.tetraplet = None;
        // `fail :error:` rejects the object, so the error itself is not needed.
        self.original = None;
    }
}

/// Where an error was raised, for the error object.
#[derive(Debug, Clone)]
pub(super) enum ErrorSite {
    /// In an instruction that belongs to no peer.
    Instruction,
    /// In a `call` or `canon`; with its tetraplet if that is known.
    Peer(Option<Tetraplet>),
}

impl Machine<'_> {
    /// The errors, for a change that recordings don't see.
    pub(super) fn errors_mut(&mut self) -> &mut Errors {
        if !self.errors.is_unique() {
            self.retain(|| memory::TRIOMPHE + ERRORS);
        }
        Shared::make_mut(&mut self.errors)
    }

    /// The next error becomes the last one.
    pub(super) fn open_last_error(&mut self) {
        if !self.errors.last.open {
            self.errors_mut().last.open = true;
        }
    }

    /// Makes an error visible to the workflow.
    ///
    /// # Errors
    /// The error message exceeds the size of the run. Messages quote values, which may be former errors, and escape their
    /// quotes once more.
    pub(super) fn record_error(
        &mut self,
        error: &Catchable,
        operation: OperationId,
        site: ErrorSite,
    ) -> Result<(), Uncatchable> {
        let becomes_last = self.errors.last.open && error.is_last_error();
        let is_handled = self.errors.handled.open;
        if becomes_last || is_handled {
            let (tetraplet, is_on_peer) = match site {
                ErrorSite::Instruction => (None, false),
                ErrorSite::Peer(tetraplet) => (tetraplet, true),
            };
            let peer = tetraplet
                .as_ref()
                .map_or(&self.current_peer, |tetraplet| &tetraplet.peer_pk)
                .clone();
            let instruction = self.code.canonical_text(operation);
            let message = error.to_string();
            self.content.charge(message.len() + instruction.len())?;
            let object = error_object(error.code(), &message, &instruction, Some(&peer));
            self.retain(|| memory::value(&object));
            let errors = self.errors_mut();
            if is_handled {
                errors.handled = HandledError {
                    object: if is_on_peer {
                        object.clone()
                    } else {
                        error_object(error.code(), &message, &instruction, None)
                    },
                    tetraplet: tetraplet.clone(),
                    original: None,
                    open: false,
                };
            }
            if becomes_last {
                errors.last.set(object, tetraplet);
            }
        }
        Ok(())
    }
}

/// An error as the workflow sees it.
pub(super) fn error_object(code: i64, message: &str, instruction: &str, peer: Option<&str>) -> Value {
    let fields = [
        (EcoString::inline("error_code"), code.into()),
        (EcoString::inline("instruction"), instruction.into()),
        (EcoString::inline("message"), message.into()),
    ];
    match peer {
        Some(peer) => {
            let [code, instruction, message] = fields;
            Value::object([code, instruction, message, (EcoString::inline("peer_id"), peer.into())])
        }
        None => Value::object(fields),
    }
}

fn no_error() -> Value {
    Value::object([
        (EcoString::inline("error_code"), 0_i64.into()),
        (EcoString::inline("message"), "".into()),
    ])
}

/// Checks that `fail` can raise a value.
pub(super) fn check_error_object(value: &Value) -> Result<(), ErrorObjectError> {
    let fields = value
        .as_object()
        .ok_or_else(|| ErrorObjectError::NotObject(value.clone()))?;
    let field = |field| {
        fields.get(field).ok_or_else(|| ErrorObjectError::NoField {
            value: value.clone(),
            field,
        })
    };
    let wrong = |field, expected| ErrorObjectError::FieldType {
        value: value.clone(),
        field,
        expected,
    };

    let code = field("error_code")?
        .as_number()
        .filter(|number| number.is_i64() || number.is_u64());
    let code = code.ok_or_else(|| wrong("error_code", "integer"))?;
    if code.as_i64() == Some(0) {
        return Err(ErrorObjectError::ZeroCode);
    }
    field("message")?
        .as_str()
        .map(|_| ())
        .ok_or_else(|| wrong("message", "string"))
}
