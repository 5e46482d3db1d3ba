//! The envelope around an archive: a `MessagePack` map that says who wrote it.

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

/// An envelope; fields in the order in which they are written. They are read in any order.
///
/// Named for the decoder's messages, which are part of error texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InterpreterDataEnvelope<'a> {
    #[serde(flatten)]
    pub(crate) versions: Versions,
    /// The archive.
    #[serde(borrow, with = "serde_bytes")]
    pub(crate) inner_data: Cow<'a, [u8]>,
}

/// Who wrote the data. May be readable where the rest is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Versions {
    /// Format of the archive. Only ever printed.
    pub(crate) version: Version,
    /// The interpreter.
    pub(crate) interpreter_version: Version,
}

/// Why bytes are no envelope.
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
        rmp_serde::from_slice(bytes).map_err(|error| EnvelopeError {
            error,
            versions: rmp_serde::from_slice(bytes).ok(),
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        rmp_serde::to_vec_named(self).expect("an envelope always serialises")
    }
}
