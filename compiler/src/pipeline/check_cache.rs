//! Incremental checking: the results of checking, module by module, and of lowering the exports of each entry.
//!
//! A module is parsed when it is checked, and its tree is dropped afterwards: what importers need is in its [`Interface`]. It is
//! checked again only if its text or something it depends on changed. Modules that do not import each other are
//! checked in parallel; the result does not depend on the order.

use super::exports::lowering_errors;
use crate::checked::{Function, Program};
use crate::checking::{self, CheckResult, Comparison, Exports, Interface, ModuleContext};
use crate::modules::{Graph, Module};
use crate::{Options, Task, TaskRunner, codes, lints};
use aqua_diagnostics::{Diagnostic, FileId};
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// The results of checking a graph, kept for the next check of its successor.
#[derive(Debug, Default)]
pub(crate) struct CheckCache {
    program: Program,
    modules: IndexMap<String, CheckedModule>,
}

/// The cached result of checking a module.
#[derive(Debug)]
struct CheckedModule {
    is_entry: bool,
    /// The identities of the modules that its headers import.
    imports: Vec<Option<String>>,
    interface: Arc<Interface>,
    exports: Exports,
    /// Diagnostics about its syntax, names and types, and lints.
    diagnostics: Vec<Diagnostic>,
    /// Whether the bodies of its functions were kept.
    has_bodies: bool,
    /// The errors of lowering its exports; `None` until they are lowered.
    lowering: Option<Vec<Diagnostic>>,
}

/// A module that has to be checked.
struct StaleModule<'g> {
    index: usize,
    module: &'g Module,
    is_entry: bool,
    needs_bodies: bool,
    imports: Vec<Option<String>>,
    /// The interface of its previous check.
    previous: Option<Arc<Interface>>,
}

/// The function bodies that are kept after a check. Importers need signatures only, and bodies take most of the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeptBodies {
    /// Those of all modules.
    All,
    /// Those of modules that an entry with exports needs, directly or indirectly: they are lowered.
    Exported,
}

impl KeptBodies {
    /// For each module, whether its bodies are kept.
    fn of_modules(self, graph: &Graph) -> Vec<bool> {
        let mut needed = vec![self == Self::All; graph.modules.len()];
        for entry in &graph.entries {
            needed[*entry] |= graph.modules[*entry].has_exports();
        }
        for index in (0..needed.len()).rev() {
            if needed[index] {
                let imports = graph.modules[index].imports.iter().flatten();
                imports.for_each(|import| needed[*import] = true);
            }
        }
        needed
    }
}

impl CheckCache {
    /// Checks the modules that changed and those that depend on them. Returns how many modules were checked.
    pub(crate) fn check(
        &mut self,
        graph: &Graph,
        options: &Options,
        kept: KeptBodies,
        runner: &dyn TaskRunner,
    ) -> usize {
        let needs_bodies = kept.of_modules(graph);
        let count = graph.modules.len();
        let mut previous = std::mem::take(&mut self.modules);
        let replaced: Vec<FileId> = graph.modules.iter().filter(|it| it.is_new).map(|it| it.file).collect();
        let mut entries = vec![false; count];
        graph.entries.iter().for_each(|entry| entries[*entry] = true);
        let mut modules: Vec<Option<CheckedModule>> = (0..count).map(|_| None).collect();
        let mut interfaces: Vec<Option<Arc<Interface>>> = vec![None; count];
        let mut changed = BTreeSet::new();
        let mut checked = 0;
        for wave in waves(graph) {
            let mut stale = Vec::new();
            for index in wave {
                let module = &graph.modules[index];
                let is_entry = entries[index];
                let imports = module
                    .imports
                    .iter()
                    .map(|import| Some(graph.modules[(*import)?].id.clone()));
                let imports: Vec<Option<String>> = imports.collect();
                let mut imported = module
                    .imports
                    .iter()
                    .flatten()
                    .map(|import| graph.modules[*import].file);
                let is_unchanged = !module.is_new && !imported.any(|import| changed.contains(&import));
                let is_valid = |previous: &CheckedModule| {
                    is_unchanged
                        && previous.is_entry == is_entry
                        && previous.imports == imports
                        && (previous.has_bodies || !needs_bodies[index])
                        && !previous.refers_to(&replaced)
                };
                match previous.swap_remove(&module.id) {
                    Some(previous) if is_valid(&previous) => {
                        interfaces[index] = Some(Arc::clone(&previous.interface));
                        modules[index] = Some(previous);
                    }
                    previous => stale.push(StaleModule {
                        index,
                        module,
                        is_entry,
                        needs_bodies: needs_bodies[index],
                        imports,
                        previous: previous.map(|previous| previous.interface),
                    }),
                }
            }
            checked += stale.len();
            let results = self.check_wave(graph, options, runner, &stale, &interfaces);
            for (stale, result) in stale.into_iter().zip(results) {
                let file = stale.module.file;
                let replaced = self.program.set_part(file.0, result.part);
                let comparison = Comparison {
                    file,
                    previous: &replaced,
                    current: &self.program.parts[file.0 as usize],
                    changed: &changed,
                };
                let is_same = stale
                    .previous
                    .is_some_and(|previous| previous.is_equivalent(&result.interface, &comparison));
                if !is_same {
                    changed.insert(file);
                }
                let interface = Arc::new(result.interface);
                interfaces[stale.index] = Some(Arc::clone(&interface));
                modules[stale.index] = Some(CheckedModule {
                    is_entry: stale.is_entry,
                    imports: stale.imports,
                    interface,
                    exports: result.exports,
                    diagnostics: result.diagnostics,
                    has_bodies: stale.needs_bodies,
                    lowering: None,
                });
            }
        }
        let ids = graph.modules.iter().map(|module| module.id.clone());
        self.modules = ids.zip(modules.into_iter().flatten()).collect();
        checked
    }

