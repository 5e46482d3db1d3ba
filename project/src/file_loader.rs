//! Resolves and reads imports. Standard modules are embedded and take precedence; other imports are searched in the folder
//! of the importing file, in import folders, and in `node_modules` folders above the importing file. `service:NAME` is a module
//! that declares a service of the manifest.

use crate::{Error, ImportsMap, service_file};
use aqua_compiler::{Importable, ResolveError, SourceLoader, SourceReadError};
use aqua_diagnostics::suggestions::most_similar;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The maximum size of a source file, in bytes.
const MAX_SOURCE_SIZE: u64 = 16 << 20;

/// Loads the sources of a program from disk.
#[derive(Debug, Clone, Default)]
pub struct FileLoader {
    imports: Vec<PathBuf>,
    map: ImportsMap,
    /// Wasm files of services by their ids; `None` where the configuration of a service names none.
    services: BTreeMap<String, Option<PathBuf>>,
}

/// The prefix of imports that declare a service of the manifest.
const SERVICE: &str = "service:";

impl FileLoader {
    /// A loader that searches `imports`, in order, after the folder of the importing file.
    pub fn new(imports: Vec<PathBuf>) -> Self {
        Self {
            imports,
            ..Self::default()
        }
    }

    /// Adds an imports map, which is searched after the folder of the importing file and before the import folders.
    #[must_use]
    pub fn with_map(mut self, map: ImportsMap) -> Self {
        self.map = map;
        self
    }

    /// Adds services: `service:NAME` is a module that declares the service `NAME`, which is in this Wasm file. A service
    /// without a file is known, but can't be imported.
    #[must_use]
    pub fn with_services(mut self, services: impl IntoIterator<Item = (String, Option<PathBuf>)>) -> Self {
        self.services.extend(services);
        self
    }

    /// The module id of a program: its canonical absolute path.
    ///
    /// # Errors
    /// If the file does not exist.
    pub fn entry(&self, path: &Path) -> Result<String, Error> {
        let real = path.canonicalize().map_err(|source| Error::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Ok(real.to_string_lossy().into_owned())
    }

    fn candidates(&self, import: &str, importer: &str) -> Vec<PathBuf> {
        let folder = folder_of(importer);
        let beside = folder.iter().map(|folder| folder.join(import));
        let mapped = self.map.candidates(import, importer);
        let given = self.imports.iter().map(|folder| folder.join(import));
        let packages = folder
            .iter()
            .flat_map(|folder| folder.ancestors())
            .map(|folder| folder.join("node_modules"));
        let packages = packages
            .filter(|folder| folder.is_dir())
            .map(|folder| folder.join(import));
        beside.chain(mapped).chain(given).chain(packages).collect()
    }
}

impl SourceLoader for FileLoader {
    /// Module ids are `std/NAME.aqua`, `service:NAME` or canonical absolute paths. `.aqua` is appended to imports of files without
    /// it.
    fn resolve(&self, import: &str, importer: &str) -> Result<String, ResolveError> {
        if let Some(name) = import.strip_prefix(SERVICE) {
            return self.service(name);
        }
        let import = if import.ends_with(".aqua") {
            import.to_owned()
        } else {
            format!("{import}.aqua")
        };
        if import.starts_with(aqua_stdlib::PREFIX) {
            return standard(&import);
        }
        let mut tried = Vec::new();
        for candidate in self.candidates(&import, importer) {
            if let Ok(real) = candidate.canonicalize()
                && real.is_file()
            {
                return Ok(real.to_string_lossy().into_owned());
            }
            tried.push(display_path(&candidate));
        }
        let help = folder_of(importer).and_then(|folder| generated_folder(folder, &import));
        Err(ResolveError {
            tried,
            help,
            ..ResolveError::default()
        })
    }

