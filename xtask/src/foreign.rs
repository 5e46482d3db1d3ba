//! The foreign programs that the suites compare with.

use crate::print;
use anyhow::Result;
use aqua_foreign::{PACKAGES, ServiceTools, official_module, official_vm, package};

/// Installs what is missing.
pub(crate) fn install() -> Result<()> {
    for name in PACKAGES {
        print(&package(name)?.display().to_string());
    }
    print(&official_vm()?.display().to_string());
    print(&official_module()?.display().to_string());
    ServiceTools::install()?;
    Ok(())
}
