//! Modules and blueprints as files, with the names and contents of deployed peers (§3.3 of the Marine format, §4.1 of the node).
//!
//! | file | content |
//! |---|---|
//! | `<modules>/<id>.wasm` | the module |
//! | `<modules>/<id>_config.toml` | its description; written after the module and removed before it, so that there is a module for each |
//! | `<blueprints>/<id>_blueprint.toml` | `name`, `id`, `dependencies` |
//!
//! Descriptions and blueprints are kept in memory. Bytes of modules are read when they are needed, and hashed: a module whose file was
//! changed is not returned.

use crate::files::{self, TEMPORARY_SUFFIX};
use crate::service_folders::check_name;
use crate::{
    Blueprint, ContentId, InvalidFile, ModuleDescription, ModuleStore, ModuleStoreError, StoredBlueprint, StoredModule,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

const MODULE: &str = ".wasm";
const DESCRIPTION: &str = "_config.toml";
const BLUEPRINT: &str = "_blueprint.toml";
const LOCK: &str = "lock";

/// Two folders with modules and blueprints. One process uses them at a time.
#[derive(Debug)]
pub struct ModuleFolder {
    modules: PathBuf,
    blueprints: PathBuf,
    index: Mutex<Index>,
    /// Locked as long as this exists.
    _lock: File,
}

#[derive(Debug, Default)]
struct Index {
    modules: BTreeMap<ContentId, ModuleDescription>,
    blueprints: BTreeMap<ContentId, Blueprint>,
    invalid: Vec<InvalidFile>,
}

/// The content of a description: the settings of a Marine module that differ between modules of a node.
#[derive(Serialize, Deserialize)]
struct DescriptionFile {
    name: String,
    file_name: String,
    #[serde(default = "enabled")]
    logger_enabled: bool,
    #[serde(default)]
    mounted_binaries: BTreeMap<String, PathBuf>,
}

#[derive(Serialize, Deserialize)]
struct BlueprintFile {
    name: String,
    id: ContentId,
    dependencies: Vec<ContentId>,
}

fn enabled() -> bool {
    true
}

impl ModuleFolder {
    /// Opens the folders, which are created if missing. Removes what an interrupted write left. A file that is neither a description
    /// nor a blueprint is ignored: see [`ModuleStore::invalid_files`].
    ///
    /// # Errors
    /// If another process uses the folder of the modules, or one of them can't be read.
    pub fn open(modules: impl Into<PathBuf>, blueprints: impl Into<PathBuf>) -> Result<Self, ModuleStoreError> {
        let (modules, blueprints) = (modules.into(), blueprints.into());
        for folder in [&modules, &blueprints] {
            fs::create_dir_all(folder).map_err(failed(folder))?;
        }
        let lock = lock(&modules)?;
        let mut index = Index::default();
        for (id, path) in named_files(&modules, DESCRIPTION, &mut index.invalid)? {
            match read_description(&path, &modules.join(format!("{id}{MODULE}"))) {
                Ok(description) => drop(index.modules.insert(id, description)),
                Err(reason) => index.invalid.push(InvalidFile { path, reason }),
            }
        }
        for (id, path) in named_files(&blueprints, BLUEPRINT, &mut index.invalid)? {
            match read_blueprint(&path, &id) {
                Ok(blueprint) => drop(index.blueprints.insert(id, blueprint)),
                Err(reason) => index.invalid.push(InvalidFile { path, reason }),
            }
        }
        Ok(Self {
            modules,
            blueprints,
            index: Mutex::new(index),
            _lock: lock,
        })
    }

    fn module_path(&self, id: &ContentId) -> PathBuf {
        self.modules.join(format!("{id}{MODULE}"))
    }

    fn description_path(&self, id: &ContentId) -> PathBuf {
        self.modules.join(format!("{id}{DESCRIPTION}"))
    }

    fn blueprint_path(&self, id: &ContentId) -> PathBuf {
        self.blueprints.join(format!("{id}{BLUEPRINT}"))
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ModuleStore for ModuleFolder {
    fn add_module(&self, wasm: &[u8], description: &ModuleDescription) -> Result<ContentId, ModuleStoreError> {
        if wasm.is_empty() {
            return Err(ModuleStoreError::EmptyModule);
        }
        check_name(&description.name)?;
        let id = ContentId::of(wasm);
        let (module, path) = (self.module_path(&id), self.description_path(&id));
        let file = DescriptionFile {
            name: description.name.clone(),
            file_name: format!("{id}{MODULE}"),
            logger_enabled: description.logger_enabled,
            mounted_binaries: description.mounted_binaries.clone(),
        };
        let text = toml::to_string(&file).map_err(|error| failed(&path)(std::io::Error::other(error)))?;
        let mut index = self.index();
        files::write(&module, wasm).map_err(failed(&module))?;
        files::write(&path, text.as_bytes()).map_err(failed(&path))?;
        index.modules.insert(id, description.clone());
        Ok(id)
    }

    fn module(&self, id: &ContentId) -> Result<Vec<u8>, ModuleStoreError> {
        if !self.index().modules.contains_key(id) {
            return Err(ModuleStoreError::ModuleNotFound(*id));
        }
        let path = self.module_path(id);
        let wasm = match fs::read(&path) {
            Ok(wasm) => wasm,
            // It was removed meanwhile.
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(ModuleStoreError::ModuleNotFound(*id)),
            Err(error) => return Err(failed(&path)(error)),
        };
        match ContentId::of(&wasm) {
            found if found == *id => Ok(wasm),
            found => Err(ModuleStoreError::Damaged { path, found }),
        }
    }

    fn description(&self, id: &ContentId) -> Result<ModuleDescription, ModuleStoreError> {
        let description = self.index().modules.get(id).cloned();
        description.ok_or(ModuleStoreError::ModuleNotFound(*id))
    }

    fn modules(&self) -> Vec<StoredModule> {
        let index = self.index();
        let modules = index.modules.iter().map(|(id, description)| StoredModule {
            id: *id,
            description: description.clone(),
        });
        modules.collect()
    }

    fn remove_module(&self, id: &ContentId) -> Result<(), ModuleStoreError> {
        let mut index = self.index();
        if !index.modules.contains_key(id) {
            return Err(ModuleStoreError::ModuleNotFound(*id));
        }
        let users = index.blueprints.iter().filter(|(_, it)| it.dependencies().contains(id));
        let blueprints: Vec<ContentId> = users.map(|(user, _)| *user).collect();
        if !blueprints.is_empty() {
            return Err(ModuleStoreError::ModuleInUse {
                module: *id,
                blueprints,
            });
        }
        for path in [self.description_path(id), self.module_path(id)] {
            files::remove(&path).map_err(failed(&path))?;
            index.modules.remove(id);
        }
        Ok(())
    }

    fn add_blueprint(&self, blueprint: &Blueprint) -> Result<ContentId, ModuleStoreError> {
        let id = blueprint.id();
        let path = self.blueprint_path(&id);
        let file = BlueprintFile {
            name: blueprint.name().to_owned(),
            id,
            dependencies: blueprint.dependencies().to_owned(),
        };
        let text = toml::to_string(&file).map_err(|error| failed(&path)(std::io::Error::other(error)))?;
        let mut index = self.index();
        files::write(&path, text.as_bytes()).map_err(failed(&path))?;
        index.blueprints.insert(id, blueprint.clone());
        Ok(id)
    }

    fn blueprint(&self, id: &ContentId) -> Result<Blueprint, ModuleStoreError> {
        let blueprint = self.index().blueprints.get(id).cloned();
        blueprint.ok_or(ModuleStoreError::BlueprintNotFound(*id))
    }

    fn blueprints(&self) -> Vec<StoredBlueprint> {
        let index = self.index();
        let blueprints = index.blueprints.iter().map(|(id, blueprint)| StoredBlueprint {
            id: *id,
            blueprint: blueprint.clone(),
        });
        blueprints.collect()
    }

    fn remove_blueprint(&self, id: &ContentId) -> Result<(), ModuleStoreError> {
        let mut index = self.index();
        if !index.blueprints.contains_key(id) {
            return Err(ModuleStoreError::BlueprintNotFound(*id));
        }
        let path = self.blueprint_path(id);
        files::remove(&path).map_err(failed(&path))?;
        index.blueprints.remove(id);
        Ok(())
    }

    fn invalid_files(&self) -> Vec<InvalidFile> {
        self.index().invalid.clone()
    }
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> ModuleStoreError {
    let path = path.to_owned();
    move |source| ModuleStoreError::Io { path, source }
}

fn lock(folder: &Path) -> Result<File, ModuleStoreError> {
    let path = folder.join(LOCK);
    let file = File::create(&path).map_err(failed(&path))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(ModuleStoreError::Locked {
            path: folder.to_owned(),
        }),
        // A file system without locks.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// The files of a folder whose names are a content id and `suffix`. Removes temporary files.
fn named_files(
    folder: &Path,
    suffix: &str,
    invalid: &mut Vec<InvalidFile>,
) -> Result<Vec<(ContentId, PathBuf)>, ModuleStoreError> {
    let mut files = Vec::new();
    for file in fs::read_dir(folder).map_err(failed(folder))? {
        let path = file.map_err(failed(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(TEMPORARY_SUFFIX) {
            files::remove(&path).map_err(failed(&path))?;
        } else if let Some(id) = name.strip_suffix(suffix) {
            match id.parse::<ContentId>() {
                Ok(id) => files.push((id, path)),
                Err(error) => invalid.push(InvalidFile {
                    reason: error.to_string(),
                    path,
                }),
            }
        }
    }
    files.sort();
    Ok(files)
}

fn read_description(path: &Path, module: &Path) -> Result<ModuleDescription, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let file: DescriptionFile = toml::from_str(&text).map_err(|error| error.message().to_owned())?;
    check_name(&file.name).map_err(|error| error.to_string())?;
    if !module.is_file() {
        return Err(format!("there is no {}", module.display()));
    }
    Ok(ModuleDescription {
        name: file.name,
        logger_enabled: file.logger_enabled,
        mounted_binaries: file.mounted_binaries,
    })
}

fn read_blueprint(path: &Path, id: &ContentId) -> Result<Blueprint, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let file: BlueprintFile = toml::from_str(&text).map_err(|error| error.message().to_owned())?;
    let blueprint = Blueprint::new(file.name, file.dependencies).map_err(|error| error.to_string())?;
    if file.id != *id || blueprint.id() != *id {
        return Err(format!("the blueprint has the id {}", blueprint.id()));
    }
    Ok(blueprint)
}