    /// Reads a UTF-8 file of at most 16 MiB.
    fn read(&self, id: &str) -> Result<Arc<str>, SourceReadError> {
        if let Some(text) = aqua_stdlib::module(id) {
            return Ok(text.into());
        }
        if let Some(name) = id.strip_prefix(SERVICE)
            && let Some(file) = self.services.get(name)
        {
            let declarations = match file {
                Some(file) => service_file::declarations_of(file, name),
                None => Err("its configuration lists no module".to_owned()),
            };
            return declarations.map(Into::into).map_err(SourceReadError::Unreadable);
        }
        let unreadable = |error: std::io::Error| SourceReadError::Unreadable(error.to_string());
        // Opening a pipe would wait for its writer.
        if !std::fs::metadata(id).map_err(unreadable)?.is_file() {
            return Err(SourceReadError::Unreadable("not a regular file".to_owned()));
        }
        let mut bytes = Vec::new();
        let file = File::open(id).map_err(unreadable)?;
        let read = file.take(MAX_SOURCE_SIZE + 1).read_to_end(&mut bytes);
        if read.map_err(unreadable)? as u64 > MAX_SOURCE_SIZE {
            return Err(SourceReadError::Unreadable("the file is larger than 16 MiB".to_owned()));
        }
        SourceReadError::decode(bytes)
    }

    /// The declarations of the standard library.
    fn importable(&self, name: &str) -> Option<Importable> {
        let (import, members) = aqua_stdlib::declaration(name)?;
        Some(Importable { import, members })
    }

    /// Standard modules, declarations of services and files in `node_modules` or import folders are dependencies.
    fn is_dependency(&self, id: &str) -> bool {
        let path = Path::new(id);
        let package = path
            .components()
            .any(|part| part == Component::Normal("node_modules".as_ref()));
        let within = |folder: &PathBuf| folder.canonicalize().is_ok_and(|folder| path.starts_with(folder));
        package
            || id.starts_with(SERVICE)
            || aqua_stdlib::module(id).is_some()
            || self.imports.iter().chain(self.map.folders()).any(within)
    }

