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

    /// A declaration with this name that every program can import, such as one of the standard library. It is suggested where
    /// the name is unknown.
    fn importable(&self, _name: &str) -> Option<Importable> {
        None
    }
}

/// A declaration that every program can import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Importable {
    /// The import string of its module.
    pub import: &'static str,
    /// The names of its methods or fields.
    pub members: Vec<&'static str>,
}

/// An import names no module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResolveError {
    /// The candidates that were tried, in order, as shown to the user.
    pub tried: Vec<String>,
    /// A similar import string that exists.
    pub suggestion: Option<String>,
    /// What to do instead, in one line.
    pub help: Option<String>,
}

/// A module exists but can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceReadError {
    /// Reading failed. Holds the reason, as a short phrase.
    #[error("{0}")]
    Unreadable(String),
    /// The content is not UTF-8. Holds the bytes.
    #[error("not UTF-8 text")]
    NotUtf8(Vec<u8>),
}

impl SourceReadError {
    /// The text of a file.
    ///
    /// # Errors
    /// If it is not UTF-8.
    pub fn decode(bytes: Vec<u8>) -> Result<Arc<str>, Self> {
        if Utf16::of(&bytes).is_some() {
            return Err(Self::NotUtf8(bytes));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(text.into()),
            Err(error) => Err(Self::NotUtf8(error.into_bytes())),
        }
    }
}

/// The byte order of UTF-16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Utf16 {
    /// The less significant byte of a code unit is the first.
    LittleEndian,
    /// The more significant byte of a code unit is the first.
    BigEndian,
}

impl Utf16 {
    /// Recognises UTF-16 by its byte order mark, or by its first letter.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xfe, ..] | [1..=255, 0, 1..=255, 0, ..] => Some(Self::LittleEndian),
            [0xfe, 0xff, ..] | [0, 1..=255, 0, 1..=255, ..] => Some(Self::BigEndian),
            _ => None,
        }
    }

    /// The text. Invalid code units are replaced.
    pub(crate) fn decode(self, bytes: &[u8]) -> String {
        let unit = |pair: &[u8; 2]| match self {
            Self::LittleEndian => u16::from_le_bytes(*pair),
            Self::BigEndian => u16::from_be_bytes(*pair),
        };
        let units: Vec<u16> = bytes.as_chunks().0.iter().map(unit).collect();
        String::from_utf16_lossy(&units)
    }
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
                ..ResolveError::default()
            }),
        }
    }

    fn read(&self, id: &str) -> Result<Arc<str>, SourceReadError> {
        let found = self.files.get(id).cloned();
        found.ok_or_else(|| SourceReadError::Unreadable("file not found".to_owned()))
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
