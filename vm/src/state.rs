//! The state of a particle between steps.

use crate::checkpoint::Checkpoint;
use crate::data::{
    DataSize, InterpreterDataEnvelope, ParticleData, SignatureMap, minimum_interpreter_version, read_archive,
};
use crate::failure::PreparationError;
use crate::memory::{self, sizes};
use ecow::EcoString;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// The decoded data of a particle on a peer.
///
/// The default is a particle that nothing has happened to. Cloning is cheap. [`encode`](Self::encode) writes the bytes that
/// travel to other peers; [`decode`](Self::decode) reads them, also to resume a particle that was stored.
///
/// A state made by a step remembers what was verified, so that the same ids and signatures are not verified again when they
/// arrive once more. It also records where calls wait, so that a step with their results resumes there, and whether a step
/// without input would do anything. A decoded state remembers none of this. The data is sorted and signed when it is first
/// used, by [`data`](Self::data) or [`encode`](Self::encode).
#[derive(Clone)]
pub struct State {
    inner: Arc<Inner>,
}

struct Inner {
    data: Arc<LazyData>,
    data_size: DataSize,
    /// See [`State::size`].
    size: usize,
    /// The particle for which all content ids and signatures were checked when they arrived.
    verified_for: Option<EcoString>,
    checkpoint: Option<Checkpoint>,
}

/// Particle data that is made when it is first used.
pub(crate) struct LazyData(LazyLock<ParticleData, Box<dyn FnOnce() -> ParticleData + Send>>);

impl LazyData {
    pub(crate) fn get(&self) -> &ParticleData {
        &self.0
    }
}

impl fmt::Debug for LazyData {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(formatter)
    }
}

impl State {
    /// A state with that data, which is not checked. A step checks what arrives, not what is already known.
    #[must_use]
    pub fn new(data: ParticleData) -> Self {
        let size = data.size();
        Self::of_run(data, size, None, None)
    }

    /// A state with the data of a full run, of that size.
    pub(crate) fn of_run(
        data: ParticleData,
        data_size: DataSize,
        verified_for: Option<EcoString>,
        checkpoint: Option<Checkpoint>,
    ) -> Self {
        let state = Self::lazy(data_size, verified_for, checkpoint, move || data);
        // Drops the closure.
        LazyLock::force(&state.inner.data.0);
        state
    }

    /// A state whose data of that size is made when it is first used.
    pub(crate) fn lazy(
        data_size: DataSize,
        verified_for: Option<EcoString>,
        checkpoint: Option<Checkpoint>,
        data: impl FnOnce() -> ParticleData + Send + 'static,
    ) -> Self {
        sizes! {
            INNER: Inner = 536;
            DATA: LazyData = 312;
        }
        let verified_for_size = verified_for.as_ref().map_or(0, |id| memory::string(id.len()));
        let checkpoint_size = checkpoint.as_ref().map_or(0, Checkpoint::size);
        let size = 2 * memory::ARC + INNER + DATA + verified_for_size + data_size.memory + checkpoint_size;
        Self {
            inner: Arc::new(Inner {
                data: Arc::new(LazyData(LazyLock::new(Box::new(data)))),
                data_size,
                size,
                verified_for,
                checkpoint,
            }),
        }
    }

    /// The data itself: trace, stores and signatures.
    #[must_use]
    pub fn data(&self) -> &ParticleData {
        let data = self.inner.data.get();
        // The signatures are part of it.
        let _made: &SignatureMap = &data.signatures;
        data
    }

    pub(crate) fn lazy_data(&self) -> &Arc<LazyData> {
        &self.inner.data
    }

    pub(crate) fn data_size(&self) -> DataSize {
        self.inner.data_size
    }

    /// Whether everything in it was checked for that particle when it arrived, so that it is not checked again.
    pub(crate) fn is_verified_for(&self, particle_id: &str) -> bool {
        self.inner
            .verified_for
            .as_ref()
            .is_some_and(|known| known == particle_id)
    }

    pub(crate) fn verified_for(&self) -> Option<&EcoString> {
        self.inner.verified_for.as_ref()
    }

    /// Where the run of this state can be resumed.
    pub(crate) fn checkpoint(&self) -> Option<&Checkpoint> {
        self.inner.checkpoint.as_ref()
    }

    /// Reads particle data from its wire form. No bytes stand for the default state.
    ///
    /// # Errors
    /// The bytes are not particle data: [`PreparationError`] 2, 3 or 4.
    pub fn decode(bytes: &[u8]) -> Result<Self, PreparationError> {
        Arriving::open(bytes)?.read().map(Self::new)
    }

    /// Writes particle data in its wire form. Equal states have equal bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        InterpreterDataEnvelope::encode(self.data(), self.inner.data_size.archive)
    }

    /// The approximate memory of the state in bytes, for limits and accounts: its data and what waiting calls retain.
    ///
    /// The figure depends only on the inputs of the steps that made the state, not on the machine or its pointer width. It
    /// is that of a state whose data has been made. Programs are shared and not included. Costs nothing: steps keep it up
    /// to date.
    #[must_use]
    pub fn size(&self) -> usize {
        self.inner.size
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

/// Incoming particle data. The envelope is decoded, the archive is not.
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

    /// Rejects data of interpreters that are too old.
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
