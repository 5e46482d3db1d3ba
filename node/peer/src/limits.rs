//! Bounds on what a peer does for others.

use crate::time::Nanos;

/// Bounds of one peer. All of them together bound its memory: see [`Limits::memory`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The longest lifetime of a particle, in milliseconds.
    pub ttl: u32,
    /// How far a particle's timestamp may be ahead of this peer's clock, in milliseconds.
    pub clock_skew: u64,
    /// The largest frame body, in bytes.
    pub frame: u64,
    /// Particles on the peer at a time.
    pub particles: u64,
    /// Bytes that all particles retain together. Steps that run can exceed it by `slots` times the machine's `run_size`.
    pub memory: u64,
    /// Jobs that run at a time; at least 2, so that one is free for short ones.
    pub slots: u32,
    /// Calls of one particle that run at a time.
    pub calls: u32,
    /// Frames of one particle that are being sent at a time.
    pub sends: u32,
    /// The longest time that a function may take.
    pub call_time: Nanos,
    /// Programs that are kept after their particles have gone.
    pub programs: usize,
    /// The length of the scripts of these programs together, in bytes.
    pub program_text: usize,
    /// Bounds for each connection.
    pub connection: ConnectionLimits,
    /// Bounds for each initiator of particles from other peers.
    pub initiator: InitiatorLimits,
    /// Bounds for each destination.
    pub destination: DestinationLimits,
    /// Bounds for each step.
    pub machine: aqua_vm::Limits,
}

/// Bounds for each connection. Frames beyond them wait at the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Frames per second.
    pub frames: u64,
    /// Bytes per second.
    pub bytes: u64,
    /// For how many seconds' worth of frames and bytes a connection may be ahead of its rate.
    pub burst_seconds: u64,
    /// Particles that wait for verification.
    pub verifications: u64,
    /// The same for all connections together.
    pub all_verifications: u64,
    /// Initiators per second that are new to this peer.
    pub initiators: u64,
    /// New initiators by which a connection may be ahead of its rate.
    pub initiator_burst: u64,
}

/// Bounds for each initiator of particles from other peers. Particles beyond them are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InitiatorLimits {
    /// Particles per second.
    pub rate: u64,
    /// Particles at a time.
    pub particles: u64,
    /// The part of [`Limits::memory`] that its particles may retain: one in so many.
    pub memory_part: u64,
    /// Calls that run at a time.
    pub calls: u32,
}

/// Bounds for frames that are being sent to one peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DestinationLimits {
    /// Frames at a time.
    pub frames: u32,
    /// Bytes of data at a time.
    pub bytes: u64,
}

const MIB: u64 = 1024 * 1024;

impl Default for Limits {
    fn default() -> Self {
        Self {
            ttl: 24 * 60 * 60 * 1000,
            clock_skew: 5 * 60 * 1000,
            frame: 100 * MIB,
            particles: 10_000,
            memory: 1024 * MIB,
            slots: 2,
            calls: 256,
            sends: 256,
            call_time: Nanos::from_millis(60_000),
            programs: 256,
            program_text: 64 * 1024 * 1024,
            connection: ConnectionLimits {
                frames: 2000,
                bytes: 16 * MIB,
                burst_seconds: 2,
                verifications: 32,
                all_verifications: 1024,
                initiators: 100,
                initiator_burst: 1000,
            },
            initiator: InitiatorLimits {
                rate: 2000,
                particles: 5000,
                memory_part: 8,
                calls: 1024,
            },
            destination: DestinationLimits {
                frames: 64,
                bytes: 16 * MIB,
            },
            machine: aqua_vm::Limits {
                hard: true,
                ..aqua_vm::Limits::default()
            },
        }
    }
}

impl Limits {
    /// Bytes above which offers wait.
    pub(crate) fn memory_for_offers(&self) -> u64 {
        self.memory / 4 * 3
    }

    /// Bytes above which new particles are refused.
    pub(crate) fn memory_for_particles(&self) -> u64 {
        self.memory / 10 * 9
    }

    /// Bytes that the particles of one initiator may retain.
    pub(crate) fn initiator_memory(&self) -> u64 {
        self.memory / self.initiator.memory_part.max(1)
    }

    /// Jobs that may run at a time.
    pub(crate) fn slots(&self) -> u32 {
        self.slots.max(2)
    }
}
