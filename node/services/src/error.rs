//! Errors of deployments and calls.

use std::time::Duration;

use aqua_capabilities::Refusal;
use aqua_marine::ModuleError;

use crate::component::Mismatch;

/// Why a service was not deployed.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// The name is in use.
    #[error("service '{0}' is deployed already")]
    NameTaken(String),
    /// The bytes are neither a component nor a Marine module.
    #[error(
        "service '{service}': module '{module}' is no Marine module: {reason}; \
         other core modules must be made components, with `wasm-tools component new`"
    )]
    NotMarine {
        /// The service's name.
        service: String,
        /// The module's name.
        module: String,
        /// What is wrong with it.
        reason: Box<ModuleError>,
    },
    /// A service without modules.
    #[error("service '{0}' has no modules")]
    NoModules(String),
    /// Two modules of a service have the same name.
    #[error("service '{service}' has two modules '{module}'")]
    ModuleNameTaken {
        /// The service's name.
        service: String,
        /// The module's name.
        module: String,
    },
    /// The imports of a module are not what the modules before it and the host provide, or one of its folders can't be used.
    #[error("service '{service}': module '{module}' can't be linked: {reason}")]
    Link {
        /// The service's name.
        service: String,
        /// The module's name.
        module: String,
        /// Why.
        reason: String,
    },
    /// The service can't do without something that it asked for and that the policy of this host doesn't allow.
    #[error("service '{service}' requires what this host doesn't grant: {}", reasons(refused))]
    Refused {
        /// The service's name.
        service: String,
        /// What was refused.
        refused: Vec<Refusal>,
    },
    /// A temporary folder of the service can't be created.
    #[error("service '{service}': can't create a folder")]
    Folder {
        /// The service's name.
        service: String,
        /// The error of the system.
        #[source]
        error: std::io::Error,
    },
    /// A file has more bytes than [`Config::component`](crate::Config::component).
    #[error("service '{service}' has {size} bytes, more than the {limit} that this peer accepts")]
    TooLarge {
        /// The service's name.
        service: String,
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The bytes aren't valid WebAssembly of the supported profile.
    #[error("service '{service}' is not a valid component: {reason}")]
    Invalid {
        /// The service's name.
        service: String,
        /// The error of the validator.
        reason: String,
    },
    /// The bytes aren't a valid core module of the supported profile.
    #[error("a module of service '{service}' is not valid: {reason}")]
    InvalidModule {
        /// The service's name.
        service: String,
        /// The error of the validator.
        reason: String,
    },
    /// The file imports something that neither the host nor a module before it provides.
    #[error(
        "service '{service}' imports {}, which this peer doesn't offer to services",
        list(imports)
    )]
    Imports {
        /// The service's name.
        service: String,
        /// The names of the imports.
        imports: Vec<String>,
    },
    /// A function's type can't be expressed in Aqua.
    #[error("service '{service}' can't be called from Aqua: {reason}")]
    Unsupported {
        /// The service's name.
        service: String,
        /// Which function and which type.
        reason: String,
    },
    /// The service failed while it started.
    #[error("service '{service}' fails to start: {reason}")]
    Start {
        /// The service's name.
        service: String,
        /// The error with which its start ended.
        reason: CallError,
    },
    /// The engine can't be created, or the compiler panicked.
    #[error("the service host can't start: {0}")]
    Engine(String),
}

/// Why a call returned no value. `catch` in an Aqua program reads the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No service of this name.
    #[error("Service with id '{service}' not found (function {function})")]
    ServiceNotFound {
        /// The name asked for.
        service: String,
        /// The function asked for.
        function: String,
    },
    /// The service has no such function.
    #[error("service '{service}' has no function '{function}'; it has {}", list(functions))]
    FunctionNotFound {
        /// The service.
        service: String,
        /// The function asked for.
        function: String,
        /// Its functions, in the order of its exports.
        functions: Vec<String>,
    },
    /// A parameter is missing among named arguments.
    #[error("function '{function}': missing argument with name {name}")]
    MissingArgument {
        /// The function.
        function: String,
        /// The parameter.
        name: String,
    },
    /// The arguments of a Marine module are wrong, or its code or an adapter failed.
    #[error(transparent)]
    Marine(Box<aqua_marine::CallError>),
    /// Too many or too few arguments.
    #[error("function '{function}' requires {expected} arguments, {found} provided")]
    Arity {
        /// The function.
        function: String,
        /// Its number of parameters.
        expected: usize,
        /// The number of arguments given.
        found: usize,
    },
    /// An argument isn't of the parameter's type.
    #[error("function '{function}', argument {mismatch}")]
    Argument {
        /// The function.
        function: String,
        /// Where in the argument, what was expected and what was found.
        mismatch: Mismatch,
    },
    /// The function returned an error: its text, or its value as JSON.
    #[error("{0}")]
    Answered(String),
    /// The service's code ended by a trap (a panic, a division by zero, an access out of bounds).
    #[error("service '{service}' trapped in '{function}': {reason}")]
    Trap {
        /// The service.
        service: String,
        /// The function.
        function: String,
        /// The trap, or how the answer violates the canonical ABI.
        reason: String,
    },
    /// The service's code exceeded its stack.
    #[error("service '{service}' ran out of stack in '{function}'")]
    StackOverflow {
        /// The service.
        service: String,
        /// The function.
        function: String,
    },
    /// The service's code ran longer than [`Config::call_time`](crate::Config::call_time).
    #[error("service '{service}' was stopped in '{function}' after {limit:?}: a call may not run longer")]
    OutOfTime {
        /// The service.
        service: String,
        /// The function.
        function: String,
        /// The limit.
        limit: Duration,
    },
    /// The caller's time was over, which includes waiting for earlier calls of the same service.
    #[error("the time for the call of '{function}' of service '{service}' is over")]
    Deadline {
        /// The service.
        service: String,
        /// The function.
        function: String,
    },
    /// The service trapped after it could not grow its memory beyond [`Config::memory`](crate::Config::memory).
    #[error("service '{service}' needs more memory in '{function}' than the {limit} bytes it may have")]
    OutOfMemory {
        /// The service.
        service: String,
        /// The function.
        function: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// The service trapped after it could not grow a table beyond [`Config::table_elements`](crate::Config::table_elements).
    #[error("service '{service}' needs more table elements in '{function}' than the {limit} it may have")]
    OutOfTable {
        /// The service.
        service: String,
        /// The function.
        function: String,
        /// The limit.
        limit: usize,
    },
    /// The answer takes more host memory than [`Config::answer`](crate::Config::answer).
    #[error("the answer of '{function}' of service '{service}' takes more than {limit} bytes")]
    AnswerTooLarge {
        /// The service.
        service: String,
        /// The function.
        function: String,
        /// The limit in bytes.
        limit: usize,
    },
}

impl From<aqua_marine::CallError> for CallError {
    fn from(error: aqua_marine::CallError) -> Self {
        Self::Marine(Box::new(error))
    }
}

fn reasons(refused: &[Refusal]) -> String {
    let reasons: Vec<String> = refused.iter().map(ToString::to_string).collect();
    reasons.join("; ")
}

/// `'a', 'b', 'c'`, or `nothing`.
fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names
        .iter()
        .map(|name| format!("'{name}'"))
        .collect::<Vec<_>>()
        .join(", ")
}
