//! Name resolution and type checking: from syntax trees to the [checked](crate::checked) program.
//!
//! A module is checked after the modules it imports. Its headers fill the [`namespace`]; then its declarations are checked in
//! order ([`declarations`], [`annotations`]), including function bodies ([`body`], [`statements`], [`values`] and the rest);
//! then `export` and `declares` are resolved ([`exports`], [`interface`]).
//!
//! A failed definition gets the error type, which is compatible with every type, so each mistake is reported once.

mod annotations;
mod blocks;
mod body;
mod calls;
mod chains;
mod declarations;
mod exports;
mod guesses;
mod headers;
mod interface;
mod mismatch;
mod namespace;
mod operators;
mod records;
mod scopes;
mod statements;
mod streams;
mod unknown;
mod unused;
mod values;

pub(crate) use interface::{Comparison, Interface};

use crate::checked::{
    Builtin, Export, Function, FunctionId, Literal, Part, Program, Service, ServiceId, Value, ValueKind,
};
use crate::modules::Module;
use crate::typing::{Scalar, ScalarSet, Type};
use crate::{Options, codes};
use aqua_diagnostics::{Diagnostic, Label, Sources, Span};
use aqua_grammar::{Parsed, Tree};
use ecow::EcoString;
use guesses::Guess;
use headers::{EmptyImport, ReplacedName};
use indexmap::IndexMap;
use namespace::Namespace;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// A map in order of insertion, with a hash function for short names.
type FxIndexMap<K, V> = IndexMap<K, V, rustc_hash::FxBuildHasher>;

/// The input of checking one module.
#[derive(Clone, Copy)]
pub(crate) struct ModuleContext<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) options: &'a Options,
    /// The parts of the modules that were checked before; includes all that this module imports.
    pub(crate) program: &'a Program,
    pub(crate) module: &'a Module,
    /// The tokens and the syntax tree of the module.
    pub(crate) parsed: &'a Parsed,
    /// Whether syntax errors were reported.
    pub(crate) has_syntax_errors: bool,
    pub(crate) is_entry: bool,
    /// The interfaces of checked modules, by index in the graph; those of imported modules are set.
    pub(crate) interfaces: &'a [Option<Arc<Interface>>],
}

/// The output of checking one module.
#[derive(Debug)]
pub(crate) struct CheckResult {
    pub(crate) part: Part,
    /// What importers see of the module.
    pub(crate) interface: Interface,
    /// The exports, if it is an entry module.
    pub(crate) exports: Exports,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Whether all imported names are known. Otherwise lints may follow from a failed import.
    pub(crate) is_complete: bool,
}

/// The exports of a module, by exported name.
#[derive(Debug, Default)]
pub(crate) struct Exports {
    pub(crate) functions: IndexMap<EcoString, Export<FunctionId>>,
    pub(crate) services: IndexMap<EcoString, Export<ServiceId>>,
}

/// Checks one module.
pub(crate) fn check_module(context: ModuleContext<'_>) -> CheckResult {
    ModuleChecker::new(context).run()
}

/// One module being checked.
struct ModuleChecker<'a> {
    context: ModuleContext<'a>,
    module: &'a Module,
    tree: &'a Tree,
    namespace: Namespace,
    /// The names that the current header replaced.
    replaced_names: Vec<ReplacedName>,
    /// Imports of modules that declare nothing.
    empty_imports: Vec<EmptyImport<'a>>,
    /// Names that are declared further down, with the spans of their declarations.
    undeclared: FxIndexMap<EcoString, Span>,
    /// The name of the declaration that is being checked.
    current: Option<EcoString>,
    part: Part,
    exports: Exports,
    diagnostics: Vec<Diagnostic>,
    /// Warnings about valid code; reported only if the module has no errors.
    lints: Vec<Diagnostic>,
    /// The texts of messages about unknown names, with their indices in `diagnostics`.
    reported_names: BTreeMap<String, usize>,
    /// The names that the fixes of these messages write.
    guesses: Vec<Guess>,
}

impl<'a> ModuleChecker<'a> {
    fn new(context: ModuleContext<'a>) -> Self {
        let named = context.parsed.tree.items.iter().filter_map(|item| item.name());
        let undeclared = named.map(|name| (name.text.clone(), name.span)).collect();
        Self {
            context,
            module: context.module,
            tree: &context.parsed.tree,
            namespace: Namespace::default(),
            replaced_names: Vec::new(),
            empty_imports: Vec::new(),
            undeclared,
            current: None,
            part: Part::default(),
            exports: Exports::default(),
            diagnostics: Vec::new(),
            lints: Vec::new(),
            reported_names: BTreeMap::new(),
            guesses: Vec::new(),
        }
    }

