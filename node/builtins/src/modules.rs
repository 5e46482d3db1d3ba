//! What builtins need of the driver: a store of modules and blueprints.

use aqua_blueprint::{Blueprint, ContentId};
use aqua_interface::Interface;
use futures::future::BoxFuture;
use std::collections::BTreeMap;
use std::fmt;

/// Keeps the modules and blueprints of a peer by content id. What a function returns is durable. Errors are texts for the initiator of
/// a particle; those about missing modules and blueprints name them.
pub trait Modules: fmt::Debug + Send + Sync {
    /// Adds a module under a name, and returns its id. A module that is there already gets this name.
    fn add_module<'a>(&'a self, name: &'a str, wasm: Vec<u8>) -> BoxFuture<'a, Result<ContentId, String>>;

    /// Adds a blueprint, and returns its id. Its modules may be added later.
    fn add_blueprint<'a>(&'a self, blueprint: &'a Blueprint) -> BoxFuture<'a, Result<ContentId, String>>;

    /// All modules, sorted by id, and the files in their place that are none.
    fn modules(&self) -> BoxFuture<'_, Vec<ListedModule>>;

    /// What a module offers.
    fn interface<'a>(&'a self, module: &'a ContentId) -> BoxFuture<'a, Result<Interface, String>>;

    /// All blueprints, sorted by id.
    fn blueprints(&self) -> BoxFuture<'_, Vec<Blueprint>>;

    /// A blueprint.
    fn blueprint<'a>(&'a self, id: &'a ContentId) -> BoxFuture<'a, Result<Blueprint, String>>;
}

/// A module, or a file in the place of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListedModule {
    /// A module.
    Valid {
        /// Its id.
        id: ContentId,
        /// Its name.
        name: String,
        /// Whether it writes to the log of the peer.
        logger_enabled: bool,
        /// The programs that it may run, by the name of the function.
        mounted_binaries: BTreeMap<String, String>,
    },
    /// A file that is no module.
    Invalid {
        /// The name of the file.
        file: String,
        /// What is wrong.
        reason: String,
    },
}
