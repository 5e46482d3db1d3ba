//! From trees to the checked program: what every name means and which type every value has.
//!
//! Modules are checked one after the other, dependencies first. Within a module, headers fill the [`namespace`], then the
//! declarations are read in order ([`declarations`], [`annotations`]), function bodies included ([`body`], [`statements`],
//! [`values`] and the rest), then `declares` and `export` are resolved ([`headers`], [`exports`]).
//!
//! Every failed definition gets the error type, which agrees with everything: one mistake is reported once.

mod annotations;
mod blocks;
mod body;
mod calls;
mod chains;
mod declarations;
mod exports;
mod headers;
mod mismatch;
mod namespace;
mod operators;
mod records;
mod scopes;
mod statements;
mod streams;
mod unknown;
mod values;

use crate::checked::{Builtin, FunctionId, Literal, Program, ServiceId, Value, ValueKind};
use crate::modules::{Graph, Module};
use crate::typing::{Scalar, ScalarSet, Type};
use crate::{Options, codes};
use aqua_diagnostics::{Diagnostic, Sources, Span};
use ecow::EcoString;
use headers::Interface;
use indexmap::IndexMap;
use namespace::Namespace;

/// Checks all modules of a graph.
pub(crate) fn check(graph: &Graph, options: &Options) -> (Program, Vec<Diagnostic>) {
    let mut whole = Whole {
        sources: &graph.sources,
        options,
        program: Program::default(),
        diagnostics: Vec::new(),
    };
    let mut interfaces: Vec<Interface> = Vec::with_capacity(graph.modules.len());
    for (index, module) in graph.modules.iter().enumerate() {
        let before = whole.diagnostics.len();
        let checker = ModuleChecker::new(&mut whole, module, &interfaces);
        let is_entry = graph.entries.contains(&index);
        interfaces.push(checker.run(is_entry));
        if module.is_dependency {
            keep_errors(&mut whole.diagnostics, before);
        }
    }
    (whole.program, whole.diagnostics)
}

/// Nobody who reads the messages can mend the warnings of a dependency.
fn keep_errors(diagnostics: &mut Vec<Diagnostic>, from: usize) {
    let mut position = 0;
    diagnostics.retain(|message| {
        position += 1;
        position <= from || message.is_error()
    });
}

/// What grows over all modules.
struct Whole<'a> {
    sources: &'a Sources,
    options: &'a Options,
    program: Program,
    diagnostics: Vec<Diagnostic>,
}

/// One module being checked.
struct ModuleChecker<'a, 'w> {
    whole: &'w mut Whole<'a>,
    module: &'a Module,
    interfaces: &'w [Interface],
    namespace: Namespace,
    /// Names that are declared further down, with their places; they leave this table as they are declared.
    later: IndexMap<EcoString, Span>,
    /// The declaration that is being checked.
    current: Option<EcoString>,
}

impl<'a, 'w> ModuleChecker<'a, 'w> {
    fn new(whole: &'w mut Whole<'a>, module: &'a Module, interfaces: &'w [Interface]) -> Self {
        let named = module.tree.items.iter().filter_map(|item| item.name());
        let later = named.map(|name| (name.text.clone(), name.span)).collect();
        Self {
            whole,
            module,
            interfaces,
            namespace: Namespace::default(),
            later,
            current: None,
        }
    }

    fn run(mut self, is_entry: bool) -> Interface {
        self.link();
        for item in &self.module.tree.items {
            self.item(item);
        }
        if is_entry {
            self.exports();
        } else {
            self.check_exported_names();
        }
        self.interface()
    }

    fn report(&mut self, message: Diagnostic) {
        self.whole.diagnostics.push(message);
    }

    fn add_function(&mut self, function: crate::checked::Function) -> FunctionId {
        self.whole.program.functions.push(function);
        FunctionId(self.whole.program.functions.len() as u32 - 1)
    }

    fn add_service(&mut self, service: crate::checked::Service) -> ServiceId {
        self.whole.program.services.push(service);
        ServiceId(self.whole.program.services.len() as u32 - 1)
    }

    /// The type, or the error type with a message if it is too large.
    fn bounded(&mut self, ty: Type, span: Span) -> Type {
        if ty.is_within_limits() {
            return ty;
        }
        let message = Diagnostic::error(codes::TYPE_TOO_LARGE, span, "this type is too large");
        let limits = format!(
            "a type may nest {} levels and have {} parts when all names are written out",
            Type::MAX_DEPTH,
            Type::MAX_SIZE
        );
        self.report(message.note(limits));
        Type::Error
    }
}

/// A literal as a value.
fn literal(literal: Literal, span: Span) -> Value {
    let set = match &literal {
        Literal::Bool(_) => ScalarSet::BOOL,
        Literal::String(_) => ScalarSet::STRING,
        Literal::Number(digits) if digits.contains('.') => ScalarSet::FLOAT,
        Literal::Number(digits) if digits.starts_with('-') => ScalarSet::SIGNED,
        Literal::Number(_) => ScalarSet::INTEGER,
    };
    Value {
        kind: ValueKind::Literal(literal),
        ty: Type::Literal(set),
        span,
    }
}

/// What a predefined name stands for.
fn predefined(name: &str, span: Span) -> Option<Value> {
    if name == "nil" {
        return Some(Value {
            kind: ValueKind::Nil,
            ty: Type::nil(),
            span,
        });
    }
    let builtin = Builtin::ALL.into_iter().find(|builtin| builtin.name() == name)?;
    let ty = match builtin {
        Builtin::HostPeerId | Builtin::InitPeerId => Type::STRING,
        Builtin::ParticleTtl => Type::Scalar(Scalar::U32),
        Builtin::ParticleTimestamp => Type::Scalar(Scalar::U64),
        Builtin::LastError => Type::error_value(),
    };
    Some(Value {
        kind: ValueKind::Builtin(builtin),
        ty,
        span,
    })
}

/// The names of all that is predefined.
fn predefined_names() -> impl Iterator<Item = &'static str> {
    Builtin::ALL.into_iter().map(Builtin::name).chain(["nil"])
}
