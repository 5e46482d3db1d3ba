//! Particle data as a value that outlives a step.

use crate::checkpoint::Checkpoint;
use crate::data::{InterpreterDataEnvelope, ParticleData, minimum_interpreter_version, read_archive};
use crate::failure::PreparationError;
use ecow::EcoString;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// What a peer knows about a particle: its decoded data.
///
/// The default is a particle that nothing has happened to. Cloning is cheap. A state can be put away as bytes with
/// [`encode`](Self::encode) and taken up again with [`decode`](Self::decode), and these bytes are what travels to other
/// peers.
///
/// A state that a step made remembers what was verified, so that the same ids and signatures are not verified again when they
/// arrive once more; one that was taken up from bytes remembers nothing. It also knows where services are still to answer, so that a step with their answers goes on from
/// there, and whether a step to which nothing comes would find anything to do. The data is put in order and signed when somebody asks for it, for which [`encode`](Self::encode) is enough.
#[derive(Clone)]
pub struct State {
    inner: Arc<Inner>,
}

struct Inner {
    data: LazyLock<ParticleData, Box<dyn FnOnce() -> ParticleData + Send>>,
    /// See [`State::size`].
    size: usize,
    /// The particle for which all content ids and signatures were checked when they arrived.
    verified_for: Option<EcoString>,
    checkpoint: Option<Checkpoint>,
}

impl State {
    /// A state with that data, whatever it says; a step checks what arrives, not what is already known.
    #[must_use]
    pub fn new(data: ParticleData) -> Self {
        let size = data.size();
        Self::made(size, None, None, move || data)
    }

    /// A state of about that size whose data is made when it is asked for.
    pub(crate) fn made(
        size: usize,
        verified_for: Option<EcoString>,
        checkpoint: Option<Checkpoint>,
        data: impl FnOnce() -> ParticleData + Send + 'static,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                data: LazyLock::new(Box::new(data)),
                size,
                verified_for,
                checkpoint,
            }),
        }
    }

    /// The data itself: trace, stores and signatures.
    #[must_use]
    pub fn data(&self) -> &ParticleData {
        &self.inner.data
    }

    /// About how many bytes the data takes.
    pub(crate) fn data_size(&self) -> usize {
        self.inner.size
    }

    /// Whether everything in it was checked when it arrived, for that particle; so that it is not checked again.
    pub(crate) fn is_verified_for(&self, particle_id: &str) -> bool {
        self.inner
            .verified_for
            .as_ref()
            .is_some_and(|known| known == particle_id)
    }

    pub(crate) fn verified_for(&self) -> Option<&EcoString> {
        self.inner.verified_for.as_ref()
    }

    /// Where a run of a step waits for answers and can be taken up again.
    pub(crate) fn checkpoint(&self) -> Option<&Checkpoint> {
        self.inner.checkpoint.as_ref()
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
        InterpreterDataEnvelope::encode(self.data())
    }

    /// About how many bytes the state takes in memory, and at least as many as [`encode`](Self::encode) gives. What is kept
    /// for calls that wait is not counted.
    #[must_use]
    pub fn size(&self) -> usize {
        /// The envelope and the root of the archive, rounded up.
        const ENVELOPE: usize = 256;
        self.inner.size + ENVELOPE
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new(ParticleData::default())
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner) || self.data() == other.data()
    }
}

impl Eq for State {}

impl fmt::Debug for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("State")
            .field("data", self.data())
            .field("waits", &self.inner.checkpoint.as_ref().is_some_and(Checkpoint::waits))
            .finish()
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
