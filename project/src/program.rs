//! Locates a program and its manifest.

use crate::file_loader::display_path;
use crate::manifest::{FILE_NAME, Manifest};
use crate::{Error, FileLoader, Settings};
use aqua_diagnostics::{Diagnostic, Sources};
use aqua_toml::Service;
use std::path::{Path, PathBuf};

/// A file to compile or run, with the project it belongs to.
#[derive(Debug, Clone)]
pub struct Program {
    /// The main module of the program.
    pub file: PathBuf,
    /// The project: the nearest folder above the file that has a manifest.
    pub project: Option<Project>,
}

/// A folder with a manifest.
#[derive(Debug, Clone)]
pub struct Project {
    /// The folder of the manifest.
    pub root: PathBuf,
    /// The parsed manifest.
    pub manifest: Manifest,
    /// The source text that [`Self::diagnostics`] refer to.
    pub sources: Sources,
    /// Errors in the manifest.
    pub diagnostics: Vec<Diagnostic>,
}

impl Program {
    /// Locates the program at `path`: a file, or a folder whose manifest names the main file.
    ///
    /// # Errors
    /// If `path` can't be read, or if it is a folder without a manifest, with an invalid one or without a main file.
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
        let Some(main) = project.main() else {
            return Err(if project.diagnostics.iter().any(Diagnostic::is_error) {
                Error::InvalidManifest {
                    project: Box::new(project),
                }
            } else {
                Error::NoMain {
                    manifest: path.join(FILE_NAME),
                }
            });
        };
        Ok(Self {
            file: main,
            project: Some(project),
        })
    }

    /// Locates all programs at `path`, each with its output folder relative to the common one. A file, or a folder with a
    /// main file, is one program. In any other folder every `.aqua` file is a program, and the output folders mirror the
    /// source folders.
    ///
    /// # Errors
    /// If `path` or a folder below it can't be read.
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

    /// Whether this is the main file of the manifest, to which `[run]` applies.
    pub fn is_main(&self) -> bool {
        let same = |main: PathBuf| main.canonicalize().ok() == self.file.canonicalize().ok();
        self.project.as_ref().and_then(Project::main).is_some_and(same)
    }

    /// A source loader that searches the import folders of `settings`, then those of the manifest.
    pub fn loader(&self, settings: &Settings) -> FileLoader {
        let project = self.project.iter();
        let named = project.flat_map(|it| it.manifest.build.imports.iter().map(|path| it.root.join(&path.value)));
        let folders = settings.imports.iter().cloned().chain(named).collect();
        FileLoader::new(folders).with_map(settings.imports_map.clone().unwrap_or_default())
    }

    /// The constants of the manifest as `NAME = literal`.
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
    /// Reads the manifest from the nearest folder above `file` that has one. Returns `None` if there is none.
    ///
    /// # Errors
    /// If the file or the manifest can't be read.
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

    /// Reads the manifest of a folder. Returns `None` if there is none.
    ///
    /// # Errors
    /// If the manifest can't be read.
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
        let file = sources.add(display_path(&path), text.as_str());
        let (manifest, mut diagnostics) = Manifest::parse(file, &text);
        diagnostics.extend(manifest.wrong_files(folder));
        Diagnostic::sort(&mut diagnostics);
        Ok(Some(Self {
            root: folder.to_owned(),
            manifest,
            sources,
            diagnostics,
        }))
    }

    /// The path of the main file.
    pub fn main(&self) -> Option<PathBuf> {
        self.manifest
            .package
            .main
            .as_ref()
            .map(|main| self.root.join(&main.value))
    }

    /// Reads the WebAssembly file of every service.
    ///
    /// # Errors
    /// If a file can't be read.
    pub fn services(&self) -> Result<Vec<(Service, Vec<u8>)>, Error> {
        self.manifest
            .services
            .iter()
            .map(|service| {
                let path = self.root.join(&service.wasm.value);
                match std::fs::read(&path) {
                    Ok(wasm) => Ok((service.clone(), wasm)),
                    Err(source) => Err(Error::Unreadable { path, source }),
                }
            })
            .collect()
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
    fn the_nearest_manifest_above_a_program_is_read() {
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
    fn a_folder_selects_its_main_file() {
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
