//! Import folders by importing folder and import prefix, for projects in which importers use different package folders.

use crate::Error;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// `{ importer: { prefix: folders } }`.
///
/// Selects the longest `importer` that is the importing file or a folder above it, then the longest `prefix` of the import.
/// The rest of the import is searched in the folders, in order. Shorter entries are not tried. `"/"` matches every importer,
/// `""` every import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportsMap {
    importers: BTreeMap<PathBuf, BTreeMap<String, Vec<PathBuf>>>,
}

/// What is reported for JSON of another shape.
const EXPECTED: &str = r#"expected an object such as {"/": {"": ["lib"]}}"#;

/// One or several folders in the file.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Folders {
    One(PathBuf),
    Several(Vec<PathBuf>),
}

/// The two forms of the file: by importer, or a list of folders for all importers.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Format {
    List(Vec<PathBuf>),
    Map(BTreeMap<PathBuf, BTreeMap<String, Folders>>),
}

impl ImportsMap {
    /// Reads a JSON file. Paths in it are relative to its folder.
    ///
    /// # Errors
    /// If the file can't be read or is not an imports map.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let unreadable = |source| Error::Unreadable {
            path: path.to_owned(),
            source,
        };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let real = path.canonicalize().map_err(unreadable)?;
        let root = real.parent().unwrap_or(Path::new("/"));
        Self::parse(&text, root).map_err(|reason| Error::InvalidImportsMap {
            path: path.to_owned(),
            reason,
        })
    }

    fn parse(text: &str, root: &Path) -> Result<Self, String> {
        let json: serde_json::Value = serde_json::from_str(text).map_err(|error| format!("invalid JSON: {error}"))?;
        let absolute = |path: PathBuf| normalize(&root.join(path));
        let importers = match serde_json::from_value(json).map_err(|_| EXPECTED)? {
            Format::Map(map) => map,
            Format::List(folders) => {
                let all = BTreeMap::from([(String::new(), Folders::Several(folders))]);
                BTreeMap::from([(PathBuf::from("/"), all)])
            }
        };
        let importers = importers.into_iter().map(|(importer, prefixes)| {
            let prefixes = prefixes.into_iter().map(|(prefix, folders)| {
                let folders = match folders {
                    Folders::One(folder) => vec![folder],
                    Folders::Several(folders) => folders,
                };
                (prefix, folders.into_iter().map(absolute).collect())
            });
            (absolute(importer), prefixes.collect())
        });
        Ok(Self {
            importers: importers.collect(),
        })
    }

    /// The candidate paths for `import` in the file `importer`.
    pub(crate) fn candidates(&self, import: &str, importer: &str) -> Vec<PathBuf> {
        let matching = self
            .importers
            .iter()
            .filter(|(folder, _)| Path::new(importer).starts_with(folder));
        let Some((_, prefixes)) = matching.max_by_key(|(folder, _)| folder.components().count()) else {
            return Vec::new();
        };
        let matching = prefixes
            .iter()
            .filter_map(|(prefix, folders)| Some((import.strip_prefix(prefix.as_str())?, prefix, folders)));
        let longest = matching.max_by_key(|(_, prefix, _)| prefix.len());
        longest.map_or_else(Vec::new, |(rest, _, folders)| {
            folders.iter().map(|folder| folder.join(rest)).collect()
        })
    }

    /// All folders of the map.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        self.importers.values().flat_map(BTreeMap::values).flatten()
    }
}

/// Removes `.` and `..` from a path.
fn normalize(path: &Path) -> PathBuf {
    let mut normalized = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                normalized.pop();
            }
            part => normalized.push(part),
        }
    }
    normalized
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(map: &str, import: &str, importer: &str) -> Vec<String> {
        let map = ImportsMap::parse(map, Path::new("/p")).expect("a map");
        let candidates = map.candidates(import, importer);
        candidates.iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn only_the_longest_prefixes_are_tried() {
        let map = r#"{"/": {"": "lib", "@x/": ["a", "../b"]}, "deep": {"": ["own"]}}"#;
        assert_eq!(found(map, "y.aqua", "/p/main.aqua"), ["/p/lib/y.aqua"]);
        assert_eq!(found(map, "@x/y.aqua", "/p/main.aqua"), ["/p/a/y.aqua", "/b/y.aqua"]);
        assert_eq!(found(map, "@x/y.aqua", "/p/deep/main.aqua"), ["/p/own/@x/y.aqua"]);
        assert_eq!(found(map, "y.aqua", "/p/deeper.aqua"), ["/p/lib/y.aqua"]);
    }

    #[test]
    fn a_list_applies_to_all_importers() {
        assert_eq!(
            found(r#"["a", "/b"]"#, "y.aqua", "/q/main.aqua"),
            ["/p/a/y.aqua", "/b/y.aqua"]
        );
        assert!(ImportsMap::parse("3", Path::new("/")).is_err());
    }
}
