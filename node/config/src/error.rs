//! Why a node can't be started.

use crate::NodeFile;
use aqua_services::DeployError;
use std::io;
use std::path::PathBuf;

/// An invalid configuration, or a failure of the system. The cause is the source of the error and not part of its text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration file has errors: [`NodeFile::diagnostics`].
    #[error("invalid configuration")]
    Invalid(Box<NodeFile>),
    /// Reading a file failed.
    #[error("can't read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file of a service is not a WebAssembly file.
    #[error("{} is not a WebAssembly file", path.display())]
    NotWasm {
        /// The file.
        path: PathBuf,
    },
    /// Reading a Marine module of a service failed.
    #[error(transparent)]
    UnreadableModule(aqua_services::ReadError),
    /// Creating a key file failed.
    #[error("can't write {}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file is not a secret key.
    #[error("invalid key file {}: expected 32 bytes in base58", path.display())]
    InvalidKeyFile {
        /// The file.
        path: PathBuf,
    },
    /// The operating system has no random bytes for a new key.
    #[error("can't generate a key")]
    NoKey(#[source] io::Error),
    /// No multiaddress can be made of the IP address and a port.
    #[error("invalid listen address `{text}`")]
    InvalidListenAddress {
        /// The multiaddress.
        text: String,
    },
    /// The service host can't be started.
    #[error("can't start the service host")]
    ServiceHost(#[source] Box<DeployError>),
    /// A service can't be deployed.
    #[error("can't deploy service `{service}`")]
    Deploy {
        /// The service id.
        service: String,
        /// The cause.
        source: Box<DeployError>,
    },
    /// The records of the node can't be opened.
    #[error("can't open the state of the node")]
    State(#[source] Box<aqua_file_storage::OpenError>),
    /// The modules of the node can't be opened.
    #[error("can't open the modules of the node")]
    Modules(#[source] Box<aqua_modules::ModuleStoreError>),
    /// The node can't be started, such as for a port in use.
    #[error("can't start the node")]
    Node(#[source] Box<aqua_node::StartError>),
}
