//! From trees to the checked program: what every name means and which type every value has.
//!
//! Modules are checked after those that they import ([`memory`]). Within a module, headers fill the [`namespace`], then the
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
mod memory;
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

pub(crate) use memory::{Memory, check};

use crate::checked::{
    Builtin, Export, Function, FunctionId, Literal, Part, Program, Service, ServiceId, Value, ValueKind,
};
use crate::modules::Module;
use crate::typing::{Scalar, ScalarSet, Type};
use crate::{Options, codes};
use aqua_diagnostics::{Diagnostic, Label, Sources, Span};
use ecow::EcoString;
use headers::Interface;
use indexmap::IndexMap;
use memory::Known;
use namespace::Namespace;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// What a module is checked with, and what is found there.
struct Whole<'a> {
    sources: &'a Sources,
    options: &'a Options,
    /// The parts of the modules that it imports, among others.
    before: &'a Program,
    /// The number of the module's own part.
    number: u32,
    found: Found,
}

/// What checking finds in a module, besides what it shows to others.
#[derive(Debug, Default)]
struct Found {
    part: Part,
    exported_functions: IndexMap<EcoString, Export<FunctionId>>,
    exported_services: IndexMap<EcoString, Export<ServiceId>>,
    diagnostics: Vec<Diagnostic>,
}

impl Whole<'_> {
    fn function(&self, id: FunctionId) -> &Function {
        if id.part == self.number {
            &self.found.part.functions[id.place as usize]
        } else {
            self.before.function(id)
        }
    }

    fn service(&self, id: ServiceId) -> &Service {
        if id.part == self.number {
            &self.found.part.services[id.place as usize]
        } else {
            self.before.service(id)
        }
    }
}

/// One module being checked.
struct ModuleChecker<'a> {
    whole: Whole<'a>,
    module: &'a Module,
    /// By number, the modules that were checked, and those that it imports are.
    others: &'a [Option<Known>],
    namespace: Namespace,
    /// Names that are declared further down, with their places; they leave this table as they are declared.
    later: IndexMap<EcoString, Span>,
    /// The declaration that is being checked.
    current: Option<EcoString>,
    /// What is allowed and probably not meant: said only when nothing is wrong.
    doubts: Vec<Diagnostic>,
    /// What was said about names that are unknown, with the numbers of the messages.
    told: BTreeMap<String, usize>,
}

impl<'a> ModuleChecker<'a> {
    fn new(whole: Whole<'a>, module: &'a Module, others: &'a [Option<Known>]) -> Self {
        let named = module.tree.items.iter().filter_map(|item| item.name());
        let later = named.map(|name| (name.text.clone(), name.span)).collect();
        Self {
            whole,
            module,
            others,
            namespace: Namespace::default(),
            later,
            current: None,
            doubts: Vec::new(),
            told: BTreeMap::new(),
        }
    }

    fn run(mut self, is_entry: bool) -> (Interface, Found) {
        self.link();
        for item in &self.module.tree.items {
            self.item(item);
        }
        if is_entry {
            self.exports();
        } else {
            self.check_exported_names();
        }
        self.say_doubts();
        let interface = self.interface();
        (interface, self.whole.found)
    }

    /// What an imported module shows.
    fn other(&self, index: usize) -> Option<&'a Interface> {
        self.others[index].as_ref().map(|known| &known.interface)
    }

    fn report(&mut self, message: Diagnostic) {
        match self.told_before(&message) {
            Some(earlier) => repeat(&mut self.whole.found.diagnostics[earlier], message),
            None => self.whole.found.diagnostics.push(message),
        }
    }

    /// The number of a message that says of another place what this one says: that the same name is unknown.
    fn told_before(&mut self, message: &Diagnostic) -> Option<usize> {
        let of_names = [
            codes::UNKNOWN_NAME,
            codes::UNKNOWN_TYPE,
            codes::UNKNOWN_METHOD,
            codes::UNKNOWN_FIELD,
        ];
        if !of_names.contains(&message.code) {
            return None;
        }
        match self.told.entry(message.message.clone()) {
            Entry::Occupied(known) => Some(*known.get()),
            Entry::Vacant(new) => {
                new.insert(self.whole.found.diagnostics.len());
                None
            }
        }
    }

    /// Beside mistakes, doubts about the rest would only be in the way.
    fn say_doubts(&mut self) {
        let has_errors = self.whole.found.diagnostics.iter().any(Diagnostic::is_error) || self.module.has_errors();
        if !self.module.is_dependency && !has_errors {
            self.whole.found.diagnostics.append(&mut self.doubts);
            self.warn_of_unused();
        }
    }

    fn add_function(&mut self, function: Function) -> FunctionId {
        let functions = &mut self.whole.found.part.functions;
        functions.push(function);
        FunctionId {
            part: self.whole.number,
            place: functions.len() as u32 - 1,
        }
    }

    fn add_service(&mut self, service: Service) -> ServiceId {
        let services = &mut self.whole.found.part.services;
        services.push(service);
        ServiceId {
            part: self.whole.number,
            place: services.len() as u32 - 1,
        }
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

/// Adds to a message another place where the same holds, and the repair of that place if it is the same. Other names may be in
/// scope there.
fn repeat(earlier: &mut Diagnostic, message: Diagnostic) {
    if earlier.secondary.len() < 4 {
        earlier.secondary.push(Label {
            span: message.span,
            message: "and here".to_owned(),
        });
    }
    if let (Some(fix), Some(more)) = (&mut earlier.fix, message.fix)
        && fix.message == more.message
    {
        fix.edits.extend(more.edits);
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
