//! Installs what the suites need and this project does not build: published packages (`tests/peers`), the official VM, tools that build
//! services, and a compiler for WebAssembly with what it compiles.
//!
//! Everything is kept in [`cache`], in a folder named for the lock file it was installed from, so a fresh checkout installs
//! nothing that is there. An installation appears as a whole, whatever else runs at the same time.

mod installation;
mod official_module;
mod official_vm;
mod packages;
mod service_tools;
pub mod wasm;

pub use installation::{Error, cache};
pub use official_module::official_module;
pub use official_vm::official_vm;
pub use packages::{PACKAGES, package};
pub use service_tools::ServiceTools;

use std::path::Path;

/// The root of the workspace.
fn root() -> &'static Path {
    let mut parents = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    parents.nth(2).unwrap_or(Path::new("."))
}