    /// Checks modules that do not import each other, in parallel.
    fn check_wave(
        &self,
        graph: &Graph,
        options: &Options,
        runner: &dyn TaskRunner,
        stale: &[StaleModule<'_>],
        interfaces: &[Option<Arc<Interface>>],
    ) -> Vec<CheckResult> {
        let check = |stale: &StaleModule<'_>| stale.check(graph, options, &self.program, interfaces);
        in_parallel(runner, stale, check)
    }

    /// Lowers the exported functions of entries that changed or that import a module that did, directly or indirectly, for their
    /// errors. Programs with other errors are not lowered.
    pub(crate) fn lower_exports(&mut self, graph: &Graph, options: &Options, runner: &dyn TaskRunner) {
        let mut is_stale: Vec<bool> = Vec::with_capacity(graph.modules.len());
        let mut has_errors: Vec<bool> = Vec::with_capacity(graph.modules.len());
        for (module, checked) in graph.modules.iter().zip(self.modules.values()) {
            let mut imports = module.imports.iter().flatten();
            is_stale.push(checked.lowering.is_none() || imports.clone().any(|import| is_stale[*import]));
            let own_errors = module.has_broken_imports() || checked.has_errors();
            has_errors.push(own_errors || imports.any(|import| has_errors[*import]));
        }
        let (program, modules) = (&self.program, &self.modules);
        let stale: Vec<usize> = (0..is_stale.len()).filter(|index| is_stale[*index]).collect();
        let exporting = |index: &usize| !has_errors[*index] && !modules[*index].exports.functions.is_empty();
        let lowered: Vec<usize> = stale.iter().copied().filter(exporting).collect();
        let errors = in_parallel(runner, &lowered, |index| {
            lowering_errors(program, modules[*index].exports.functions.values(), options)
        });
        for index in stale {
            self.modules[index].lowering = Some(Vec::new());
        }
        for (index, errors) in lowered.into_iter().zip(errors) {
            self.modules[index].lowering = Some(errors);
        }
    }

    /// The diagnostics of all modules, in dependency order.
    pub(crate) fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        let modules = self.modules.values();
        modules.flat_map(|module| module.diagnostics.iter().chain(module.lowering.iter().flatten()))
    }

    /// The program with the exports of this entry.
    pub(crate) fn into_program(mut self, entry: &str) -> Program {
        if let Some(module) = self.modules.swap_remove(entry) {
            self.program.exported_functions = module.exports.functions;
            self.program.exported_services = module.exports.services;
        }
        self.program
    }

