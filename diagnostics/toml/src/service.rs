//! The table `[services.NAME]`.

use crate::codes;
use crate::{Section, Spanned};
use aqua_diagnostics::Diagnostic;
use std::io::Read;
use std::path::PathBuf;

/// `[services.NAME]`: a WebAssembly service that a peer runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The service id.
    pub name: String,
    /// What it consists of.
    pub source: ServiceSource,
    /// The memory limit in bytes.
    pub memory: Option<u64>,
}

/// What a service consists of. Paths are relative to the file that names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceSource {
    /// `wasm`: a component or a single Marine module.
    Wasm(Spanned<PathBuf>),
    /// `config`: the file that lists the Marine modules of the service.
    Config(Spanned<PathBuf>),
}

impl ServiceSource {
    /// The path of the file.
    pub fn path(&self) -> &Spanned<PathBuf> {
        match self {
            Self::Wasm(path) | Self::Config(path) => path,
        }
    }
}

impl Service {
    /// Takes the table `services` from `root` and reads its tables, in the order of the file. Leaves out services
    /// without a file, which are reported.
    pub fn read_all(root: &mut Section<'_, '_>) -> Vec<Self> {
        let sections = root.sections("services").into_iter();
        sections.filter_map(|(name, it)| Self::read(name, it)).collect()
    }

    fn read(name: String, mut section: Section<'_, '_>) -> Option<Self> {
        let config = section.path("config");
        let source = match config {
            Some(config) => {
                if let Some(wasm) = section.string("wasm") {
                    section.report_invalid("wasm", wasm.span, "no `wasm` where `config` lists the modules");
                }
                Some(ServiceSource::Config(config))
            }
            None => {
                let wasm = section.required_string("wasm", "\"service.wasm\"");
                wasm.map(|path| ServiceSource::Wasm(path.into()))
            }
        };
        let memory = section.size("memory").map(|memory| memory.value);
        section.finish();
        Some(Self {
            name,
            source: source?,
            memory,
        })
    }

    /// Checks a WebAssembly file by its first bytes. `file` is `None` if there is no such regular file.
    pub fn check_file(&self, file: Option<impl Read>) -> Option<Diagnostic> {
        let mut start = Vec::new();
        let is_read = file.is_some_and(|file| file.take(WASM_MAGIC.len() as u64).read_to_end(&mut start).is_ok());
        if !is_read {
            return Some(missing_file(self.source.path()));
        }
        let ServiceSource::Wasm(wasm) = &self.source else {
            return None;
        };
        if start == WASM_MAGIC {
            return None;
        }
        let message = format!("`{}` is not a WebAssembly file", wasm.value.display());
        let message = Diagnostic::error(codes::NOT_WASM, wasm.span, message);
        Some(message.help("name the component that a service was compiled to, such as `greeter.wasm`"))
    }
}

/// The first bytes of every WebAssembly file.
pub const WASM_MAGIC: &[u8] = b"\0asm";

/// The diagnostic for a file that does not exist.
pub fn missing_file(path: &Spanned<PathBuf>) -> Diagnostic {
    let message = format!("file `{}` not found", path.value.display());
    Diagnostic::error(codes::MISSING_FILE, path.span, message).note("Paths are relative to the folder of this file.")
}
