//! Reading ahead: all modules of a program, a wave of imports at a time, the modules of a wave parsed side by side.
//!
//! What comes out does not depend on the workers: files get their numbers in the order of the entries and imports.

use crate::SourceLoader;
use crate::modules::{Module, imported};
use aqua_diagnostics::{FileId, Sources};
use aqua_grammar::Parsed;
use indexmap::{IndexMap, IndexSet};
use std::sync::{Arc, OnceLock};

/// A piece of work that depends on no other.
pub type Work<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Does pieces of work in any order, perhaps several at once. All are done when it returns.
pub trait Workers {
    /// Does them.
    fn run(&self, work: Vec<Work<'_>>);
}

/// One piece of work after the other.
#[derive(Debug, Clone, Copy, Default)]
pub struct InTurn;

impl Workers for InTurn {
    fn run(&self, work: Vec<Work<'_>>) {
        work.into_iter().for_each(|piece| piece());
    }
}

/// Every module that can be read and that the entries need, by identity, with what its imports mean.
pub(crate) fn read(
    loader: &dyn SourceLoader,
    entries: &[&str],
    workers: &dyn Workers,
    sources: &mut Sources,
) -> IndexMap<String, Module> {
    let mut modules = IndexMap::new();
    let mut seen: IndexSet<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
    let mut begun = 0;
    while begun < seen.len() {
        let wave = seen[begun..].iter();
        // What can't be read is told by whoever follows the import.
        let texts = wave.filter_map(|id| Some((id.clone(), loader.read(id).ok()?)));
        let texts: Vec<(String, FileId, Arc<str>)> = texts
            .map(|(id, text)| {
                let file = sources.add(loader.shown(&id), text.clone());
                (id, file, text)
            })
            .collect();
        begun = seen.len();
        let parsed: Vec<OnceLock<Parsed>> = texts.iter().map(|_| OnceLock::new()).collect();
        let pieces = texts.iter().zip(&parsed).map(|((_, file, text), place)| -> Work<'_> {
            Box::new(move || {
                place.get_or_init(|| aqua_grammar::parse(*file, text));
            })
        });
        workers.run(pieces.collect());
        for ((id, file, text), parsed) in texts.into_iter().zip(parsed) {
            let parsed = parsed.into_inner().unwrap_or_else(|| aqua_grammar::parse(file, &text));
            let mut module = Module::new(id, file, parsed, loader);
            let headers = module.tree.headers.iter().map(imported);
            let resolved = headers.map(|import| import.map(|(import, _)| loader.resolve(import, &module.id)));
            module.resolved = resolved.collect();
            seen.extend(module.resolved.iter().flatten().flatten().cloned());
            modules.insert(module.id.clone(), module);
        }
    }
    modules
}
