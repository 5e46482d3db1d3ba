//! A compiler for `wasm32-unknown-unknown`, and what is built with it.

use crate::installation::{Error, cache, cargo, run};
use crate::root;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target that pure crates are built for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The target of Marine modules.
const WASI_TARGET: &str = "wasm32-wasip1";

/// The crates that must compile for the target.
pub const CRATES: &[&str] = &[
    "aqua-air",
    "aqua-builtins",
    "aqua-compiler",
    "aqua-component",
    "aqua-diagnostics",
    "aqua-grammar",
    "aqua-interface",
    "aqua-keys",
    "aqua-marine",
    "aqua-particle",
    "aqua-peer",
    "aqua-simulator",
    "aqua-storage",
    "aqua-values",
    "aqua-vm",
];

/// The crate whose module the suites run.
const GUEST: &str = "aqua-wasm-guest";

/// A compiler that has a standard library for [`TARGET`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiler {
    /// Differs for each build of the standard library. Cargo does not see that libraries of another one don't fit.
    name: String,
    rustc: PathBuf,
    linker: PathBuf,
}

impl Compiler {
    /// The project's own compiler if it has the target (`rustup target add`), else the one that [`install`](Self::install)
    /// installed.
    ///
    /// # Errors
    /// If neither is there.
    pub fn find() -> Result<Self, Error> {
        let rustc = Path::new("rustc").to_owned();
        if has_target(&rustc, TARGET) {
            return Self::new(rustc);
        }
        let folders = fs::read_dir(cache()).map_err(|_| Error::NoWasmCompiler)?;
        let installed = folders
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.file_name().is_some_and(is_toolchain))
            .map(|path| path.join("bin/rustc"))
            .find(|rustc| has_target(rustc, TARGET));
        Self::new(installed.ok_or(Error::NoWasmCompiler)?)
    }

    /// The project's own compiler if it has the target, else one that `tools/wasm-toolchain/install` installs in [`cache`] (on Debian
    /// only).
    ///
    /// # Errors
    /// If the script fails.
    pub fn install() -> Result<Self, Error> {
        let rustc = Path::new("rustc").to_owned();
        if has_target(&rustc, TARGET) {
            return Self::new(rustc);
        }
        let path = run(Command::new(root().join("tools/wasm-toolchain/install")).env("AQUA_CACHE", cache()))?;
        Self::new(PathBuf::from(path.trim()))
    }

    fn new(rustc: PathBuf) -> Result<Self, Error> {
        // The linker comes with the project's compiler, for every target.
        let library = run(Command::new("rustc").args(["--print", "target-libdir"]))?;
        let linker = Path::new(library.trim()).with_file_name("bin").join("rust-lld");
        // FOLDER/bin/rustc, or `rustc`.
        let folder = rustc.ancestors().nth(2).and_then(Path::file_name);
        let name = folder.map_or_else(|| "own".to_owned(), |name| name.to_string_lossy().into_owned());
        Ok(Self { name, rustc, linker })
    }

    /// Whether it compiles programs for WASI, which Marine modules are.
    pub fn compiles_for_wasi(&self) -> bool {
        has_target(&self.rustc, WASI_TARGET)
    }

    /// The environment variables with which cargo uses the compiler.
    pub fn environment(&self) -> [(&'static str, &Path); 3] {
        [
            ("RUSTC", &self.rustc),
            ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", &self.linker),
            ("CARGO_TARGET_WASM32_WASIP1_LINKER", &self.linker),
        ]
    }

    /// The name of the compiler, for folders of what it builds.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Builds all [`CRATES`] and the guest, in `wasm/COMPILER` below a target folder, and returns the path of the guest's module. One
    /// build, so that all users get the same features and nothing is built twice.
    ///
    /// # Errors
    /// With what the compiler wrote, if it fails.
    pub fn build(&self, target: &Path) -> Result<PathBuf, Error> {
        let target = target.join("wasm").join(&self.name);
        let mut cargo = cargo();
        cargo
            .args([
                "build",
                "--quiet",
                "--locked",
                "--release",
                "--target",
                TARGET,
                "--target-dir",
            ])
            .arg(&target)
            .envs(self.environment())
            .current_dir(root());
        for name in CRATES.iter().chain([&GUEST]) {
            cargo.args(["--package", name]);
        }
        run(&mut cargo)?;
        Ok(target.join(TARGET).join("release/aqua_wasm_guest.wasm"))
    }
}

/// Whether a folder of the cache is one that `tools/wasm-toolchain/install` made.
fn is_toolchain(folder: &OsStr) -> bool {
    folder.to_string_lossy().starts_with("wasm-toolchain-")
}

fn has_target(rustc: &Path, target: &str) -> bool {
    let library = run(Command::new(rustc).args(["--print", "target-libdir", "--target", target]));
    let Ok(entries) = library.map(|path| fs::read_dir(path.trim())) else {
        return false;
    };
    let mut names = entries.into_iter().flatten().flatten().map(|entry| entry.file_name());
    // With a hash in its name, or without one where it was built as a plain package.
    names.any(|name| {
        let name = name.to_string_lossy();
        name == "libstd.rlib" || name.starts_with("libstd-")
    })
}
