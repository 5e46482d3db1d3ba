//! The configuration of a node and its start-up.
//!
//! [`start`] reads the configuration file and the key file, lets [`Options`] override the file, deploys the services and
//! starts the node. Mistakes in the configuration file are diagnostics with spans, in [`Error::Invalid`]; other failures
//! are the other variants of [`Error`].

mod data_folder;
mod error;
mod file;
mod key_file;
mod start;

pub use error::Error;
pub use file::{Effector, Limits, Listen, MULTIADDRESS, Network, NodeConfig, NodeFile};
pub use key_file::{create_key, random_seed, read_key, read_or_create};
pub use start::{Options, start};
