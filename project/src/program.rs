//! Locates a program and its manifest.

use crate::file_loader::display_path;
use crate::manifest::{FILE_NAME, Manifest};
use crate::{Error, FileLoader, Settings};
use aqua_diagnostics::{Diagnostic, FileId, Sources};
use aqua_marine::ServiceConfig;
use aqua_toml::{Service, ServiceSource};
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

/// The content of the file that a service names.
#[derive(Debug, Clone)]
pub enum ServiceContent {
    /// A WebAssembly file.
    Wasm(Vec<u8>),
    /// A list of modules.
    Modules {
        /// The list.
        config: Box<ServiceConfig>,
        /// The folder that its paths are relative to.
        folder: PathBuf,
    },
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

    /// A source loader that searches the import folders of `settings`, then those of the manifest, and declares the services of the
    /// manifest.
    pub fn loader(&self, settings: &Settings) -> FileLoader {
        let project = self.project.iter();
        let named = project.flat_map(|it| it.manifest.build.imports.iter().map(|path| it.root.join(&path.value)));
        let folders = settings.imports.iter().cloned().chain(named).collect();
        let project = self.project.iter();
        let services = project.flat_map(|it| {
            let services = it.manifest.services.iter();
            services.map(|service| (service.name.clone(), it.facade(service)))
        });
        FileLoader::new(folders)
            .with_map(settings.imports_map.clone().unwrap_or_default())
            .with_services(services)
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
        for service in &manifest.services {
            if let ServiceSource::Config(config) = &service.source
                && let Ok(text) = std::fs::read_to_string(folder.join(&config.value))
            {
                let file = sources.add(display_path(&folder.join(&config.value)), text.as_str());
                diagnostics.extend(ServiceConfig::parse(file, &text).1);
            }
        }
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

    /// Reads the file that every service names.
    ///
    /// # Errors
    /// If a file can't be read.
    pub fn services(&self) -> Result<Vec<(Service, ServiceContent)>, Error> {
        let services = self.manifest.services.iter();
        services
            .map(|service| Ok((service.clone(), self.content(service)?)))
            .collect()
    }

    fn content(&self, service: &Service) -> Result<ServiceContent, Error> {
        let path = self.root.join(&service.source.path().value);
        let bytes = std::fs::read(&path).map_err(|source| Error::Unreadable {
            path: path.clone(),
            source,
        })?;
        Ok(match &service.source {
            ServiceSource::Wasm(_) => ServiceContent::Wasm(bytes),
            // The diagnostics of the project have its mistakes.
            ServiceSource::Config(_) => ServiceContent::Modules {
                config: Box::new(ServiceConfig::parse(FileId(0), &String::from_utf8_lossy(&bytes)).0),
                folder: path.parent().map(Path::to_owned).unwrap_or_default(),
            },
        })
    }

    /// The WebAssembly file with the functions of a service.
    fn facade(&self, service: &Service) -> Option<PathBuf> {
        if let ServiceSource::Wasm(path) = &service.source {
            return Some(self.root.join(&path.value));
        }
        let Ok(ServiceContent::Modules { config, folder }) = self.content(service) else {
            return None;
        };
        Some(config.file_of(config.facade()?, &folder, Path::is_dir))
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
