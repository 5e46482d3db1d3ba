//! Why a call ended without a result.

use std::char::{CharTryFromError, DecodeUtf16Error};
use std::str::Utf8Error;
use std::sync::Arc;

use aqua_marine::ExecutionError;
use wasmtime::{Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use crate::error::CallError;
use crate::linked::ModuleCode;
use crate::state::ServiceState;

/// An error of the host side of a module.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// A value can't be converted.
    #[error(transparent)]
    Conversion(ExecutionError),
    /// A value that passes between two modules is not of the expected type.
    #[error("{0}")]
    Value(String),
    /// The code called an import while the host passed a value through the memory of the module.
    #[error("`{import}` is called while the host passes a value through the memory of the module")]
    Reentrant { import: String },
    /// The code called an import before the module was ready.
    #[error("the module calls an import before it is instantiated")]
    NotStarted,
    /// The logging function got something else than text in the memory of the module.
    #[error("the log record of {size} bytes at {pointer} is outside of the memory")]
    LogRecord { pointer: u32, size: u32 },
}

/// The module in which an error happened; the context of a wasmtime error.
#[derive(Debug, Clone, thiserror::Error)]
#[error("in module \"{0}\"")]
pub(crate) struct InModule(pub(crate) Arc<str>);

/// Why a call failed, and whether the modules can be used again.
pub(crate) struct Failure {
    pub(crate) error: CallError,
    /// Whether the instances must not be used again.
    pub(crate) is_fatal: bool,
}

impl Failure {
    /// The failure of a call of `function` that ended with `error`. `answers`: whether the function has a result, which the host reads
    /// after the code has ended.
    pub(crate) fn of(error: &wasmtime::Error, state: &ServiceState, function: &str, answers: bool) -> Self {
        let service = &state.service;
        let (name, function) = (service.name.clone(), function.to_owned());
        tracing::debug!(service = name, function, "service failed: {error:?}");
        if let Some(error) = state.limits.exceeded(&name, &function) {
            return Self { error, is_fatal: true };
        }
        let is_component = matches!(service.modules[service.facade()].code, ModuleCode::Component(_));
        let cause = match is_component {
            true => Cause::of_component(error, answers, service.limits.answer),
            false => Cause::of(error),
        };
        let is_fatal = service.has_components() || matches!(cause, Cause::StackOverflow);
        let error = match cause {
            Cause::StackOverflow => CallError::StackOverflow {
                service: name,
                function,
            },
            Cause::AnswerTooLarge(limit) => CallError::AnswerTooLarge {
                service: name,
                function,
                limit,
            },
            Cause::Other(reason) if is_component => CallError::Trap {
                service: name,
                function,
                reason: match error.downcast_ref::<InModule>() {
                    Some(module) => format!("{module}: {reason}"),
                    None => reason,
                },
            },
            Cause::Other(reason) => CallError::from(aqua_marine::CallError::Execution(
                match error.downcast_ref::<InModule>() {
                    Some(InModule(module)) => format!("module \"{module}\", function \"{function}\": {reason}"),
                    None => format!("function \"{function}\": {reason}"),
                },
            )),
        };
        Self { error, is_fatal }
    }
}

/// Why code ended although it exceeded no limit of memory, tables or time, by the type of wasmtime's error.
#[derive(Debug, PartialEq, Eq)]
enum Cause {
    StackOverflow,
    /// The host ran out of [`Config::answer`](crate::Config::answer), which is this, while it read the answer.
    AnswerTooLarge(usize),
    /// A trap, or an answer that violates the ABI.
    Other(String),
}

impl Cause {
    fn of(error: &wasmtime::Error) -> Self {
        if let Some(Trap::StackOverflow) = error.downcast_ref() {
            Self::StackOverflow
        } else if let Some(trap) = error.downcast_ref::<Trap>() {
            Self::Other(trap_text(*trap))
        } else if let Some(Fault::Conversion(ExecutionError::TooLarge { limit })) = error.downcast_ref() {
            Self::AnswerTooLarge(*limit)
        } else if let Some(I32Exit(code)) = error.downcast_ref() {
            Self::Other(format!("the module ended with exit code {code}"))
        } else {
            Self::Other(error.root_cause().to_string())
        }
    }

    /// wasmtime keeps the type of the error for an exhausted answer budget private. Errors while code runs, in which functions of the
    /// host may fail too, have a backtrace of the code. After it the answer is read: an answer that violates the canonical ABI is a
    /// malformed text or a message, so that every other error is the exhausted budget.
    fn of_component(error: &wasmtime::Error, answers: bool, limit: usize) -> Self {
        let is_running = error.is::<WasmBacktrace>() || error.is::<Trap>() || error.is::<Fault>();
        let is_malformed = error.is::<Utf8Error>()
            || error.is::<DecodeUtf16Error>()
            || error.is::<CharTryFromError>()
            || error.is::<String>()
            || error.is::<&'static str>();
        match answers && !is_running && !is_malformed {
            true => Self::AnswerTooLarge(limit),
            false => Self::of(error),
        }
    }
}

/// What happened, without the words "wasm trap" in front.
fn trap_text(trap: Trap) -> String {
    let text = trap.to_string();
    text.strip_prefix("wasm trap: ").unwrap_or(&text).to_owned()
}
