//! The results of checking and compiling a program.

use crate::checked::Program;
use crate::definition::{FunctionDefinition, ServiceDefinition};
use crate::emission::Origins;
use crate::typing::Arrow;
use aqua_air::Script;
use aqua_diagnostics::{Diagnostic, Sources, Span};
use ecow::EcoString;
use indexmap::IndexMap;
use std::sync::Arc;

/// The result of [`check`](crate::check).
#[derive(Debug)]
pub struct CheckedProgram {
    /// All source texts that the messages point into.
    pub sources: Sources,
    /// Diagnostics in the order in which they are shown.
    pub diagnostics: Vec<Diagnostic>,
    /// The program; complete only if there are no errors.
    pub program: Program,
    /// The definitions of exported functions, by exported name.
    pub functions: IndexMap<EcoString, FunctionDefinition>,
    /// The definitions of exported services, by exported name.
    pub services: IndexMap<EcoString, ServiceDefinition>,
    /// The header of the entry module: the span of messages about the program as a whole.
    pub(crate) entry: Span,
}

impl CheckedProgram {
    /// Whether there are errors.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// The result of [`compile`](crate::compile).
#[derive(Debug)]
pub struct Compilation {
    /// All source texts that the messages point into.
    pub sources: Sources,
    /// Diagnostics in the order in which they are shown.
    pub diagnostics: Vec<Diagnostic>,
    /// Exported functions in source order, or only [`Options::entry`](crate::Options::entry) if it is set; empty if there
    /// are errors.
    pub functions: Vec<CompiledFunction>,
    /// Exported services by exported name.
    pub services: IndexMap<EcoString, CompiledService>,
}

impl Compilation {
    /// Whether there are errors.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// A compiled exported function.
#[derive(Debug)]
pub struct CompiledFunction {
    /// The exported name.
    pub name: EcoString,
    /// Its parameters and results.
    pub arrow: Arc<Arrow>,
    /// Its parameters and results as plain data, for callers in other languages.
    pub definition: FunctionDefinition,
    /// The comment above its declaration, without dashes; empty if there is none.
    pub documentation: String,
    /// The script that peers execute.
    pub script: Script,
    /// The source spans of the script's instructions.
    pub origins: Origins,
}

/// An exported service that a client can serve.
#[derive(Debug)]
pub struct CompiledService {
    /// Its default id and methods as plain data.
    pub definition: ServiceDefinition,
    /// The comment above its declaration, without dashes; empty if there is none.
    pub documentation: String,
    /// The comments above its methods, by method name; methods without a comment are left out.
    pub methods: IndexMap<String, String>,
}
