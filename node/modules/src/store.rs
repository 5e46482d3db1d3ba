//! What a store of modules and blueprints does.

use crate::{Blueprint, ContentId};
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Keeps modules and blueprints by content id. Calls block; what they return is durable.
pub trait ModuleStore: fmt::Debug + Send + Sync {
    /// Adds a module, and returns its id. A module that is there already gets this description.
    ///
    /// # Errors
    /// If the module is empty, its name is not a file name, or the store fails.
    fn add_module(&self, wasm: &[u8], description: &ModuleDescription) -> Result<ContentId, ModuleStoreError>;

    /// The bytes of a module. They have this content id.
    ///
    /// # Errors
    /// If there is no such module, or its bytes were changed, or the store fails.
    fn module(&self, id: &ContentId) -> Result<Vec<u8>, ModuleStoreError>;

    /// The description of a module.
    ///
    /// # Errors
    /// If there is no such module.
    fn description(&self, id: &ContentId) -> Result<ModuleDescription, ModuleStoreError>;

    /// All modules, sorted by id.
    fn modules(&self) -> Vec<StoredModule>;

    /// Removes a module.
    ///
    /// # Errors
    /// If there is no such module, a blueprint uses it, or the store fails.
    fn remove_module(&self, id: &ContentId) -> Result<(), ModuleStoreError>;

    /// Adds a blueprint, and returns its id. Its modules may be added later.
    ///
    /// # Errors
    /// If the store fails.
    fn add_blueprint(&self, blueprint: &Blueprint) -> Result<ContentId, ModuleStoreError>;

    /// A blueprint.
    ///
    /// # Errors
    /// If there is no such blueprint.
    fn blueprint(&self, id: &ContentId) -> Result<Blueprint, ModuleStoreError>;

    /// All blueprints, sorted by id.
    fn blueprints(&self) -> Vec<StoredBlueprint>;

    /// Removes a blueprint; its modules stay.
    ///
    /// # Errors
    /// If there is no such blueprint, or the store fails.
    fn remove_blueprint(&self, id: &ContentId) -> Result<(), ModuleStoreError>;

    /// Files that were ignored when the store was opened: an operator may want to know.
    fn invalid_files(&self) -> Vec<InvalidFile>;
}

/// What a store knows of a module besides its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleDescription {
    /// The name under which other modules import it, and of its folders. A file name: see [`ServiceFolders`](crate::ServiceFolders).
    pub name: String,
    /// Whether it may write to the log of the host.
    pub logger_enabled: bool,
    /// The programs of the host that it may run, by the name of the imported function. The operator's policy decides about them.
    pub mounted_binaries: BTreeMap<String, PathBuf>,
}

/// A module of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredModule {
    /// Its id.
    pub id: ContentId,
    /// Its description.
    pub description: ModuleDescription,
}

/// A blueprint of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBlueprint {
    /// Its id.
    pub id: ContentId,
    /// The modules.
    pub blueprint: Blueprint,
}

/// A file that is in the place of a module or a blueprint, and isn't one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidFile {
    /// Its path.
    pub path: PathBuf,
    /// The reason.
    pub reason: String,
}

/// Why a store could not do something.
#[derive(Debug, thiserror::Error)]
pub enum ModuleStoreError {
    /// There is no module with this id.
    #[error("module '{0}' wasn't found")]
    ModuleNotFound(ContentId),
    /// There is no blueprint with this id. The text is that of deployed peers.
    #[error("Blueprint '{0}' wasn't found")]
    BlueprintNotFound(ContentId),
    /// The module is used.
    #[error("module '{module}' is used by {}", list(blueprints))]
    ModuleInUse {
        /// The module.
        module: ContentId,
        /// The blueprints that use it.
        blueprints: Vec<ContentId>,
    },
    /// Peers and IPFS disagree on the id of an empty file.
    #[error("a module can't be empty")]
    EmptyModule,
    /// The name of a module can't be that of a folder.
    #[error(transparent)]
    InvalidName(#[from] crate::InvalidName),
    /// The bytes of a module have changed.
    #[error("{} is damaged: its content has the id {found}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The id of its content.
        found: ContentId,
    },
    /// Another process uses the folder.
    #[error("{} is used by another process", path.display())]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// A file can't be read or written.
    #[error("can't access {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

fn list(blueprints: &[ContentId]) -> String {
    let blueprints = blueprints.iter().map(|id| format!("blueprint '{id}'"));
    blueprints.collect::<Vec<_>>().join(", ")
}
