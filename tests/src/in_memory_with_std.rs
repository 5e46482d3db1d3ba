//! Sources in memory that can import the standard modules.

use aqua_compiler::{Importable, InMemory, ResolveError, SourceLoader, SourceReadError};
use aqua_project::FileLoader;
use std::sync::Arc;

/// Sources in memory and the standard modules.
#[derive(Debug)]
pub struct InMemoryWithStd {
    sources: InMemory,
    standard: FileLoader,
}

impl InMemoryWithStd {
    /// These sources and the standard modules.
    pub fn new(sources: InMemory) -> Self {
        Self {
            sources,
            standard: FileLoader::new(Vec::new()),
        }
    }

    fn loader(&self, path: &str) -> &dyn SourceLoader {
        match path.starts_with(aqua_stdlib::PREFIX) {
            true => &self.standard,
            false => &self.sources,
        }
    }
}

impl SourceLoader for InMemoryWithStd {
    fn resolve(&self, import: &str, importer: &str) -> Result<String, ResolveError> {
        let path = match importer.starts_with(aqua_stdlib::PREFIX) {
            true => importer,
            false => import,
        };
        self.loader(path).resolve(import, importer)
    }

    fn read(&self, id: &str) -> Result<Arc<str>, SourceReadError> {
        self.loader(id).read(id)
    }

    fn is_dependency(&self, id: &str) -> bool {
        self.loader(id).is_dependency(id)
    }

    fn importable(&self, name: &str) -> Option<Importable> {
        self.standard.importable(name)
    }
}