    fn run(mut self) -> CheckResult {
        self.resolve_imports();
        for item in &self.tree.items {
            self.item(item);
        }
        if self.context.is_entry {
            self.resolve_exports();
        } else {
            self.check_exported_names();
        }
        let interface = self.interface();
        self.report_empty_imports();
        let is_complete = self.is_complete();
        self.report_lints(is_complete);
        CheckResult {
            part: self.part,
            interface,
            exports: self.exports,
            diagnostics: self.diagnostics,
            is_complete,
        }
    }

    /// The index of the module's part in the program.
    fn part_index(&self) -> u32 {
        self.module.file.0
    }

    /// The function of that id, in this module or an imported one.
    fn function_of(&self, id: FunctionId) -> &Function {
        if id.part == self.part_index() {
            &self.part.functions[id.index as usize]
        } else {
            self.context.program.function(id)
        }
    }

    /// The service of that id, in this module or an imported one.
    fn service_of(&self, id: ServiceId) -> &Service {
        if id.part == self.part_index() {
            &self.part.services[id.index as usize]
        } else {
            self.context.program.service(id)
        }
    }

    /// The interface of the module at this index in the graph.
    fn interface_of(&self, index: usize) -> Option<&'a Interface> {
        self.context.interfaces[index].as_deref()
    }

    fn report(&mut self, message: Diagnostic) {
        self.report_indexed(message);
    }

    /// Reports a message and returns its index.
    fn report_indexed(&mut self, message: Diagnostic) -> usize {
        let index = self.find_reported(&message).unwrap_or(self.diagnostics.len());
        match self.diagnostics.get_mut(index) {
            Some(earlier) => merge_repeated(earlier, message),
            None => self.diagnostics.push(message),
        }
        index
    }

    /// The index of an earlier message with the same text, if both are about the same unknown name.
    fn find_reported(&mut self, message: &Diagnostic) -> Option<usize> {
        let about_names = [
            codes::UNKNOWN_NAME,
            codes::UNKNOWN_TYPE,
            codes::UNKNOWN_METHOD,
            codes::UNKNOWN_FIELD,
        ];
        if !about_names.contains(&message.code) {
            return None;
        }
        match self.reported_names.entry(message.message.clone()) {
            Entry::Occupied(known) => Some(*known.get()),
            Entry::Vacant(new) => {
                new.insert(self.diagnostics.len());
                None
            }
        }
    }

    /// Reports lints unless there are errors, next to which they would only distract, or names are unknown because of errors
    /// elsewhere.
    fn report_lints(&mut self, is_complete: bool) {
        let has_errors = self.diagnostics.iter().any(Diagnostic::is_error) || self.context.has_syntax_errors;
        if !self.module.is_dependency && !has_errors && is_complete {
            self.diagnostics.append(&mut self.lints);
            self.warn_about_unused();
        }
    }

    fn add_function(&mut self, function: Function) -> FunctionId {
        self.part.functions.push(function);
        FunctionId {
            part: self.part_index(),
            index: self.part.functions.len() as u32 - 1,
        }
    }

    fn add_service(&mut self, service: Service) -> ServiceId {
        self.part.services.push(service);
        ServiceId {
            part: self.part_index(),
            index: self.part.services.len() as u32 - 1,
        }
    }

    /// Returns the type, or reports it and returns the error type if it is too large.
    fn bounded(&mut self, ty: Type, span: Span) -> Type {
        if ty.is_within_limits() {
            return ty;
        }
        let message = Diagnostic::error(codes::TYPE_TOO_LARGE, span, "this type is too large");
        let limits = format!(
            "a type may have {} levels of nesting and {} parts when all names are expanded",
            Type::MAX_DEPTH,
            Type::MAX_SIZE
        );
        self.report(message.note(limits));
        Type::Error
    }
}

/// Adds the span of a repeated message to the first one, and its edits if both have the same fix. The fixes differ where other
/// names are in scope.
fn merge_repeated(earlier: &mut Diagnostic, message: Diagnostic) {
    if earlier.secondary.len() < 4 {
        earlier.secondary.push(Label {
            span: message.span,
            message: "also here".to_owned(),
        });
    }
    if let (Some(fix), Some(more)) = (&mut earlier.fix, message.fix)
        && fix.message == more.message
    {
        fix.edits.extend(more.edits);
    }
}

/// A literal as a value, with the set of types it can have.
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

/// The value of a predefined name.
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

/// All predefined names.
fn predefined_names() -> impl Iterator<Item = &'static str> {
    Builtin::ALL.into_iter().map(Builtin::name).chain(["nil"])
}
