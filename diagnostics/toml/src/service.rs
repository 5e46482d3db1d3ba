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
    /// The WebAssembly file, relative to the file that names it.
    pub wasm: Spanned<PathBuf>,
    /// The memory limit in bytes.
    pub memory: Option<u64>,
}

impl Service {
    /// Takes the table `services` from `root` and reads its tables, in the order of the file. Leaves out services
    /// without a WebAssembly file, which are reported.
    pub fn read_all(root: &mut Section<'_, '_>) -> Vec<Self> {
        let sections = root.sections("services").into_iter();
        sections.filter_map(|(name, it)| Self::read(name, it)).collect()
    }

    fn read(name: String, mut section: Section<'_, '_>) -> Option<Self> {
        let wasm = section.required_string("wasm", "\"service.wasm\"").map(Spanned::into);
        let memory = section.size("memory").map(|memory| memory.value);
        section.finish();
        Some(Self {
            name,
            wasm: wasm?,
            memory,
        })
    }

    /// Checks the WebAssembly file by its first bytes. `file` is `None` if there is no such regular file.
    pub fn check_file(&self, file: Option<impl Read>) -> Option<Diagnostic> {
        let mut start = Vec::new();
        let is_read = file.is_some_and(|file| file.take(WASM_MAGIC.len() as u64).read_to_end(&mut start).is_ok());
        if !is_read {
            return Some(missing_file(&self.wasm));
        }
        if start == WASM_MAGIC {
            return None;
        }
        let message = format!("`{}` is not a WebAssembly file", self.wasm.value.display());
        let message = Diagnostic::error(codes::NOT_WASM, self.wasm.span, message);
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
