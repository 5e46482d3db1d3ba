//! A program on disk: the file it begins in and the manifest above it.

use crate::disk::shown;
use crate::manifest::{FILE_NAME, Manifest, Service};
use crate::{Disk, Error, Settings};
use aqua_diagnostics::{Diagnostic, Sources};
use std::path::{Path, PathBuf};

/// A file to compile or run, and the project it belongs to.
#[derive(Debug, Clone)]
pub struct Program {
    /// The file that is compiled.
    pub file: PathBuf,
    /// The project whose manifest lies in the file's folder or the nearest one above.
    pub project: Option<Project>,
}

/// A folder with a manifest.
#[derive(Debug, Clone)]
pub struct Project {
    /// The folder of the manifest.
    pub root: PathBuf,
    /// What the manifest says.
    pub manifest: Manifest,
    /// The manifest's text, which [`Self::diagnostics`] point into.
    pub sources: Sources,
    /// What is wrong with the manifest.
    pub diagnostics: Vec<Diagnostic>,
}

impl Program {
    /// Finds the program that a path names: a file, or a folder whose manifest names the main file.
    ///
    /// # Errors
    /// When there is no such file or folder, or the folder has no manifest that names a main file.
    pub fn locate(path: &Path) -> Result<Self, Error> {
        let unreadable = |source| Error::Unreadable {
            path: path.to_owned(),
            source,
        };
        let is_folder = std::fs::metadata(path).map_err(unreadable)?.is_dir();
        if !is_folder {
            return Ok(Self {
                file: path.to_owned(),
                project: Project::above(path)?,
            });
        }
        let project = Project::open(path)?.ok_or_else(|| Error::NoManifest {
            folder: path.to_owned(),
        })?;
        let main = project.main().ok_or_else(|| Error::NoMain {
            manifest: path.join(FILE_NAME),
        })?;
        Ok(Self {
            file: main,
            project: Some(project),
        })
    }

    /// Finds every program that a path names, with the folder for what it becomes, relative to that for all: a file or a folder
    /// with a main file is one program; any other folder is every program below it, in folders as it has them.
    ///
    /// # Errors
    /// When there is no such file or folder, or it can't be read.
    pub fn locate_all(path: &Path) -> Result<Vec<(Self, PathBuf)>, Error> {
        match Self::locate(path) {
            Ok(program) => Ok(vec![(program, PathBuf::new())]),
            Err(Error::NoManifest { .. } | Error::NoMain { .. }) => crate::programs(&[path.to_owned()])?
                .into_iter()
                .map(|file| {
                    let below = file.strip_prefix(path).ok().and_then(Path::parent);
                    let below = below.map(Path::to_owned).unwrap_or_default();
                    Ok((Self::locate(&file)?, below))
                })
                .collect(),
            Err(error) => Err(error),
        }
    }

    /// Whether this file is the one that the manifest names as main: then `[run]` speaks of it.
    pub fn is_main(&self) -> bool {
        let same = |main: PathBuf| main.canonicalize().ok() == self.file.canonicalize().ok();
        self.project.as_ref().and_then(Project::main).is_some_and(same)
    }

    /// Sources for the compiler: folders of the settings are searched first, then those of the manifest.
    pub fn disk(&self, settings: &Settings) -> Disk {
        let project = self.project.iter();
        let named = project.flat_map(|it| it.manifest.build.imports.iter().map(|path| it.root.join(&path.value)));
        let folders = settings.imports.iter().cloned().chain(named).collect();
        Disk::new(folders).with_map(settings.imports_map.clone().unwrap_or_default())
    }

    /// Constants of the manifest, as `NAME = literal`.
    pub fn constants(&self) -> Vec<String> {
        let constants = self
            .project
            .iter()
            .flat_map(|project| &project.manifest.build.constants);
        constants
            .map(|(name, literal)| format!("{name} = {}", literal.value))
            .collect()
    }
}

impl Project {
    /// Reads the manifest in the folder of a file or in the nearest folder above that has one.
    ///
    /// # Errors
    /// When the file or the manifest can't be read.
    pub fn above(file: &Path) -> Result<Option<Self>, Error> {
        let real = file.canonicalize().map_err(|source| Error::Unreadable {
            path: file.to_owned(),
            source,
        })?;
        for folder in real.ancestors().skip(1) {
            if let Some(project) = Self::open(folder)? {
                return Ok(Some(project));
            }
        }
        Ok(None)
    }

    /// Reads the manifest of a folder; `None` when it has none.
    ///
    /// # Errors
    /// When the manifest can't be read.
    pub fn open(folder: &Path) -> Result<Option<Self>, Error> {
        let path = folder.join(FILE_NAME);
        if !path.is_file() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path).map_err(|source| Error::Unreadable {
            path: path.clone(),
            source,
        })?;
        let mut sources = Sources::new();
        let file = sources.add(shown(&path), text.as_str());
        let (manifest, mut diagnostics) = Manifest::parse(file, &text);
        diagnostics.extend(manifest.missing_files(folder));
        Diagnostic::sort(&mut diagnostics);
        Ok(Some(Self {
            root: folder.to_owned(),
            manifest,
            sources,
            diagnostics,
        }))
    }

    /// The file that the manifest names as main.
    pub fn main(&self) -> Option<PathBuf> {
        self.manifest
            .package
            .main
            .as_ref()
            .map(|main| self.root.join(&main.value))
    }

    /// Every service with its WebAssembly.
    ///
    /// # Errors
    /// When a file can't be read.
    pub fn services(&self) -> Result<Vec<(Service, Vec<u8>)>, Error> {
        self.manifest
            .services
            .iter()
            .map(|service| Ok((service.clone(), service.bytes(&self.root)?)))
            .collect()
    }
}

impl Service {
    /// The WebAssembly of the service; `root` is the folder of the file that names it.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn bytes(&self, root: &Path) -> Result<Vec<u8>, Error> {
        let path = root.join(&self.wasm.value);
        std::fs::read(&path).map_err(|source| Error::Unreadable { path, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder(manifest: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("deep")).expect("a new folder");
        fs::write(folder.path().join(FILE_NAME), manifest).expect("a new file");
        for name in ["main.aqua", "deep/other.aqua"] {
            fs::write(folder.path().join(name), "aqua M\n").expect("a new file");
        }
        folder
    }

    #[test]
    fn the_manifest_above_a_program_is_found() {
        let folder = folder("[package]\nname = \"p\"\nmain = \"main.aqua\"\n[build]\nimports = [\"lib\"]\n");
        let main = Program::locate(&folder.path().join("main.aqua")).expect("a file");
        let other = Program::locate(&folder.path().join("deep/other.aqua")).expect("a file");
        assert!(main.is_main() && !other.is_main());
        assert_eq!(
            other.project.map(|project| project.manifest.package.name).as_deref(),
            Some("p")
        );
    }

    #[test]
    fn a_folder_means_its_main_file() {
        let folder = folder("[package]\nname = \"p\"\nmain = \"main.aqua\"\n");
        assert!(
            Program::locate(folder.path())
                .expect("a folder with a main file")
                .is_main()
        );
        let error = Program::locate(&folder.path().join("deep")).expect_err("no manifest");
        assert!(matches!(error, Error::NoManifest { .. }), "{error}");
    }

    #[test]
    fn a_folder_without_main_is_an_error() {
        let folder = folder("[package]\nname = \"p\"\n");
        let error = Program::locate(folder.path()).expect_err("no main file");
        assert!(matches!(error, Error::NoMain { .. }), "{error}");
    }
}
