//! Programs of others that play peers and counterparts, and what a suite does without them.
//!
//! Where a program can't be installed, a suite is skipped with a line on stderr that counts the skips; in CI (`CI` is set) it
//! fails.

pub use aqua_foreign::cache;
use aqua_foreign::{ServiceTools, wasm::Compiler};

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

static SKIPPED: AtomicU32 = AtomicU32::new(0);

/// Reports on stderr that a test is skipped because a program is missing.
///
/// # Panics
/// If `CI` is set.
pub fn skip(test: &str, reason: &str) {
    assert!(
        std::env::var_os("CI").is_none(),
        "{test}: {reason}, and CI must not skip"
    );
    let count = SKIPPED.fetch_add(1, Ordering::Relaxed) + 1;
    // Written past the test harness, which would hide it.
    let _ = writeln!(std::io::stderr(), "SKIPPED ({count} so far): {test}: {reason}");
}

/// The published Aqua packages: the `node_modules` of `tests/peers/packages`.
///
/// # Errors
/// Why they can't be installed.
pub fn npm_packages() -> Result<&'static Path, &'static str> {
    static PACKAGES: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    installed(&PACKAGES, || {
        aqua_foreign::package("packages").map(|home| home.join("node_modules"))
    })
}

/// The folder of the official JS client (`tests/peers/js-client`), ready to run.
///
/// # Errors
/// Why it can't be installed.
pub fn js_client() -> Result<&'static Path, &'static str> {
    static CLIENT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    installed(&CLIENT, || aqua_foreign::package("js-client"))
}

/// The folder of the published compiler (`tests/peers/official-compiler`), ready to run.
///
/// # Errors
/// Why it can't be installed.
pub fn official_compiler() -> Result<&'static Path, &'static str> {
    static COMPILER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    installed(&COMPILER, || aqua_foreign::package("official-compiler"))
}

/// The folder of the official VM 0.62.0 (`tests/peers/official-vm-0.62`), ready to run.
///
/// # Errors
/// Why it can't be installed.
pub fn official_vm_0_62() -> Result<&'static Path, &'static str> {
    static VM: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    installed(&VM, || aqua_foreign::package("official-vm-0.62"))
}

/// The official VM 0.64.1 (`tests/peers/official-vm`), built.
///
/// # Errors
/// Why it can't be built.
pub fn official_vm() -> Result<&'static Path, &'static str> {
    static VM: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    installed(&VM, aqua_foreign::official_vm)
}

/// The official VM 0.64.1 as a Marine module (`tests/peers/official-vm-module`).
///
/// # Errors
/// Why it can't be downloaded.
pub fn official_module() -> Result<&'static Path, &'static str> {
    static MODULE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    installed(&MODULE, aqua_foreign::official_module)
}

/// The environment variables with which `aqua service build` finds its tools (`tests/peers/service-tools`) and a Rust compiler.
///
/// # Errors
/// Why they can't be installed.
pub fn service_tools() -> Result<Vec<(&'static str, OsString)>, String> {
    let tools = ServiceTools::install().and_then(|tools| tools.environment());
    let mut variables = tools.map_err(|error| error.to_string())?;
    let compiler = Compiler::find().map_err(|error| error.to_string())?;
    if !compiler.compiles_for_wasi() {
        return Err("the compiler for WebAssembly has no target wasm32-wasip1".to_owned());
    }
    variables.extend(compiler.environment().map(|(name, value)| (name, value.into())));
    Ok(variables)
}

/// Installs once in a process.
fn installed(
    once: &'static OnceLock<Result<PathBuf, String>>,
    install: impl FnOnce() -> Result<PathBuf, aqua_foreign::Error>,
) -> Result<&'static Path, &'static str> {
    let installed = once.get_or_init(|| install().map_err(|error| error.to_string()));
    installed.as_deref().map_err(String::as_str)
}
