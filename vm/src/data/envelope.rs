//! The envelope around an archive: a `MessagePack` map with the versions of its writer.

use super::ParticleData;
use super::archive_writer::write_archive;
use semver::Version;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Version of the data format that this machine writes.
pub(crate) const DATA_VERSION: Version = Version::new(0, 17, 2);

/// Version of the official interpreter whose rules this machine follows. It is written into every envelope.
pub(crate) const INTERPRETER_VERSION: Version = Version::new(0, 64, 1);

/// The oldest interpreter whose data is accepted.
pub(crate) const fn minimum_interpreter_version() -> Version {
    Version::new(0, 61, 0)
}

/// An envelope. Fields are written in this order and read in any.
///
/// Its name is part of the decoder's messages, which error messages quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InterpreterDataEnvelope<'a> {
    #[serde(flatten)]
    pub(crate) versions: Versions,
    /// The archive.
    #[serde(borrow, with = "serde_bytes")]
    pub(crate) inner_data: Cow<'a, [u8]>,
}

/// The versions of the writer. They may be readable where the rest is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Versions {
    /// Format of the archive. Only printed.
    pub(crate) version: Version,
    /// The interpreter.
    pub(crate) interpreter_version: Version,
}

/// Why bytes are not an envelope.
#[derive(Debug)]
pub(crate) struct EnvelopeError {
    pub(crate) error: rmp_serde::decode::Error,
    /// Versions of an envelope whose rest is damaged.
    pub(crate) versions: Option<Versions>,
}

impl<'a> InterpreterDataEnvelope<'a> {
    /// An envelope of this machine around an archive.
    pub(crate) fn around(archive: &'a [u8]) -> Self {
        let versions = Versions {
            version: DATA_VERSION,
            interpreter_version: INTERPRETER_VERSION,
        };
        Self {
            versions,
            inner_data: Cow::Borrowed(archive),
        }
    }

    pub(crate) fn decode(bytes: &'a [u8]) -> Result<Self, EnvelopeError> {
        if let Some(archive) = exact_form(bytes) {
            return Ok(Self::around(archive));
        }
        rmp_serde::from_slice(bytes).map_err(|error| EnvelopeError {
            error,
            versions: rmp_serde::from_slice(bytes).ok(),
        })
    }

    /// The bytes of an envelope of this machine around particle data. `size` is an estimate of the size of the archive.
    pub(crate) fn encode(data: &ParticleData, size: usize) -> Vec<u8> {
        let bytes = write_archive(data, FREE, size);
        close(bytes)
    }
}

/// Bytes reserved for the head of an envelope.
const FREE: usize = USUAL_HEAD.len() + 5;

/// Writes the head of an envelope before an archive that begins after [`FREE`] bytes.
fn close(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = u32::try_from(bytes.len() - FREE).expect("a step keeps particle data below 2 GiB");
    let mut head = [0; 5];
    let tag_and_length = match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length), _) => {
            head[..2].copy_from_slice(&[BIN_8, length]);
            &head[..2]
        }
        (_, Ok(length)) => {
            head[0] = BIN_16;
            head[1..3].copy_from_slice(&length.to_be_bytes());
            &head[..3]
        }
        _ => {
            head[0] = BIN_32;
            head[1..].copy_from_slice(&length.to_be_bytes());
            &head[..]
        }
    };
    let begin = USUAL_HEAD.len() + tag_and_length.len();
    bytes[..USUAL_HEAD.len()].copy_from_slice(USUAL_HEAD);
    bytes[USUAL_HEAD.len()..begin].copy_from_slice(tag_and_length);
    // Short archives have a shorter head.
    if begin < FREE {
        bytes.copy_within(FREE.., begin);
        bytes.truncate(bytes.len() - (FREE - begin));
    }
    bytes
}

/// The start of an envelope of this machine's version: a map of three, both versions, the name of the archive.
const USUAL_HEAD: &[u8] = b"\x83\xa7version\xa60.17.2\xb3interpreter_version\xa60.64.1\xaainner_data";

/// Tags of `MessagePack` byte strings by the size of the length that follows.
const BIN_8: u8 = 0xc4;
const BIN_16: u8 = 0xc5;
const BIN_32: u8 = 0xc6;

/// The archive of an envelope that is exactly of the form that this machine writes.
fn exact_form(bytes: &[u8]) -> Option<&[u8]> {
    let (tag, rest) = bytes.strip_prefix(USUAL_HEAD)?.split_first()?;
    let (length, archive) = match *tag {
        BIN_8 => rest
            .split_first()
            .map(|(length, archive)| (usize::from(*length), archive))?,
        BIN_16 => rest
            .split_first_chunk()
            .map(|(length, archive)| (usize::from(u16::from_be_bytes(*length)), archive))?,
        BIN_32 => rest
            .split_first_chunk()
            .map(|(length, archive)| (u32::from_be_bytes(*length) as usize, archive))?,
        _ => return None,
    };
    (archive.len() == length).then_some(archive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_path_reads_what_the_decoder_reads() {
        for length in [0, 1, 255, 256, 65_535, 65_536] {
            let archive = vec![7; length];
            let envelope = InterpreterDataEnvelope::around(&archive);
            let bytes = close([vec![0; FREE], archive.clone()].concat());
            assert_eq!(rmp_serde::to_vec_named(&envelope).expect("it serialises"), bytes);
            assert_eq!(exact_form(&bytes), Some(&*archive));
            assert_eq!(
                rmp_serde::from_slice::<InterpreterDataEnvelope<'_>>(&bytes).expect("an envelope"),
                envelope
            );
            assert_eq!(
                exact_form(&bytes[..bytes.len() - usize::from(length > 0)]).is_some(),
                length == 0
            );
            assert_eq!(exact_form(&[bytes, vec![0]].concat()), None);
        }
    }
}
