//! What checking found, module by module.
//!
//! A module is checked again only if something that it depends on changed. Modules that do not import each other are checked
//! side by side; what comes out does not depend on who is first.

use super::headers::Interface;
use super::{Found, ModuleChecker, Whole};
use crate::ahead::{InTurn, Work, Workers};
use crate::checked::Program;
use crate::modules::{Graph, Module};
use crate::{Options, codes};
use aqua_diagnostics::{Diagnostic, FileId};
use indexmap::IndexMap;
use std::sync::OnceLock;

/// Checks all modules of a graph.
pub(crate) fn check(graph: &Graph, options: &Options) -> (Program, Vec<Diagnostic>) {
    let mut memory = Memory::default();
    memory.check(graph, options, &InTurn);
    let diagnostics = memory.diagnostics().cloned().collect();
    (memory.program, diagnostics)
}

/// What checking found, module by module.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Parts of all modules; those of modules that were checked again stay, unused.
    program: Program,
    modules: IndexMap<String, Known>,
}

/// What is known of a checked module.
#[derive(Debug)]
pub(super) struct Known {
    is_entry: bool,
    /// The identities of what its headers import.
    imports: Vec<Option<String>>,
    pub(super) interface: Interface,
    diagnostics: Vec<Diagnostic>,
}

/// A module that has to be checked.
struct New<'g> {
    index: usize,
    module: &'g Module,
    is_entry: bool,
    imports: Vec<Option<String>>,
    /// What was known of it.
    before: Option<Known>,
}

impl Memory {
    /// How many unused parts there may be for each used one.
    const UNUSED: usize = 4;

    /// Checks what changed, and what depends on that; says how many modules were checked.
    pub(crate) fn check(&mut self, graph: &Graph, options: &Options, workers: &dyn Workers) -> usize {
        let count = graph.modules.len();
        let mut former = std::mem::take(&mut self.modules);
        if self.program.parts.len() > (count + 1) * Self::UNUSED {
            former.clear();
            self.program = Program::default();
        }
        let replaced: Vec<FileId> = graph.modules.iter().filter(|it| it.is_new).map(|it| it.file).collect();
        let mut entries = vec![false; count];
        graph.entries.iter().for_each(|entry| entries[*entry] = true);
        let mut known: Vec<Option<Known>> = (0..count).map(|_| None).collect();
        let mut changed = vec![false; count];
        let mut checked = 0;
        for wave in waves(graph) {
            let mut new = Vec::new();
            for index in wave {
                let module = &graph.modules[index];
                let is_entry = entries[index];
                let imports = module
                    .imports
                    .iter()
                    .map(|import| Some(graph.modules[(*import)?].id.clone()));
                let imports: Vec<Option<String>> = imports.collect();
                let same = !module.is_new && !module.imports.iter().flatten().any(|import| changed[*import]);
                let stays = |before: &Known| {
                    same && before.is_entry == is_entry && before.imports == imports && !before.speaks_of(&replaced)
                };
                match former.swap_remove(&module.id) {
                    Some(before) if stays(&before) => known[index] = Some(before),
                    before => new.push(New {
                        index,
                        module,
                        is_entry,
                        imports,
                        before,
                    }),
                }
            }
            checked += new.len();
            let found = self.check_wave(graph, options, workers, &new, &known);
            for (new, (interface, found)) in new.into_iter().zip(found) {
                self.program.parts.push(found.part);
                if new.is_entry {
                    // Of several entries, each has exports of its own.
                    self.program.exported_functions = found.exported_functions;
                    self.program.exported_services = found.exported_services;
                }
                let program = &self.program;
                let as_before = new
                    .before
                    .is_some_and(|before| before.interface.shows_the_same(&interface, program));
                changed[new.index] = !as_before;
                let mut diagnostics = found.diagnostics;
                if new.module.is_dependency {
                    keep_grave(&mut diagnostics);
                }
                known[new.index] = Some(Known {
                    is_entry: new.is_entry,
                    imports: new.imports,
                    interface,
                    diagnostics,
                });
            }
        }
        let ids = graph.modules.iter().map(|module| module.id.clone());
        self.modules = ids.zip(known.into_iter().flatten()).collect();
        checked
    }

    /// Checks modules that do not import each other, side by side.
    fn check_wave(
        &self,
        graph: &Graph,
        options: &Options,
        workers: &dyn Workers,
        new: &[New<'_>],
        known: &[Option<Known>],
    ) -> Vec<(Interface, Found)> {
        let first = self.program.parts.len();
        let check = |place: usize, new: &New<'_>| {
            let whole = Whole {
                sources: &graph.sources,
                options,
                before: &self.program,
                number: u32::try_from(first + place).unwrap_or(u32::MAX),
                found: Found::default(),
            };
            ModuleChecker::new(whole, new.module, known).run(new.is_entry)
        };
        let done: Vec<OnceLock<(Interface, Found)>> = new.iter().map(|_| OnceLock::new()).collect();
        let pieces = new.iter().zip(&done).enumerate();
        let pieces = pieces.map(|(place, (new, done))| -> Work<'_> {
            Box::new(move || {
                done.get_or_init(|| check(place, new));
            })
        });
        workers.run(pieces.collect());
        let done = done.into_iter().zip(new).enumerate();
        done.map(|(place, (done, new))| done.into_inner().unwrap_or_else(|| check(place, new)))
            .collect()
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

/// Numbers of modules, those of each wave rising: what a module imports is in a wave before it.
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

/// Nobody who reads the messages can mend a dependency, so of its warnings only those stay that other compilers refuse.
fn keep_grave(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.retain(|message| message.is_error() || message.code == codes::ALREADY_DEFINED);
}
