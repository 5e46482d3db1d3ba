//! Programs that are checked again and again while somebody works on them.
//!
//! A [`Workspace`] remembers what it read and found. When texts change, only they are parsed again, and only they and the
//! modules that import something else than before are checked again. What it says is what [`check`](crate::check) says of the same
//! sources.

use crate::checking::Memory;
use crate::modules::{self, Former, Graph};
use crate::{Options, SourceLoader, Workers};
use aqua_diagnostics::{Diagnostic, Sources};
use std::collections::BTreeSet;

/// Several programs that share modules, as they were when they were last checked.
#[derive(Debug, Default)]
pub struct Workspace {
    options: Options,
    graph: Graph,
    memory: Memory,
}

/// What may differ from the last time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changes {
    /// The texts of these modules, by identity; no module came or went.
    Texts(BTreeSet<String>),
    /// Anything: every text is compared, every import is looked for again.
    Anything,
}

impl Workspace {
    /// A workspace in which nothing was checked yet. The options' entry is not looked at.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    /// Checks the programs that begin in the modules `entries`; gives how many modules were checked for that.
    /// What comes out does not depend on the workers, which parse and check modules side by side.
    pub fn check(
        &mut self,
        loader: &dyn SourceLoader,
        entries: &[&str],
        changes: Changes,
        workers: &dyn Workers,
    ) -> usize {
        let changed = match changes {
            Changes::Texts(changed) => Some(changed),
            Changes::Anything => None,
        };
        let former = Former::of(std::mem::take(&mut self.graph), changed);
        let former = former.read_ahead(loader, entries, workers);
        self.graph = modules::load(loader, entries, former);
        self.memory.check(&self.graph, &self.options, workers)
    }

    /// All texts that messages point into.
    pub fn sources(&self) -> &Sources {
        &self.graph.sources
    }

    /// What is wrong, sorted as it is shown.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let mut diagnostics = self.graph.diagnostics();
        diagnostics.extend(self.memory.diagnostics().cloned());
        Diagnostic::sort(&mut diagnostics);
        diagnostics
    }

    /// The identities of all modules that were read.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        self.graph.modules.iter().map(|module| module.id.as_str())
    }

    /// Whether a module of this identity was read.
    pub fn contains(&self, id: &str) -> bool {
        self.graph.modules.iter().any(|module| module.id == id)
    }
}
