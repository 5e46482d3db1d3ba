//! Particle data as a value that outlives a step.

use crate::data::{InterpreterDataEnvelope, ParticleData, minimum_interpreter_version, read_archive, write_archive};
use crate::failure::PreparationError;
use std::sync::Arc;

/// What a peer knows about a particle: its decoded data.
///
/// The default is a particle that nothing has happened to. Cloning is cheap. A state can be put away as bytes with
/// [`encode`](Self::encode) and taken up again with [`decode`](Self::decode), and these bytes are what travels to other
/// peers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    data: Arc<ParticleData>,
}

impl State {
    /// A state with that data, whatever it says; a step checks what arrives, not what is already known.
    #[must_use]
    pub fn new(data: ParticleData) -> Self {
        Self { data: Arc::new(data) }
    }

    /// The data itself: trace, stores and signatures.
    #[must_use]
    pub fn data(&self) -> &ParticleData {
        &self.data
    }

    /// Reads particle data from its wire form. No bytes mean that nothing has happened yet.
    ///
    /// # Errors
    /// The bytes are not particle data: [`PreparationError`] 2, 3 or 4.
    pub fn decode(bytes: &[u8]) -> Result<Self, PreparationError> {
        Arriving::open(bytes)?.read().map(Self::new)
    }

    /// Writes particle data in its wire form. Equal states have equal bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        InterpreterDataEnvelope::around(&write_archive(&self.data)).encode()
    }

    /// About how many bytes the state takes in memory, and at least as many as [`encode`](Self::encode) gives.
    #[must_use]
    pub fn size(&self) -> usize {
        self.data.size()
    }
}

/// Particle data on its way in: the envelope is open, the archive still closed.
pub(crate) struct Arriving<'a> {
    envelope: Option<InterpreterDataEnvelope<'a>>,
}

impl<'a> Arriving<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, PreparationError> {
        if bytes.is_empty() {
            return Ok(Self { envelope: None });
        }
        InterpreterDataEnvelope::decode(bytes)
            .map(|envelope| Self {
                envelope: Some(envelope),
            })
            .map_err(PreparationError::from)
    }

    /// Refuses data of interpreters that are too old.
    pub(crate) fn check_version(&self) -> Result<(), PreparationError> {
        match &self.envelope {
            Some(envelope) if envelope.versions.interpreter_version < minimum_interpreter_version() => Err(
                PreparationError::InterpreterVersion(envelope.versions.interpreter_version.clone()),
            ),
            _ => Ok(()),
        }
    }

    pub(crate) fn read(&self) -> Result<ParticleData, PreparationError> {
        self.envelope.as_ref().map_or_else(
            || Ok(ParticleData::default()),
            |envelope| read_archive(&envelope.inner_data).map_err(PreparationError::Data),
        )
    }
}