    /// The same, to be changed.
    pub(crate) fn diagnostics_mut(&mut self) -> impl Iterator<Item = &mut Diagnostic> {
        self.modules.values_mut().flat_map(|module| &mut module.diagnostics)
    }
}

/// The results of independent operations, in the order of their inputs.
fn in_parallel<T: Sync, R: Send + Sync>(
    runner: &dyn TaskRunner,
    inputs: &[T],
    operation: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let results: Vec<OnceLock<R>> = inputs.iter().map(|_| OnceLock::new()).collect();
    let operation = &operation;
    let tasks = inputs.iter().zip(&results).map(|(input, result)| -> Task<'_> {
        Box::new(move || {
            result.get_or_init(|| operation(input));
        })
    });
    runner.run(tasks.collect());
    let results = results.into_iter().zip(inputs);
    results
        .map(|(result, input)| result.into_inner().unwrap_or_else(|| operation(input)))
        .collect()
}

impl StaleModule<'_> {
    /// Parses and checks the module; runs the lints if it has no errors and belongs to the user.
    fn check(
        &self,
        graph: &Graph,
        options: &Options,
        program: &Program,
        interfaces: &[Option<Arc<Interface>>],
    ) -> CheckResult {
        let (module, sources) = (self.module, &graph.sources);
        let text = sources.get(module.file).map_or("", |source| &source.text);
        let mut parsed = aqua_grammar::parse(module.file, text);
        let syntax = syntax_diagnostics(std::mem::take(&mut parsed.diagnostics), module);
        let has_syntax_errors = syntax.iter().any(Diagnostic::is_error);
        let mut result = checking::check_module(ModuleContext {
            sources,
            options,
            program,
            module,
            parsed: &parsed,
            has_syntax_errors,
            is_entry: self.is_entry,
            interfaces,
        });
        if module.is_dependency {
            retain_errors(&mut result.diagnostics);
        } else if result.is_complete && !has_syntax_errors && !result.diagnostics.iter().any(Diagnostic::is_error) {
            let functions = result.part.functions.iter();
            let messages = functions.flat_map(|function| lints::check_function(function, sources));
            result.diagnostics.extend(messages);
        }
        result.diagnostics.extend(syntax);
        if !self.needs_bodies {
            result.part.functions.iter_mut().for_each(Function::drop_body);
        }
        result
    }
}

impl CheckedModule {
    fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Whether a message has a secondary label or an edit in one of these files.
    fn refers_to(&self, files: &[FileId]) -> bool {
        let refers = |message: &Diagnostic| {
            let labels = message.secondary.iter().map(|label| label.span);
            let edits = message.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
            labels.chain(edits).any(|span| files.contains(&span.file))
        };
        self.diagnostics.iter().any(refers)
    }
}

/// Indices of modules in waves: a module's imports are in earlier waves.
fn waves(graph: &Graph) -> Vec<Vec<usize>> {
    let mut levels: Vec<usize> = Vec::with_capacity(graph.modules.len());
    let mut waves: Vec<Vec<usize>> = Vec::new();
    for (index, module) in graph.modules.iter().enumerate() {
        let imported = module.imports.iter().flatten().map(|import| levels[*import] + 1);
        let level = imported.max().unwrap_or(0);
        levels.push(level);
        if level == waves.len() {
            waves.push(Vec::new());
        }
        waves[level].push(index);
    }
    waves
}

/// The diagnostics about the syntax of a module. Its users can't fix an outdated header of a dependency, so that is a warning.
fn syntax_diagnostics(diagnostics: Vec<Diagnostic>, module: &Module) -> Vec<Diagnostic> {
    let adjusted = |message: Diagnostic| match module.is_dependency && is_header_style(&message) {
        true => message.as_warning(),
        false => message,
    };
    diagnostics.into_iter().map(adjusted).collect()
}

/// Whether the message is about an outdated header.
fn is_header_style(message: &Diagnostic) -> bool {
    [
        aqua_grammar::codes::MISSING_HEADER,
        aqua_grammar::codes::OBSOLETE_HEADER,
    ]
    .contains(&message.code)
}

/// Drops the warnings of a dependency, which its users can't fix, except for those that other compilers report as errors.
fn retain_errors(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.retain(|message| message.is_error() || message.code == codes::ALREADY_DEFINED);
}