    /// Paths in the current folder are shown relative to it.
    fn display_name(&self, id: &str) -> String {
        display_path(Path::new(id))
    }
}

impl FileLoader {
    /// The module that declares a service of the manifest.
    fn service(&self, name: &str) -> Result<String, ResolveError> {
        if self.services.contains_key(name) {
            return Ok(format!("{SERVICE}{name}"));
        }
        let suggestion = most_similar(name, self.services.keys().map(String::as_str));
        Err(ResolveError {
            suggestion: suggestion.map(|name| format!("{SERVICE}{name}")),
            help: Some(format!(
                "add `[services.{name}]` with `wasm = \"{name}.wasm\"` to aqua.toml"
            )),
            ..ResolveError::default()
        })
    }
}

fn standard(import: &str) -> Result<String, ResolveError> {
    if aqua_stdlib::module(import).is_some() {
        return Ok(import.to_owned());
    }
    let names: Vec<&str> = aqua_stdlib::modules().iter().map(|(name, _)| *name).collect();
    let suggestion = most_similar(import, names).map(str::to_owned);
    Err(ResolveError {
        suggestion,
        ..ResolveError::default()
    })
}

/// What to do about an import that is not found in a project of the Fluence CLI, which generates files such as `deals.aqua`.
fn generated_folder(importing: &Path, import: &str) -> Option<String> {
    const GENERATED: &str = ".fluence/aqua";
    let project = importing
        .ancestors()
        .find(|folder| folder.join("fluence.yaml").is_file())?;
    let exists = project.join(GENERATED).join(import).is_file();
    let is_generated = exists || matches!(import, "deals.aqua" | "hosts.aqua" | "services.aqua");
    is_generated.then(|| {
        let help = format!("add `imports = [\"{GENERATED}\"]` under `[build]` in an aqua.toml beside fluence.yaml");
        match exists {
            true => help,
            false => format!("{help}, after the Fluence CLI generated the file"),
        }
    })
}

fn folder_of(importer: &str) -> Option<&Path> {
    if aqua_stdlib::module(importer).is_some() {
        None
    } else {
        Path::new(importer).parent()
    }
}

/// A path relative to the current folder, if it is inside; otherwise as it is.
pub(crate) fn display_path(path: &Path) -> String {
    let here = std::env::current_dir()
        .and_then(|here| here.canonicalize())
        .unwrap_or_default();
    let short = path.strip_prefix(&here).unwrap_or(path);
    let parts = short.components().filter(|part| *part != Component::CurDir);
    parts.collect::<PathBuf>().display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// `project/{main,near}.aqua`, `lib/far.aqua`, `project/node_modules/@x/pkg/{i,j}.aqua`.
    struct Folders {
        root: tempfile::TempDir,
    }

    impl Folders {
        fn new() -> Self {
            let root = tempfile::tempdir().expect("a temporary folder");
            let files = [
                "project/main.aqua",
                "project/near.aqua",
                "lib/far.aqua",
                "lib/near.aqua",
            ];
            let packages = [
                "project/node_modules/@x/pkg/i.aqua",
                "project/node_modules/@x/pkg/j.aqua",
            ];
            for file in files.iter().chain(&packages) {
                let path = root.path().join(file);
                fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
                fs::write(path, format!("-- {file}\n")).expect("a new file");
            }
            Self { root }
        }

        fn id(&self, file: &str) -> String {
            let real = self.root.path().join(file).canonicalize().expect("an existing file");
            real.to_string_lossy().into_owned()
        }

        fn disk(&self) -> FileLoader {
            FileLoader::new(vec![self.root.path().join("lib")])
        }
    }

    #[test]
    fn the_importing_folder_comes_first_then_import_folders_then_packages() {
        let folders = Folders::new();
        let (disk, main) = (folders.disk(), folders.id("project/main.aqua"));
        assert_eq!(disk.resolve("near.aqua", &main), Ok(folders.id("project/near.aqua")));
        assert_eq!(disk.resolve("./near", &main), Ok(folders.id("project/near.aqua")));
        assert_eq!(disk.resolve("far", &main), Ok(folders.id("lib/far.aqua")));
        let package = folders.id("project/node_modules/@x/pkg/i.aqua");
        assert_eq!(disk.resolve("@x/pkg/i.aqua", &main), Ok(package.clone()));
        assert_eq!(
            disk.resolve("./j.aqua", &package),
            Ok(folders.id("project/node_modules/@x/pkg/j.aqua"))
        );
    }

    #[test]
    fn a_file_has_one_id() {
        let folders = Folders::new();
        let (disk, main) = (folders.disk(), folders.id("project/main.aqua"));
        assert_eq!(disk.resolve("../project/near", &main), disk.resolve("near", &main));
        assert_eq!(
            disk.entry(&folders.root.path().join("project/../project/main.aqua"))
                .ok(),
            Some(main)
        );
    }

    #[test]
    fn libraries_and_packages_are_dependencies() {
        let folders = Folders::new();
        let disk = folders.disk();
        assert!(!disk.is_dependency(&folders.id("project/near.aqua")));
        assert!(disk.is_dependency(&folders.id("lib/far.aqua")));
        assert!(disk.is_dependency(&folders.id("project/node_modules/@x/pkg/i.aqua")));
        assert!(disk.is_dependency("std/peer.aqua"));
    }

    #[test]
    fn standard_modules_are_embedded() {
        let folders = Folders::new();
        let (disk, main) = (folders.disk(), folders.id("project/main.aqua"));
        assert_eq!(disk.resolve("std/peer", &main), Ok("std/peer.aqua".to_owned()));
        assert_eq!(
            disk.resolve("std/op.aqua", "std/builtin.aqua"),
            Ok("std/op.aqua".to_owned())
        );
        assert!(
            disk.read("std/peer.aqua")
                .is_ok_and(|text| text.contains("service Peer"))
        );
        let wrong = disk.resolve("std/kadmelia.aqua", &main).expect_err("a typo");
        assert_eq!(wrong.suggestion.as_deref(), Some("std/kademlia.aqua"));
    }

    #[test]
    fn an_unresolved_import_lists_the_candidates() {
        let folders = Folders::new();
        let main = folders.id("project/main.aqua");
        let error = folders.disk().resolve("nope/x", &main).expect_err("no such file");
        let ends = [
            "project/nope/x.aqua",
            "lib/nope/x.aqua",
            "project/node_modules/nope/x.aqua",
        ];
        assert_eq!(error.tried.len(), ends.len());
        for (tried, end) in error.tried.iter().zip(ends) {
            assert!(tried.ends_with(end), "{tried} does not end with {end}");
        }
    }
}
