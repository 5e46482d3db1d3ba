//! Where sources come from: a trait, so that compilation itself touches nothing outside.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Finds and reads modules. Modules are known by an identity, a string that the loader chooses (such as a real path): two
/// imports mean the same module when their identities are equal.
pub trait SourceLoader {
    /// The identity of what an import string names in the module `importer`.
    ///
    /// # Errors
    /// With what was tried, when nothing is found.
    fn resolve(&self, import: &str, importer: &str) -> Result<String, Unresolved>;

    /// The text of a module.
    ///
    /// # Errors
    /// With the reason, when it can't be read.
    fn read(&self, id: &str) -> Result<Arc<str>, Unreadable>;

    /// Whether the module is somebody else's, so that its style is not the reader's concern.
    fn is_dependency(&self, id: &str) -> bool;

    /// The name of a module in messages.
    fn shown(&self, id: &str) -> String {
        id.to_owned()
    }
}

/// An import that names no module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unresolved {
    /// What was looked at, in order, as it is shown to the user.
    pub tried: Vec<String>,
    /// The import string that was probably meant.
    pub suggestion: Option<String>,
}

/// A module that is there but can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unreadable {
    /// Why, in a few words.
    pub reason: String,
}

/// Sources in memory, by path: for tests, playgrounds and generated programs.
///
/// An import is looked for beside the importing file, then below the folders of the longest matching prefix.
#[derive(Debug, Clone, Default)]
pub struct InMemory {
    files: BTreeMap<String, Arc<str>>,
    folders: BTreeMap<String, Vec<String>>,
}

impl InMemory {
    /// No sources.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a file at a path such as `lib/a.aqua`.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        self.files.insert(path.into(), text.into());
        self
    }

    /// With folders in which imports that begin with `prefix` are looked for, the prefix dropped. Files below them are
    /// dependencies.
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
                .map(|folder| normal(&format!("{folder}/{}", &import[prefix.len()..])))
        });
        std::iter::once(normal(&format!("{folder}/{import}")))
            .chain(searched)
            .collect()
    }
}

impl SourceLoader for InMemory {
    fn resolve(&self, import: &str, importer: &str) -> Result<String, Unresolved> {
        let import = if import.ends_with(".aqua") {
            import.to_owned()
        } else {
            format!("{import}.aqua")
        };
        let tried = self.candidates(&import, importer);
        match tried.iter().find(|path| self.files.contains_key(*path)) {
            Some(path) => Ok(path.clone()),
            None => Err(Unresolved {
                tried,
                suggestion: None,
            }),
        }
    }

    fn read(&self, id: &str) -> Result<Arc<str>, Unreadable> {
        self.files.get(id).cloned().ok_or_else(|| Unreadable {
            reason: "there is no such file".into(),
        })
    }

    fn is_dependency(&self, id: &str) -> bool {
        self.folders
            .values()
            .flatten()
            .any(|folder| id.starts_with(&format!("{folder}/")))
    }
}

/// The path without `.`, `..` and doubled slashes.
fn normal(path: &str) -> String {
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
    fn the_longest_prefix_alone_is_searched() {
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
