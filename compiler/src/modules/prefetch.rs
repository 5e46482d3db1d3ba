//! Reading all modules of a program, one wave of imports at a time. The headers of a wave are parsed in parallel.
//!
//! The result does not depend on the task runner: file ids are assigned in the order of the entries and imports.

use super::{Module, import_of};
use crate::{SourceLoader, Task, TaskRunner};
use aqua_diagnostics::{FileId, Sources};
use aqua_grammar::tree::Header;
use indexmap::{IndexMap, IndexSet};
use std::sync::{Arc, OnceLock};

/// Reads every readable module that the entries need. Returns them by identity, their imports resolved.
pub(super) fn prefetch(
    loader: &dyn SourceLoader,
    entries: &[&str],
    runner: &dyn TaskRunner,
    sources: &mut Sources,
) -> IndexMap<String, Module> {
    let mut modules = IndexMap::new();
    let mut seen: IndexSet<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
    let mut wave_start = 0;
    while wave_start < seen.len() {
        let wave = seen[wave_start..].iter();
        // Unreadable modules are skipped here and reported when their import is followed.
        let texts = wave.filter_map(|id| Some((id.clone(), loader.read(id).ok()?)));
        let texts: Vec<(String, FileId, Arc<str>)> = texts
            .map(|(id, text)| {
                let file = sources.add(loader.display_name(&id), text.clone());
                (id, file, text)
            })
            .collect();
        wave_start = seen.len();
        let headers: Vec<OnceLock<Vec<Header>>> = texts.iter().map(|_| OnceLock::new()).collect();
        let tasks = texts.iter().zip(&headers).map(|((_, file, text), result)| -> Task<'_> {
            Box::new(move || {
                result.get_or_init(|| aqua_grammar::headers(*file, text));
            })
        });
        runner.run(tasks.collect());
        for ((id, file, text), headers) in texts.into_iter().zip(headers) {
            let headers = headers
                .into_inner()
                .unwrap_or_else(|| aqua_grammar::headers(file, &text));
            let mut module = Module::new(id, file, headers, loader);
            let imports = module.headers.iter().map(import_of);
            let resolved = imports.map(|import| import.map(|(import, _)| loader.resolve(import, &module.id)));
            module.resolved = resolved.collect();
            seen.extend(module.resolved.iter().flatten().flatten().cloned());
            modules.insert(module.id.clone(), module);
        }
    }
    modules
}
