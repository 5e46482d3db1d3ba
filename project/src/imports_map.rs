//! Where imports are found by who imports what: for projects whose packages lie in different folders for different importers.

use crate::Error;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// `{ importer: { prefix: folders } }`: the longest `importer` that is a folder around the importing file (or the file), then the
/// longest `prefix` that the import begins with; what follows the prefix is looked for in each of the folders, in order.
/// Nothing shorter is tried. `"/"` is every importer, `""` every import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportsMap {
    importers: BTreeMap<PathBuf, BTreeMap<String, Vec<PathBuf>>>,
}

/// Folders as the file writes them: one or several.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Folders {
    One(PathBuf),
    Several(Vec<PathBuf>),
}

/// The file: by importer, or a list of folders for everybody.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Written {
    List(Vec<PathBuf>),
    Map(BTreeMap<PathBuf, BTreeMap<String, Folders>>),
}

impl ImportsMap {
    /// Reads a JSON file; its relative paths count from its own folder.
    ///
    /// # Errors
    /// When it can't be read, or holds something else.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let unreadable = |source| Error::Unreadable {
            path: path.to_owned(),
            source,
        };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let real = path.canonicalize().map_err(unreadable)?;
        let root = real.parent().unwrap_or(Path::new("/"));
        Self::parse(&text, root).map_err(|source| Error::NoImportsMap {
            path: path.to_owned(),
            source,
        })
    }

    fn parse(text: &str, root: &Path) -> Result<Self, serde_json::Error> {
        let placed = |path: PathBuf| normal(&root.join(path));
        let written = match serde_json::from_str(text)? {
            Written::Map(map) => map,
            Written::List(folders) => {
                let all = BTreeMap::from([(String::new(), Folders::Several(folders))]);
                BTreeMap::from([(PathBuf::from("/"), all)])
            }
        };
        let importers = written.into_iter().map(|(importer, prefixes)| {
            let prefixes = prefixes.into_iter().map(|(prefix, folders)| {
                let folders = match folders {
                    Folders::One(folder) => vec![folder],
                    Folders::Several(folders) => folders,
                };
                (prefix, folders.into_iter().map(placed).collect())
            });
            (placed(importer), prefixes.collect())
        });
        Ok(Self {
            importers: importers.collect(),
        })
    }

    /// Where an import of the file `importer` may lie.
    pub(crate) fn candidates(&self, import: &str, importer: &str) -> Vec<PathBuf> {
        let around = self
            .importers
            .iter()
            .filter(|(folder, _)| Path::new(importer).starts_with(folder));
        let Some((_, prefixes)) = around.max_by_key(|(folder, _)| folder.components().count()) else {
            return Vec::new();
        };
        let fitting = prefixes
            .iter()
            .filter_map(|(prefix, folders)| Some((import.strip_prefix(prefix.as_str())?, prefix, folders)));
        let best = fitting.max_by_key(|(_, prefix, _)| prefix.len());
        best.map_or_else(Vec::new, |(rest, _, folders)| {
            folders.iter().map(|folder| folder.join(rest)).collect()
        })
    }

    /// Every folder of the map.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        self.importers.values().flat_map(BTreeMap::values).flatten()
    }
}

/// The path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
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
    fn the_longest_prefixes_win_and_nothing_else_is_tried() {
        let map = r#"{"/": {"": "lib", "@x/": ["a", "../b"]}, "deep": {"": ["own"]}}"#;
        assert_eq!(found(map, "y.aqua", "/p/main.aqua"), ["/p/lib/y.aqua"]);
        assert_eq!(found(map, "@x/y.aqua", "/p/main.aqua"), ["/p/a/y.aqua", "/b/y.aqua"]);
        assert_eq!(found(map, "@x/y.aqua", "/p/deep/main.aqua"), ["/p/own/@x/y.aqua"]);
        assert_eq!(found(map, "y.aqua", "/p/deeper.aqua"), ["/p/lib/y.aqua"]);
    }

    #[test]
    fn a_list_is_for_everybody() {
        assert_eq!(
            found(r#"["a", "/b"]"#, "y.aqua", "/q/main.aqua"),
            ["/p/a/y.aqua", "/b/y.aqua"]
        );
        assert!(ImportsMap::parse("3", Path::new("/")).is_err());
    }
}
