//! `aqua.toml`: what belongs to a program and how it is run.

use crate::codes;
use crate::section::{Document, Placed, Section};
use aqua_diagnostics::{Diagnostic, FileId};
use std::path::{Path, PathBuf};

/// The file name of a manifest.
pub const FILE_NAME: &str = "aqua.toml";

/// The largest number of peers that one process is asked to run.
pub const MOST_PEERS: u64 = 64;

/// What a manifest says. Parts that were wrong or absent have their defaults.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Manifest {
    /// `[package]`.
    pub package: Package,
    /// `[build]`.
    pub build: Build,
    /// `[run]`.
    pub run: Run,
    /// `[services.NAME]`, in the order of the file.
    pub services: Vec<Service>,
}

/// `[package]`: the name of the program and the file it begins in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Package {
    /// What the program is called.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// The file that is compiled and run, relative to the manifest.
    pub main: Option<Placed<PathBuf>>,
}

/// `[build]`: how the program is compiled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Build {
    /// Folders searched for imports, relative to the manifest.
    pub imports: Vec<Placed<PathBuf>>,
    /// Constants, as `NAME` and an Aqua literal.
    pub constants: Vec<(String, Placed<String>)>,
}

/// `[run]`: what `aqua run` does with the main file when nothing else is said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Run {
    /// The function to call.
    pub function: Option<Placed<String>>,
    /// Its arguments; `None` when the manifest gives none.
    pub arguments: Option<Vec<serde_json::Value>>,
    /// How many peers to start.
    pub peers: Option<usize>,
    /// How long the particle lives, in milliseconds.
    pub ttl: Option<u32>,
}

/// `[services.NAME]`: a WebAssembly service that peers run under that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The id it is called by.
    pub name: String,
    /// The module or component, relative to the manifest.
    pub wasm: Placed<PathBuf>,
    /// The most memory it may use, in bytes.
    pub memory: Option<u64>,
}

impl Manifest {
    /// Reads a manifest's text. Total: mistakes become messages, and what can be understood is.
    pub fn parse(file: FileId, text: &str) -> (Self, Vec<Diagnostic>) {
        let document = Document::parse(file, text);
        let manifest = Self::read(document.root());
        (manifest, document.finish())
    }

    fn read(mut root: Section<'_, '_>) -> Self {
        let manifest = Self {
            package: root.section("package").map(Package::read).unwrap_or_default(),
            build: root.section("build").map(Build::read).unwrap_or_default(),
            run: root.section("run").map(Run::read).unwrap_or_default(),
            services: root
                .sections("services")
                .into_iter()
                .filter_map(|(name, it)| Service::read(name, it))
                .collect(),
        };
        root.finish();
        manifest
    }

    /// Messages about files that the manifest names but that are not below `root`.
    pub fn missing_files(&self, root: &Path) -> Vec<Diagnostic> {
        let named = self
            .package
            .main
            .iter()
            .chain(self.services.iter().map(|service| &service.wasm));
        let missing = named.filter(|path| !root.join(&path.value).is_file());
        missing.map(missing_file).collect()
    }
}

/// The message that a named file does not exist.
pub(crate) fn missing_file(path: &Placed<PathBuf>) -> Diagnostic {
    let message = format!("there is no file `{}`", path.value.display());
    Diagnostic::error(codes::MISSING_FILE, path.span, message)
        .label("not found")
        .note("Paths are relative to the file that names them.")
}

impl Package {
    fn read(mut section: Section<'_, '_>) -> Self {
        let package = Self {
            name: section
                .required_text("name", "\"my-program\"")
                .map(|name| name.value)
                .unwrap_or_default(),
            version: section.text("version").map(|version| version.value),
            main: section.text("main").map(path),
        };
        section.finish();
        package
    }
}

impl Build {
    fn read(mut section: Section<'_, '_>) -> Self {
        let build = Self {
            imports: section.texts("imports").into_iter().map(path).collect(),
            constants: section.literals("consts"),
        };
        section.finish();
        build
    }
}

impl Run {
    fn read(mut section: Section<'_, '_>) -> Self {
        let run = Self {
            function: section.text("function"),
            arguments: section.values("args"),
            peers: section.whole("peers", 1..=MOST_PEERS).map(|peers| peers.value as usize),
            ttl: section
                .whole("ttl", 1..=u64::from(u32::MAX))
                .map(|ttl| ttl.value as u32),
        };
        section.finish();
        run
    }
}

impl Service {
    pub(crate) fn read(name: String, mut section: Section<'_, '_>) -> Option<Self> {
        let wasm = section.required_text("wasm", "\"service.wasm\"").map(path);
        let memory = section.bytes("memory").map(|memory| memory.value);
        section.finish();
        Some(Self {
            name,
            wasm: wasm?,
            memory,
        })
    }
}

pub(crate) fn path(text: Placed<String>) -> Placed<PathBuf> {
    Placed {
        value: PathBuf::from(text.value),
        span: text.span,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqua_diagnostics::Sources;

    #[test]
    fn the_quickstart_reads() {
        let text = concat!(
            "[package]\nname = \"quickstart\"\nmain = \"main.aqua\"\n",
            "[run]\nfunction = \"greet\"\nargs = [\"Aqua\"]\npeers = 3\n",
            "[services.greeter]\nwasm = \"greeter/greeter.wasm\"\nmemory = \"32MiB\"\n",
        );
        let (manifest, messages) = Manifest::parse(FileId(0), text);
        assert_eq!(messages, []);
        assert_eq!(manifest.package.name, "quickstart");
        assert_eq!(manifest.run.arguments, Some(vec!["Aqua".into()]));
        assert_eq!(manifest.run.peers, Some(3));
        assert_eq!(manifest.services[0].name, "greeter");
        assert_eq!(manifest.services[0].memory, Some(32 << 20));
    }

    #[test]
    fn constants_become_literals() {
        let (manifest, messages) = Manifest::parse(FileId(0), "[build]\nconsts = { N = 3, WHO = \"me\", ON = true }\n");
        assert_eq!(messages, []);
        let constants: Vec<_> = manifest
            .build
            .constants
            .iter()
            .map(|(n, v)| (n.as_str(), v.value.as_str()))
            .collect();
        assert_eq!(constants, [("N", "3"), ("WHO", "\"me\""), ("ON", "true")]);
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let text = concat!(
            "[package]\nmian = \"main.aqua\"\n\n",
            "[run]\npeers = 0\nargs = \"Aqua\"\nfuntcion = \"greet\"\n\n",
            "[services]\nlost = \"lost.wasm\"\n\n[services.greeter]\nmemory = \"lots\"\n\n[depend]\n",
        );
        let mut sources = Sources::new();
        let file = sources.add(FILE_NAME, text);
        let (_, messages) = Manifest::parse(file, text);
        insta::assert_snapshot!(aqua_render::terminal(&sources, &messages, aqua_render::Colour::Off));
    }

    #[test]
    fn what_is_not_toml_is_told_and_the_rest_read() {
        let text = "[package]\nname = \"a\nmain = \"main.aqua\"\n";
        let mut sources = Sources::new();
        let file = sources.add(FILE_NAME, text);
        let (_, messages) = Manifest::parse(file, text);
        insta::assert_snapshot!(aqua_render::terminal(&sources, &messages, aqua_render::Colour::Off));
    }

    #[test]
    fn missing_files_are_told() {
        let text = "[package]\nname = \"a\"\nmain = \"nowhere.aqua\"\n";
        let (manifest, _) = Manifest::parse(FileId(0), text);
        let messages = manifest.missing_files(Path::new("."));
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0].code, codes::MISSING_FILE);
    }
}
