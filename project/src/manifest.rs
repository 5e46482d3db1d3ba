//! `aqua.toml`, the manifest of a project.

use aqua_capabilities::Policy;
use aqua_diagnostics::{Diagnostic, FileId};
use aqua_toml::{Document, Section, Service, Spanned, missing_file};
use std::fs::File;
use std::path::{Path, PathBuf};

/// The file name of a manifest.
pub const FILE_NAME: &str = "aqua.toml";

/// The maximum of `[run] peers`.
pub const MAX_PEERS: u64 = 64;

/// The contents of a manifest. Missing and invalid values are replaced by defaults.
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
    /// `[policy]`: what services of a local network may have of what they ask for.
    pub policy: Policy,
}

/// `[package]`: name, version and main file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Package {
    /// The name of the package.
    pub name: String,
    /// The version of the package.
    pub version: Option<String>,
    /// The file that is compiled and run, relative to the manifest.
    pub main: Option<Spanned<PathBuf>>,
}

/// `[build]`: import folders and constants.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Build {
    /// Folders searched for imports, relative to the manifest.
    pub imports: Vec<Spanned<PathBuf>>,
    /// Constants: names and Aqua literals.
    pub constants: Vec<(String, Spanned<String>)>,
}

/// `[run]`: defaults of `aqua run` for the main file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Run {
    /// The function to call.
    pub function: Option<Spanned<String>>,
    /// The arguments of the function.
    pub arguments: Option<Vec<serde_json::Value>>,
    /// The number of peers to start.
    pub peers: Option<usize>,
    /// The time to live of the particle, in milliseconds.
    pub ttl: Option<u32>,
}

impl Manifest {
    /// Parses a manifest. Never fails: returns what could be read, with diagnostics for the rest.
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
            services: Service::read_all(&mut root),
            policy: Policy::read(&mut root),
        };
        root.finish();
        manifest
    }

    /// A diagnostic for each file that the manifest names and that does not exist or is no WebAssembly file; paths are relative
    /// to `root`.
    pub fn wrong_files(&self, root: &Path) -> Vec<Diagnostic> {
        let main = self
            .package
            .main
            .iter()
            .filter(|path| !root.join(&path.value).is_file());
        let services = self.services.iter();
        let services = services.filter_map(|service| {
            let file = root.join(&service.source.path().value);
            service.check_file(file.is_file().then(|| File::open(&file).ok()).flatten())
        });
        main.map(missing_file).chain(services).collect()
    }
}

impl Package {
    fn read(mut section: Section<'_, '_>) -> Self {
        let package = Self {
            name: section
                .required_string("name", "\"my-program\"")
                .map(|name| name.value)
                .unwrap_or_default(),
            version: section.string("version").map(|version| version.value),
            main: section.path("main"),
        };
        section.finish();
        package
    }
}

impl Build {
    fn read(mut section: Section<'_, '_>) -> Self {
        let build = Self {
            imports: section.strings("imports").into_iter().map(Spanned::into).collect(),
            constants: section.literals("consts"),
        };
        section.finish();
        build
    }
}

impl Run {
    fn read(mut section: Section<'_, '_>) -> Self {
        let run = Self {
            function: section.string("function"),
            arguments: section.array("args"),
            peers: section
                .integer("peers", 1..=MAX_PEERS)
                .map(|peers| peers.value as usize),
            ttl: section
                .integer("ttl", 1..=u64::from(u32::MAX))
                .map(|ttl| ttl.value as u32),
        };
        section.finish();
        run
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqua_diagnostics::Sources;

    #[test]
    fn the_quickstart_manifest_parses() {
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
    fn errors_point_to_the_invalid_values() {
        let text = concat!(
            "[package]\nmian = \"main.aqua\"\nversion = 1\n\n",
            "[build]\nimports = \"vendor\"\nconsts = { A = [1], B = \"a\\\"b\" }\n\n",
            "[run]\npeers = 0\nttl = 1.5\nargs = \"Aqua\"\nfuntcion = \"greet\"\n\n",
            "[services]\nlost = \"lost.wasm\"\n\n[services.greeter]\nmemory = \"lots\"\nwasm = true\n\n[depend]\n",
        );
        let mut sources = Sources::new();
        let file = sources.add(FILE_NAME, text);
        let (_, messages) = Manifest::parse(file, text);
        insta::assert_snapshot!(aqua_render::terminal(&sources, &messages, aqua_render::Colour::Off));
    }

    #[test]
    fn syntax_errors_are_reported() {
        let texts = [
            "[package]\nname = \"a\nmain = \"main.aqua\"\n",
            "[package\nname = \"a\"\n",
            "[package]\nname = a\n",
            "[package]\nname = \"a\"\nname = \"b\"\n",
            "name: a\n",
        ];
        let messages = texts.map(|text| {
            let mut sources = Sources::new();
            let file = sources.add(FILE_NAME, text);
            let (_, diagnostics) = Manifest::parse(file, text);
            aqua_render::terminal(&sources, &diagnostics, aqua_render::Colour::Off)
        });
        insta::assert_snapshot!(messages.join("\n"));
    }

    #[test]
    fn missing_files_are_reported() {
        let text = "[package]\nname = \"a\"\nmain = \"nowhere.aqua\"\n";
        let (manifest, _) = Manifest::parse(FileId(0), text);
        let messages = manifest.wrong_files(Path::new("."));
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0].code, aqua_toml::codes::MISSING_FILE);
    }

    #[test]
    fn a_text_file_is_not_wasm() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let text = "[package]\nname = \"a\"\n\n[services.greeter]\nwasm = \"main.aqua\"\n";
        std::fs::write(folder.path().join("main.aqua"), "aqua Main\n").expect("a new file");
        let mut sources = Sources::new();
        let file = sources.add(FILE_NAME, text);
        let (manifest, _) = Manifest::parse(file, text);
        let messages = manifest.wrong_files(folder.path());
        insta::assert_snapshot!(aqua_render::terminal(&sources, &messages, aqua_render::Colour::Off));
    }
}
