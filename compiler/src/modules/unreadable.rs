//! Messages about modules that can't be read.

use crate::loader::Utf16;
use crate::{SourceReadError, codes};
use aqua_diagnostics::{Diagnostic, Sources, Span};

/// Returns the diagnostic about a module that can't be read. `import` is the import string, unless the module is an entry.
///
/// A module with invalid text is added to `sources`, with the invalid bytes replaced, so that the message can show the place.
pub(super) fn diagnose(error: SourceReadError, name: &str, import: Option<Span>, sources: &mut Sources) -> Diagnostic {
    let bytes = match error {
        SourceReadError::Unreadable(reason) => {
            let span = import.unwrap_or_else(|| sources.add(name, "").span(0, 0));
            return Diagnostic::error(codes::UNREADABLE, span, format!("can't read `{name}`")).label(reason);
        }
        SourceReadError::NotUtf8(bytes) => bytes,
    };
    let message = format!("`{name}` is not UTF-8 text");
    let message = match Utf16::of(&bytes) {
        Some(order) => {
            let text = order.decode(&bytes);
            let line = text.lines().next().unwrap_or_default().len();
            let span = sources.add(name, text).span(0, line as u32);
            Diagnostic::error(codes::UNREADABLE, span, message)
                .label("this is UTF-16")
                .help("save the file as UTF-8, such as by `iconv -f UTF-16 -t UTF-8`")
        }
        None => {
            let valid = bytes.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
            let text = String::from_utf8_lossy(&bytes);
            let span = sources
                .add(name, &*text)
                .span(valid as u32, (valid + '\u{fffd}'.len_utf8()) as u32);
            let byte = bytes.get(valid).copied().unwrap_or_default();
            let label = match byte {
                // The upper half of Latin-1 equals that of Unicode; bytes below are control characters there.
                0xa0.. => format!(
                    "byte {byte:#04x} is not valid here; in Latin-1 it is `{}`",
                    char::from(byte)
                ),
                _ => format!("byte {byte:#04x} is not valid here"),
            };
            Diagnostic::error(codes::UNREADABLE, span, message)
                .label(label)
                .help("save the file as UTF-8; if it is Latin-1, such as by `iconv -f LATIN1 -t UTF-8`")
        }
    };
    match import {
        Some(import) => message.secondary(import, "imported here"),
        None => message,
    }
}
