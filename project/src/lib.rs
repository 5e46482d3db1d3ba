//! Projects on disk: manifests, import resolution, compilation and its output files.
//!
//! [`Program`] locates a program and its `aqua.toml`; [`FileLoader`] loads sources for the compiler. Mistakes in these
//! files are diagnostics with spans; I/O errors are [`Error`]s.

pub mod arguments;
pub mod artifacts;
mod build;
mod checker;
pub mod codes;
mod constants;
mod error;
mod file_loader;
mod folder;
mod imports_map;
mod invocation;
pub mod manifest;
mod program;
pub mod results;
mod service_file;
mod watch;
mod workers;

pub use build::{BuildError, Settings};
pub use checker::{CheckReport, Checker, check};
pub use constants::ConstantOverrides;
pub use error::Error;
pub use file_loader::FileLoader;
pub use folder::programs;
pub use imports_map::ImportsMap;
pub use invocation::{Invocation, InvocationError};
pub use manifest::Manifest;
pub use program::{Program, Project, ServiceContent};
pub use service_file::{NotAService, ServiceFile, declared_name, is_service_name};
pub use watch::{FileChanges, FileWatcher, WatchError};
