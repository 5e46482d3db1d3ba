//! What lies on disk: the manifest of a program, the configuration of a node, and where imports are found.
//!
//! [`Program`] finds a program and the `aqua.toml` above it; [`Disk`] gives the compiler its sources. Mistakes in these
//! files are diagnostics that point into them; troubles of the disk are [`Error`]s.

pub mod arguments;
pub mod artifacts;
mod build;
mod checker;
pub mod codes;
mod disk;
mod error;
mod folder;
mod given;
mod imports_map;
mod invocation;
pub mod key_file;
pub mod manifest;
pub mod node_config;
mod program;
mod section;
mod watch;
mod workers;

pub use build::{BuildError, Settings};
pub use checker::{Checked, Checker, check};
pub use disk::Disk;
pub use error::Error;
pub use folder::programs;
pub use given::GivenConstants;
pub use imports_map::ImportsMap;
pub use invocation::{Invocation, InvocationError};
pub use manifest::Manifest;
pub use node_config::{NodeConfig, NodeFile};
pub use program::{Program, Project};
pub use section::Placed;
pub use watch::{Change, Watch, WatchError};
