//! Programs that nobody here wrote: found, prepared once, or skipped loudly.
//!
//! A suite that needs a foreign tool asks for it here. Where the tool is missing the suite is skipped with a line on
//! stderr that counts the skips; in CI (`CI` is set) a missing tool fails the test.

use crate::tree;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

static SKIPPED: AtomicU32 = AtomicU32::new(0);

/// Says loudly that a test is skipped for want of a tool; fails instead when `CI` is set.
pub fn skip(test: &str, reason: &str) {
    assert!(
        std::env::var_os("CI").is_none(),
        "{test}: {reason}, and CI must not skip"
    );
    let count = SKIPPED.fetch_add(1, Ordering::Relaxed) + 1;
    // Written past the test harness, which would hide it.
    let _ = writeln!(std::io::stderr(), "SKIPPED ({count} so far): {test}: {reason}");
}

/// Where prepared foreign programs are kept between runs: `$AQUA_CACHE`, or `target/peers`.
pub fn cache() -> PathBuf {
    std::env::var_os("AQUA_CACHE").map_or_else(|| tree::at("target/peers"), PathBuf::from)
}

/// The folder of the published Aqua packages (`node_modules` of `tests/peers/packages`).
///
/// # Errors
/// A sentence that says why there is none: no npm, or npm failed.
pub fn npm_packages() -> Result<&'static Path, &'static str> {
    static PACKAGES: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    installed(&PACKAGES, "tests/peers/packages").map(|modules| modules.as_path())
}

/// The folder of the official JS client (`tests/peers/js-client`), ready to run.
///
/// # Errors
/// A sentence that says why there is none: no npm, or npm failed.
pub fn js_client() -> Result<&'static Path, &'static str> {
    static CLIENT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    installed(&CLIENT, "tests/peers/js-client").map(|modules| modules.parent().expect("a folder of its own"))
}

/// The folder of the published compiler (`tests/peers/official-compiler`), ready to run.
///
/// # Errors
/// A sentence that says why there is none: no npm, or npm failed.
pub fn official_compiler() -> Result<&'static Path, &'static str> {
    static COMPILER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    installed(&COMPILER, "tests/peers/official-compiler").map(|modules| modules.parent().expect("a folder of its own"))
}

/// The folder of the official VM 0.62.0 (`tests/peers/official-vm-0.62`), ready to run.
///
/// # Errors
/// A sentence that says why there is none: no npm, or npm failed.
pub fn official_vm_0_62() -> Result<&'static Path, &'static str> {
    static MACHINE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    installed(&MACHINE, "tests/peers/official-vm-0.62").map(|modules| modules.parent().expect("a folder of its own"))
}

/// The `node_modules` of a folder with a lock file, installed when they are not there.
fn installed(once: &'static OnceLock<Result<PathBuf, String>>, home: &str) -> Result<&'static PathBuf, &'static str> {
    let modules = once.get_or_init(|| {
        let home = tree::at(home);
        let modules = home.join("node_modules");
        if !modules.join(".package-lock.json").is_file() {
            run(Command::new("npm")
                .args(["ci", "--silent", "--no-progress"])
                .current_dir(&home))?;
        }
        Ok(modules)
    });
    modules.as_ref().map_err(String::as_str)
}

/// Runs a command to its end; the error holds its name and what it printed on stderr.
pub fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| format!("{name}: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!(
            "{name}: {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        )),
    }
}
