//! The pure crates as WebAssembly, and the guest that the suites run.

use crate::{print, target};
use anyhow::Result;
use aqua_foreign::wasm::{CRATES, Compiler, TARGET};
use std::path::Path;

/// Builds them. Installs a compiler for the target if there is none.
pub(crate) fn build(root: &Path) -> Result<()> {
    let guest = Compiler::install()?.build(&target(root))?;
    let size = guest.metadata()?.len();
    print(&format!("{TARGET}: {}", CRATES.join(", ")));
    print(&format!("{} bytes: {}", size, guest.display()));
    Ok(())
}
