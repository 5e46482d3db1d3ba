//! Compilation from the command to the written files, with our compiler and the published one.

use crate::measure::{self, Figures};
use anyhow::{Context, Result, anyhow, ensure};
use aqua_project::{ImportsMap, Program as Found, Settings};
use aqua_tests::foreign;
use aqua_tests::mended_packages::{MendedPackages, root_module, sources_of, write};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The compiled program.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Program {
    /// A function with one call.
    Hello,
    /// `registry-api.aqua` of the registry.
    RegistryApi,
    /// `registry-scheduled-scripts.aqua` of the registry.
    RegistryScheduled,
    /// All files of all packages.
    Packages,
    /// Functions that call each other twice.
    Doubling,
}

/// The measured compiler.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Compiler {
    /// Ours.
    Ours,
    /// npm `@fluencelabs/aqua-api`.
    Published,
}

const HELLO: &str = "aqua Hello

export hello

service Greeter(\"greeter\"):
    greet(name: string) -> string

func hello(name: string, peer: string) -> string:
    on peer:
        greeting <- Greeter.greet(name)
    <- greeting
";

/// The number of levels of functions that call the previous level twice.
const LEVELS: usize = 9;

/// Files on disk, ready for both compilers.
struct Prepared {
    folder: tempfile::TempDir,
    files: Vec<PathBuf>,
    /// An imports map, in the format of the published compiler.
    imports: Value,
}

impl Program {
    fn prepare(self) -> Result<Prepared> {
        let folder = tempfile::tempdir()?;
        let own = |text: &str| -> Result<Vec<PathBuf>> {
            let path = folder.path().join("main.aqua");
            std::fs::write(&path, text)?;
            Ok(vec![path])
        };
        let (files, imports) = match self {
            Self::Hello => (own(HELLO)?, json!([])),
            Self::Doubling => (own(&doubling(LEVELS))?, json!([])),
            Self::RegistryApi | Self::RegistryScheduled | Self::Packages => {
                let packages = foreign::npm_packages().map_err(|reason| anyhow!(reason))?;
                let mended = folder.path().join("mended");
                let copies = MendedPackages::copy(packages, &mended);
                let wanted = |file: &String| match self {
                    Self::RegistryApi => file.ends_with("registry-api.aqua"),
                    Self::RegistryScheduled => file.ends_with("registry-scheduled-scripts.aqua"),
                    _ => !file.contains("node_modules"),
                };
                let mut roots = Vec::new();
                for (at, file) in sources_of(packages).into_iter().filter(wanted).enumerate() {
                    if let Some(root) = root_module(packages, &file) {
                        let path = folder.path().join(format!("roots/r{at}.aqua"));
                        roots.push(write(&path, &copies.renamed(&file, root)));
                    }
                }
                (roots, copies.imports())
            }
        };
        ensure!(!files.is_empty(), "{self:?} has no files");
        std::fs::write(folder.path().join("imports.json"), imports.to_string())?;
        Ok(Prepared { folder, files, imports })
    }
}

fn doubling(levels: usize) -> String {
    let mut text = "aqua M\n\nexport top\n\nservice S(\"s\"):\n    g(x: u32) -> u32\n\nfunc f0(x: u32) -> u32:\n    y <- S.g(x)\n    <- y\n\n".to_owned();
    for level in 1..=levels {
        let below = level - 1;
        let _ = writeln!(
            text,
            "func f{level}(x: u32) -> u32:\n    a <- f{below}(x)\n    b <- f{below}(a)\n    <- b\n"
        );
    }
    text + &format!("func top(x: u32) -> u32:\n    r <- f{levels}(x)\n    <- r\n")
}

/// Compiles in a new process each time.
pub(crate) fn cold(program: Program, compiler: Compiler) -> Result<Figures> {
    let prepared = program.prepare()?;
    match compiler {
        Compiler::Ours => {
            let mut run = 0;
            measure::children(3, 20, || {
                run += 1;
                ours(&prepared, &format!("out{run}"))
            })
        }
        Compiler::Published if program == Program::Doubling => measure::children(0, 1, || published(&prepared)),
        Compiler::Published => measure::children(1, 3, || published(&prepared)),
    }
}

/// Compiles the same file repeatedly in one process.
pub(crate) fn warm(program: Program, compiler: Compiler) -> Result<Figures> {
    let prepared = program.prepare()?;
    match compiler {
        Compiler::Ours => {
            let settings = Settings {
                imports_map: Some(ImportsMap::read(&prepared.folder.path().join("imports.json"))?),
                ..Settings::default()
            };
            let found = Found::locate(&prepared.files[0])?;
            let runtime = tokio::runtime::Runtime::new()?;
            runtime.block_on(measure::inside(5, 50, async || {
                let compilation = found.compile(&settings)?;
                ensure!(!compilation.has_errors(), "{:?}", compilation.diagnostics);
                Ok(())
            }))
        }
        Compiler::Published => {
            let mut process =
                aqua_tests::official_compiler::OfficialCompiler::start().map_err(|reason| anyhow!(reason))?;
            let request = json!({"path": prepared.files[0], "imports": prepared.imports});
            measure::beside(process.process_id(), 3, 10, || {
                let compiled = process.compile(&request);
                ensure!(compiled.errors.is_empty(), "{:?}", compiled.errors);
                Ok(())
            })
        }
    }
}

/// Compiles all files in one process, to a new folder.
fn ours(prepared: &Prepared, out: &str) -> Result<()> {
    let aqua = std::env::current_exe()?.with_file_name("aqua");
    ensure!(aqua.is_file(), "{} is not built", aqua.display());
    let roots = prepared.folder.path().join("roots");
    let what: &Path = match prepared.files.as_slice() {
        [only] => only,
        _ => &roots,
    };
    let output = Command::new(&aqua)
        .args(["compile", "--quiet"])
        .arg(what)
        .arg("--imports-map")
        .arg(prepared.folder.path().join("imports.json"))
        .arg("-o")
        .arg(prepared.folder.path().join(out))
        .output()?;
    ensure!(
        output.status.success(),
        "aqua compile: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let written = std::fs::read_dir(prepared.folder.path().join(out))?.count();
    ensure!(written >= prepared.files.len(), "only {written} scripts were written");
    Ok(())
}

/// Compiles each file once, in one process.
fn published(prepared: &Prepared) -> Result<()> {
    let home = foreign::official_compiler().map_err(|reason| anyhow!(reason))?;
    let mut child = Command::new("node")
        .arg("compile.mjs")
        .current_dir(home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("node")?;
    let mut input = child.stdin.take().context("its input")?;
    for file in &prepared.files {
        writeln!(input, "{}", json!({"path": file, "imports": prepared.imports}))?;
    }
    drop(input);
    let output = child.wait_with_output()?;
    for line in String::from_utf8(output.stdout)?.lines() {
        let reply: Value = serde_json::from_str(line)?;
        ensure!(
            reply["errors"] == json!([]),
            "the published compiler: {}",
            reply["errors"]
        );
    }
    Ok(())
}
