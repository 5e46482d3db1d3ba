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
mod unused;
mod values;

use crate::checked::{Builtin, FunctionId, Literal, Program, ServiceId, Value, ValueKind};
use crate::modules::{Graph, Module};
use crate::typing::{Scalar, ScalarSet, Type};
use crate::{Options, codes};
use aqua_diagnostics::{Diagnostic, FileId, Label, Sources, Span};
use ecow::EcoString;
use headers::Interface;
use indexmap::IndexMap;
use namespace::Namespace;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Checks all modules of a graph.
pub(crate) fn check(graph: &Graph, options: &Options) -> (Program, Vec<Diagnostic>) {
    let mut memory = Memory::default();
    memory.check(graph, options);
    let diagnostics = memory.diagnostics().cloned().collect();
    (memory.program, diagnostics)
}

/// What checking found, module by module, so that a module is checked again only if something that it depends on changed.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Functions and services of all modules; those of modules that were checked again stay, unused.
    program: Program,
    modules: IndexMap<String, Known>,
}

/// What is known of a checked module.
#[derive(Debug)]
struct Known {
    is_entry: bool,
    /// The identities of what its headers import.
    imports: Vec<Option<String>>,
    interface: Interface,
    diagnostics: Vec<Diagnostic>,
}

impl Memory {
    /// How many unused functions there may be for each used one.
    const UNUSED: usize = 4;

    /// Checks what changed, and what depends on that; says how many modules were checked.
    pub(crate) fn check(&mut self, graph: &Graph, options: &Options) -> usize {
        let used: usize = graph.modules.iter().map(|module| module.tree.items.len()).sum();
        let mut former = std::mem::take(&mut self.modules);
        if self.program.functions.len() > (used + 1) * Self::UNUSED {
            former.clear();
            self.program = Program::default();
        }
        let mut whole = Whole {
            sources: &graph.sources,
            options,
            program: std::mem::take(&mut self.program),
            diagnostics: Vec::new(),
        };
        let mut known: Vec<Known> = Vec::with_capacity(graph.modules.len());
        let mut changed = vec![false; graph.modules.len()];
        let replaced: Vec<FileId> = graph.modules.iter().filter(|it| it.is_new).map(|it| it.file).collect();
        let mut checked = 0;
        let mut entries = vec![false; graph.modules.len()];
        graph.entries.iter().for_each(|entry| entries[*entry] = true);
        for (index, module) in graph.modules.iter().enumerate() {
            let is_entry = entries[index];
            let imports = module
                .imports
                .iter()
                .map(|import| Some(graph.modules[(*import)?].id.clone()));
            let imports: Vec<Option<String>> = imports.collect();
            let before = former.swap_remove(&module.id);
            let same = !module.is_new && !module.imports.iter().flatten().any(|import| changed[*import]);
            let before = match before {
                Some(known_before)
                    if same
                        && known_before.is_entry == is_entry
                        && known_before.imports == imports
                        && !known_before.speaks_of(&replaced) =>
                {
                    known.push(known_before);
                    continue;
                }
                before => before,
            };
            checked += 1;
            let interface = ModuleChecker::new(&mut whole, module, &known).run(is_entry);
            let as_before = before.is_some_and(|before| before.interface.shows_the_same(&interface, &whole.program));
            changed[index] = !as_before;
            let mut diagnostics = std::mem::take(&mut whole.diagnostics);
            if module.is_dependency {
                keep_grave(&mut diagnostics);
            }
            known.push(Known {
                is_entry,
                imports,
                interface,
                diagnostics,
            });
        }
        self.program = whole.program;
        let ids = graph.modules.iter().map(|module| module.id.clone());
        self.modules = ids.zip(known).collect();
        checked
    }

    /// Everything that is wrong, module by module.
    pub(crate) fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.modules.values().flat_map(|known| &known.diagnostics)
    }
}

impl Known {
    /// Whether a message points into one of these files.
    fn speaks_of(&self, files: &[FileId]) -> bool {
        let concerned = |message: &Diagnostic| {
            let places = message.secondary.iter().map(|label| label.span);
            let edits = message.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
            places.chain(edits).any(|span| files.contains(&span.file))
        };
        self.diagnostics.iter().any(concerned)
    }
}

/// Nobody who reads the messages can mend a dependency, so of its warnings only those stay that other compilers refuse.
fn keep_grave(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.retain(|message| message.is_error() || message.code == codes::ALREADY_DEFINED);
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
    /// The modules before this one.
    others: &'w [Known],
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

impl<'a, 'w> ModuleChecker<'a, 'w> {
    fn new(whole: &'w mut Whole<'a>, module: &'a Module, others: &'w [Known]) -> Self {
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
        self.say_doubts();
        self.interface()
    }

    fn report(&mut self, message: Diagnostic) {
        match self.told_before(&message) {
            Some(earlier) => repeat(&mut self.whole.diagnostics[earlier], message),
            None => self.whole.diagnostics.push(message),
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
        let replacement = message.fix.as_ref().map_or("", |fix| fix.message.as_str());
        let what = format!("{}\n{replacement}", message.message);
        match self.told.entry(what) {
            Entry::Occupied(known) => Some(*known.get()),
            Entry::Vacant(new) => {
                new.insert(self.whole.diagnostics.len());
                None
            }
        }
    }

    /// Beside mistakes, doubts about the rest would only be in the way.
    fn say_doubts(&mut self) {
        let has_errors = self.whole.diagnostics.iter().any(Diagnostic::is_error) || self.module.has_errors();
        if !self.module.is_dependency && !has_errors {
            self.whole.diagnostics.append(&mut self.doubts);
            self.warn_of_unused();
        }
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

/// Adds to a message another place where the same holds, and the repair of that place.
fn repeat(earlier: &mut Diagnostic, message: Diagnostic) {
    if earlier.secondary.len() < 4 {
        earlier.secondary.push(Label {
            span: message.span,
            message: "and here".to_owned(),
        });
    }
    if let (Some(fix), Some(more)) = (&mut earlier.fix, message.fix) {
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
