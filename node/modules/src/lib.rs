//! The modules of a peer's services by content id, their blueprints, and the folders of services.
//!
//! * [`ContentId`]: the name of a module or a blueprint, the same on every peer and in IPFS.
//! * [`Blueprint`]: the modules of a service.
//! * [`ModuleStore`]: keeps both; [`ModuleFolder`] keeps them as files.
//! * [`ServiceFolders`]: the folders of the host that a service sees.
//! * [`Vault`]: the folders of particles, in which services and builtins exchange files.
//!
//! Names of files are content ids, or names that [`ServiceFolders`] has checked, so nothing that a remote peer sends selects a path.

mod files;
mod folder;
mod service_folders;
mod store;
mod vault;

pub use aqua_blueprint::{Blueprint, BlueprintError, ContentId, ContentIdError};
pub use folder::ModuleFolder;
pub use service_folders::{InvalidName, MappedFolder, ServiceFolders};
pub use store::{InvalidFile, ModuleDescription, ModuleStore, ModuleStoreError, StoredBlueprint, StoredModule};
pub use vault::{Vault, VaultError, VaultFolder};
