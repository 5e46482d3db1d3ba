//! The format of an entry: a header of 120 bytes, then the code as wasmtime serialises it.
//!
//! | bytes | content |
//! |---|---|
//! | 0–7 | `AQUACODE` |
//! | 8–11 | version of the format |
//! | 12–15 | kind: 1 for a component, 2 for a core module |
//! | 16–47 | digest of the engine: version of wasmtime, settings, processor and its features |
//! | 48–79 | BLAKE3 digest of the Wasm file |
//! | 80–87 | length of the code |
//! | 88–119 | message authentication code: keyed BLAKE3 of bytes 0–87 and of the code |
//!
//! Numbers are little-endian. [`open`] accepts a file only as a whole: every bit of it is covered by a comparison or by the code.

use std::hash::{Hash as _, Hasher};
use std::ops::Range;

use super::Digest;
use super::key::Key;

pub(super) const HEADER: usize = 120;
const MAGIC: &[u8; 8] = b"AQUACODE";
const VERSION: u32 = 1;

const VERSION_AT: Range<usize> = 8..12;
const KIND_AT: Range<usize> = 12..16;
const ENGINE_AT: Range<usize> = 16..48;
const WASM_AT: Range<usize> = 48..80;
const LENGTH_AT: Range<usize> = 80..88;
const MAC_AT: Range<usize> = 88..HEADER;

/// What an entry is the code of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ArtefactId {
    pub(crate) kind: ArtefactKind,
    /// See [`engine_digest`].
    pub(crate) engine: Digest,
    /// BLAKE3 digest of the Wasm file.
    pub(crate) wasm: Digest,
}

/// Kinds of Wasm files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArtefactKind {
    Component = 1,
    Module = 2,
}

/// Why a file is not the entry that is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Flaw {
    #[error("it is truncated")]
    Truncated,
    #[error("it is no compiled code of Aqua")]
    Magic,
    #[error("it has another version of the file format")]
    Version,
    #[error("it is code of another kind")]
    Kind,
    #[error("it was compiled by another engine version, with other settings or for another processor")]
    Engine,
    #[error("it is the code of another Wasm file")]
    Wasm,
    #[error("its length is wrong")]
    Length,
    #[error("its content was changed, or written with another key")]
    Authentication,
}

/// The header of an entry with this code.
pub(super) fn header(key: &Key, id: &ArtefactId, code: &[u8]) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..MAGIC.len()].copy_from_slice(MAGIC);
    header[VERSION_AT].copy_from_slice(&VERSION.to_le_bytes());
    header[KIND_AT].copy_from_slice(&(id.kind as u32).to_le_bytes());
    header[ENGINE_AT].copy_from_slice(&id.engine);
    header[WASM_AT].copy_from_slice(&id.wasm);
    header[LENGTH_AT].copy_from_slice(&(code.len() as u64).to_le_bytes());
    let mac = key.authenticate(&[&header[..MAC_AT.start], code]);
    header[MAC_AT].copy_from_slice(mac.as_bytes());
    header
}

/// The code of an entry, if all of `file` is what was written for `id`.
pub(super) fn open<'f>(key: &Key, id: &ArtefactId, file: &'f [u8]) -> Result<&'f [u8], Flaw> {
    let (header, code) = file.split_at_checked(HEADER).ok_or(Flaw::Truncated)?;
    let fields: [(&[u8], &[u8], Flaw); 5] = [
        (&header[..MAGIC.len()], MAGIC, Flaw::Magic),
        (&header[VERSION_AT], &VERSION.to_le_bytes(), Flaw::Version),
        (&header[KIND_AT], &(id.kind as u32).to_le_bytes(), Flaw::Kind),
        (&header[ENGINE_AT], &id.engine, Flaw::Engine),
        (&header[WASM_AT], &id.wasm, Flaw::Wasm),
    ];
    for (found, expected, flaw) in fields {
        if found != expected {
            return Err(flaw);
        }
    }
    let length = (code.len() as u64).to_le_bytes();
    if header[LENGTH_AT] != length {
        return Err(Flaw::Length);
    }
    let expected = key.authenticate(&[&header[..MAC_AT.start], code]);
    // Compares in constant time.
    if expected != header[MAC_AT] {
        return Err(Flaw::Authentication);
    }
    Ok(code)
}

/// A digest of everything that compiled code depends on besides the Wasm file: version of wasmtime, compiler settings, processor
/// architecture and features.
pub(crate) fn engine_digest(engine: &wasmtime::Engine) -> Digest {
    let mut hasher = DigestHasher(blake3::Hasher::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    *hasher.0.finalize().as_bytes()
}

/// Collects what a value feeds to its hasher.
struct DigestHasher(blake3::Hasher);

impl Hasher for DigestHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest = self.0.finalize();
        digest
            .as_bytes()
            .iter()
            .take(8)
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}
