//! Access to sources: the compiler reads modules through a trait and does no I/O itself.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Resolves imports and reads modules.
///
/// A module is identified by a string that the loader chooses, such as a canonical path: two imports mean the same module if
/// they resolve to the same identity.
pub trait SourceLoader {
    /// Resolves an import string in the module `importer` to the identity of the imported module.
    ///
    /// # Errors
    /// If there is no such module.
    fn resolve(&self, import: &str, importer: &str) -> Result<String, ResolveError>;

    /// Reads the text of a module.
    ///
    /// # Errors
    /// If the module can't be read.
    fn read(&self, id: &str) -> Result<Arc<str>, SourceReadError>;

    /// Whether the module is outside of the user's project. Warnings about dependencies are not reported.
    fn is_dependency(&self, id: &str) -> bool;

    /// The name of a module in messages; its identity by default.
    fn display_name(&self, id: &str) -> String {
        id.to_owned()
    }
}

/// An import names no module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResolveError {
    /// The candidates that were tried, in order, as shown to the user.
    pub tried: Vec<String>,
    /// A similar import string that exists.
    pub suggestion: Option<String>,
}

/// A module exists but can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct SourceReadError {
    /// The reason, as a short phrase.
    pub reason: String,
}

/// A loader of sources in memory, by path: for tests, playgrounds and generated programs.
///
/// An import is resolved relative to the importing file, then relative to the folders of the longest matching prefix.
#[derive(Debug, Clone, Default)]
pub struct InMemory {
    files: BTreeMap<String, Arc<str>>,
    folders: BTreeMap<String, Vec<String>>,
}

impl InMemory {
    /// A loader without sources.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file at a path such as `lib/a.aqua`.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        self.files.insert(path.into(), text.into());
        self
    }

    /// Adds folders that are searched for imports that begin with `prefix`; the prefix is removed first. Files in these
    /// folders are dependencies.
    #[must_use]
    pub fn with_folders(mut self, prefix: impl Into<String>, folders: impl IntoIterator<Item = String>) -> Self {
        self.folders.insert(prefix.into(), folders.into_iter().collect());
        self
    }

    fn candidates(&self, import: &str, importer: &str) -> Vec<String> {
        let folder = importer.rsplit_once('/').map_or("", |(folder, _)| folder);
        let prefixes = self
            .folders
            .iter()
            .filter(|(prefix, _)| import.starts_with(prefix.as_str()));
        let longest = prefixes.max_by_key(|(prefix, _)| prefix.len());
        let searched = longest.into_iter().flat_map(|(prefix, folders)| {
            folders
                .iter()
                .map(|folder| normalized(&format!("{folder}/{}", &import[prefix.len()..])))
        });
        std::iter::once(normalized(&format!("{folder}/{import}")))
            .chain(searched)
            .collect()
    }
}

impl SourceLoader for InMemory {
    fn resolve(&self, import: &str, importer: &str) -> Result<String, ResolveError> {
        let import = if import.ends_with(".aqua") {
            import.to_owned()
        } else {
            format!("{import}.aqua")
        };
        let tried = self.candidates(&import, importer);
        match tried.iter().find(|path| self.files.contains_key(*path)) {
            Some(path) => Ok(path.clone()),
            None => Err(ResolveError {
                tried,
                suggestion: None,
            }),
        }
    }

    fn read(&self, id: &str) -> Result<Arc<str>, SourceReadError> {
        self.files.get(id).cloned().ok_or_else(|| SourceReadError {
            reason: "file not found".into(),
        })
    }

    fn is_dependency(&self, id: &str) -> bool {
        self.folders
            .values()
            .flatten()
            .any(|folder| id.starts_with(&format!("{folder}/")))
    }
}

/// Removes `.`, `..` and empty components from a path.
fn normalized(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_folders_of_the_longest_prefix_are_searched() {
        let sources = InMemory::new()
            .with("src/a.aqua", "")
            .with("lib/x/b.aqua", "")
            .with_folders("", ["lib".to_owned()])
            .with_folders("@x/", ["lib/x".to_owned()]);
        assert_eq!(sources.resolve("./a", "src/main.aqua").as_deref(), Ok("src/a.aqua"));
        assert_eq!(
            sources.resolve("../src/a.aqua", "src/main.aqua").as_deref(),
            Ok("src/a.aqua")
        );
        assert_eq!(
            sources.resolve("@x/b.aqua", "src/main.aqua").as_deref(),
            Ok("lib/x/b.aqua")
        );
        let missing = sources.resolve("@x/c.aqua", "src/main.aqua").expect_err("no such file");
        assert_eq!(missing.tried, ["src/@x/c.aqua", "lib/x/c.aqua"]);
        assert!(sources.is_dependency("lib/x/b.aqua") && !sources.is_dependency("src/a.aqua"));
    }
}
