//! The call that runs: who makes it, with which particle, and where its arguments come from.

use crate::peer;

/// Who calls a function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallParameters {
    /// The particle of the call.
    pub particle: Particle,
    /// The id of the service.
    pub service_id: String,
    /// The peer that created the service.
    pub service_creator_peer_id: String,
    /// The peer that runs the service.
    pub host_id: String,
    /// The worker that runs the service, or the peer itself.
    pub worker_id: String,
    /// The origins of each argument: one for each value that it is made of.
    pub tetraplets: Vec<Vec<Tetraplet>>,
}

/// The particle of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Particle {
    /// Its id.
    pub id: String,
    /// The peer that created it.
    pub init_peer_id: String,
    /// When it was created, in milliseconds since 1970.
    pub timestamp: u64,
    /// Its lifetime in milliseconds.
    pub ttl: u32,
    /// Its script.
    pub script: String,
    /// The signature of the peer that created it.
    pub signature: Vec<u8>,
    /// The secret in the name of its folder.
    pub token: String,
}

/// The origin of a value. Service and function are empty for a literal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tetraplet {
    /// The peer that made the value.
    pub peer_pk: String,
    /// The service that made it.
    pub service_id: String,
    /// The function that made it.
    pub function_name: String,
    /// The path into the result of the function.
    pub lens: String,
}

/// The parameters of the call that runs. A service that reads them, or one of the two other functions, is called more slowly.
#[must_use]
pub fn call_parameters() -> CallParameters {
    peer::call_parameters()
}

/// The origins of one argument, counted from 0; empty if there is no such argument.
#[must_use]
pub fn argument_origin(argument: u32) -> Vec<Tetraplet> {
    peer::argument_origin(argument)
}

/// The folder of the particle, which all services of the peer share while the particle lives.
#[must_use]
pub fn vault_dir() -> String {
    peer::vault_dir()
}
