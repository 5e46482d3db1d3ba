//! The folder for what a node keeps between runs.
//!
//! | path | content |
//! |---|---|
//! | `state.redb` | records: services that particles created, with their names and owners |
//! | `modules`, `blueprints` | what those services are made of, by content id |
//! | `deployed` | their folders |
//! | `services` | persistent folders of the services of the configuration |
//! | `artefacts` | compiled code |
//!
//! One process uses it at a time.

use crate::Error;
use aqua_file_storage::FileStorage;
use aqua_modules::{ModuleFolder, ServiceFolders, Vault};
use aqua_node::{Deployment, Effectors};
use aqua_services::Host;
use std::path::{Path, PathBuf};

/// The paths of a data folder.
#[derive(Debug, Clone)]
pub(crate) struct DataFolder(PathBuf);

impl DataFolder {
    /// The folder at this path, which need not exist.
    pub(crate) fn new(path: &Path) -> Self {
        Self(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
    }

    pub(crate) fn artefacts(&self) -> PathBuf {
        self.0.join("artefacts")
    }

    pub(crate) fn services(&self) -> PathBuf {
        self.0.join("services")
    }

    /// Opens the records. Another process that uses the folder is found here, before anything is changed.
    pub(crate) fn records(&self) -> Result<FileStorage, Error> {
        FileStorage::open(&self.0).map_err(|source| Error::State(Box::new(source)))
    }

    /// Opens the modules. Services that are made of them run on `host`.
    pub(crate) fn deployment(&self, host: Host, effectors: Effectors) -> Result<Deployment, Error> {
        let store = ModuleFolder::open(self.0.join("modules"), self.0.join("blueprints"));
        let store = store.map_err(|source| Error::Modules(Box::new(source)))?;
        let deployed = self.0.join("deployed");
        let [storage, temporary, vault] = ["storage", "tmp", "vault"].map(|name| deployed.join(name));
        let folders = ServiceFolders::new(storage, &temporary, &vault);
        let vault = Vault::new(vault);
        let cleared = folders.clear_ephemeral().and_then(|()| vault.clear());
        cleared.map_err(|source| Error::Unwritable { path: deployed, source })?;
        Ok(Deployment::new(host, store, folders, vault, effectors))
    }
}
