//! Incremental checking of programs that share modules, for editors and watchers.
//!
//! A [`Workspace`] keeps what it read and checked. When texts change, only these are read again, only they and the modules whose
//! imports changed are checked again, and only exports that may call changed functions are lowered again. The diagnostics are the
//! same as those of [`check`](crate::check) on the same sources.

use super::exports::distinct;
use super::{CheckCache, KeptBodies, missing_header, suggested_imports};
use crate::modules::{self, Graph, PreviousGraph};
use crate::{Options, SourceLoader, TaskRunner};
use aqua_diagnostics::{Diagnostic, Sources};
use std::collections::BTreeSet;

/// Several programs that share modules, in the state of their last check.
#[derive(Debug, Default)]
pub struct Workspace {
    options: Options,
    graph: Graph,
    cache: CheckCache,
}

/// What may have changed since the last check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changes {
    /// Only the texts of these modules, by identity. No module was added or removed.
    Texts(BTreeSet<String>),
    /// Anything: all texts are compared and all imports are resolved again.
    Anything,
}

impl Workspace {
    /// A workspace without checked programs. [`Options::entry`] is ignored.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    /// Checks the programs whose entry modules are `entries`. Returns how many modules had to be checked.
    ///
    /// The runner parses and checks modules in parallel; the result does not depend on it.
    pub fn check(
        &mut self,
        loader: &dyn SourceLoader,
        entries: &[&str],
        changes: Changes,
        runner: &dyn TaskRunner,
    ) -> usize {
        let changed = match changes {
            Changes::Texts(changed) => Some(changed),
            Changes::Anything => None,
        };
        let previous = PreviousGraph::of(std::mem::take(&mut self.graph), changed);
        let previous = previous.prefetch(loader, entries, runner);
        self.graph = modules::load(loader, entries, previous);
        let checked = self
            .cache
            .check(&self.graph, &self.options, KeptBodies::Exported, runner);
        self.cache.lower_exports(&self.graph, &self.options, runner);
        missing_header::complete(self.cache.diagnostics_mut(), &self.graph);
        suggested_imports::add(self.cache.diagnostics_mut(), &self.graph, loader);
        checked
    }

    /// All source texts that the messages point into.
    pub fn sources(&self) -> &Sources {
        &self.graph.sources
    }

    /// Diagnostics in the order in which they are shown.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        // Programs that inline the same code have the same errors.
        distinct(self.graph.diagnostics.iter().chain(self.cache.diagnostics()).cloned())
    }

    /// The identities of all modules of the programs.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        self.graph.modules.iter().map(|module| module.id.as_str())
    }

    /// Whether a module of this identity belongs to the programs.
    pub fn contains(&self, id: &str) -> bool {
        self.graph.modules.iter().any(|module| module.id == id)
    }
}
