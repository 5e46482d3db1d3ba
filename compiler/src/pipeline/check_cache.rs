//! Incremental checking: the results of checking, module by module.
//!
//! A module is checked again only if its text or something it depends on changed. Modules that do not import each other are
//! checked in parallel; the result does not depend on the order.

use crate::checked::Program;
use crate::checking::{self, CheckResult, Interface, ModuleContext};
use crate::modules::{Graph, Module};
use crate::{Options, Task, TaskRunner, codes, lints};
use aqua_diagnostics::{Diagnostic, FileId};
use indexmap::IndexMap;
use std::sync::{Arc, OnceLock};

/// The results of checking a graph, kept for the next check of its successor.
#[derive(Debug, Default)]
pub(crate) struct CheckCache {
    /// The parts of all modules. Parts of modules that were checked again stay, unused, until there are too many.
    pub(super) program: Program,
    modules: IndexMap<String, CheckedModule>,
}

/// The cached result of checking a module.
#[derive(Debug)]
struct CheckedModule {
    is_entry: bool,
    /// The identities of the modules that its headers import.
    imports: Vec<Option<String>>,
    interface: Arc<Interface>,
    diagnostics: Vec<Diagnostic>,
}

/// A module that has to be checked.
struct StaleModule<'g> {
    index: usize,
    module: &'g Module,
    is_entry: bool,
    imports: Vec<Option<String>>,
    /// The result of its previous check.
    previous: Option<CheckedModule>,
}

impl CheckCache {
    /// How many unused parts are tolerated for each used one.
    const UNUSED_PARTS: usize = 4;

    /// Checks the modules that changed and those that depend on them. Returns how many modules were checked.
    pub(crate) fn check(&mut self, graph: &Graph, options: &Options, runner: &dyn TaskRunner) -> usize {
        let count = graph.modules.len();
        let mut previous = std::mem::take(&mut self.modules);
        if self.program.parts.len() > (count + 1) * Self::UNUSED_PARTS {
            previous.clear();
            self.program = Program::default();
        }
        let replaced: Vec<FileId> = graph.modules.iter().filter(|it| it.is_new).map(|it| it.file).collect();
        let mut entries = vec![false; count];
        graph.entries.iter().for_each(|entry| entries[*entry] = true);
        let mut modules: Vec<Option<CheckedModule>> = (0..count).map(|_| None).collect();
        let mut interfaces: Vec<Option<Arc<Interface>>> = vec![None; count];
        let mut changed = vec![false; count];
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
                let is_unchanged = !module.is_new && !module.imports.iter().flatten().any(|import| changed[*import]);
                let is_valid = |previous: &CheckedModule| {
                    is_unchanged
                        && previous.is_entry == is_entry
                        && previous.imports == imports
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
                        imports,
                        previous,
                    }),
                }
            }
            checked += stale.len();
            let results = self.check_wave(graph, options, runner, &stale, &interfaces);
            for (stale, result) in stale.into_iter().zip(results) {
                self.program.parts.push(result.part);
                if stale.is_entry {
                    // With several entries, each has its own exports; the last one's are kept.
                    self.program.exported_functions = result.exported_functions;
                    self.program.exported_services = result.exported_services;
                }
                let program = &self.program;
                let is_same = stale
                    .previous
                    .is_some_and(|previous| previous.interface.is_equivalent(&result.interface, program));
                changed[stale.index] = !is_same;
                let interface = Arc::new(result.interface);
                interfaces[stale.index] = Some(Arc::clone(&interface));
                modules[stale.index] = Some(CheckedModule {
                    is_entry: stale.is_entry,
                    imports: stale.imports,
                    interface,
                    diagnostics: result.diagnostics,
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
        let first_part = self.program.parts.len();
        let check = |offset: usize, stale: &StaleModule<'_>| {
            let context = ModuleContext {
                sources: &graph.sources,
                options,
                program: &self.program,
                part: u32::try_from(first_part + offset).unwrap_or(u32::MAX),
                module: stale.module,
                is_entry: stale.is_entry,
                interfaces,
            };
            check_module(context)
        };
        let results: Vec<OnceLock<CheckResult>> = stale.iter().map(|_| OnceLock::new()).collect();
        let tasks = stale.iter().zip(&results).enumerate();
        let tasks = tasks.map(|(offset, (stale, result))| -> Task<'_> {
            Box::new(move || {
                result.get_or_init(|| check(offset, stale));
            })
        });
        runner.run(tasks.collect());
        let results = results.into_iter().zip(stale).enumerate();
        results
            .map(|(offset, (result, stale))| result.into_inner().unwrap_or_else(|| check(offset, stale)))
            .collect()
    }

    /// The diagnostics of all modules, in dependency order.
    pub(crate) fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.modules.values().flat_map(|module| &module.diagnostics)
    }
}

/// Checks one module; runs the lints if it has no errors and belongs to the user.
fn check_module(context: ModuleContext<'_>) -> CheckResult {
    let (module, sources) = (context.module, context.sources);
    let mut result = checking::check_module(context);
    if module.is_dependency {
        retain_errors(&mut result.diagnostics);
    } else if !module.has_errors() && !result.diagnostics.iter().any(Diagnostic::is_error) {
        let functions = result.part.functions.iter();
        let messages = functions.flat_map(|function| lints::check_function(function, sources));
        result.diagnostics.extend(messages);
    }
    result
}

impl CheckedModule {
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

/// Drops the warnings of a dependency, which its users can't fix, except for those that other compilers report as errors.
fn retain_errors(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.retain(|message| message.is_error() || message.code == codes::ALREADY_DEFINED);
}
