//! Particle data in files.

use crate::command::file;
use crate::failure::Failure;
use anyhow::anyhow;
use aqua_particle::{Message, Particle, frame};
use aqua_vm::State;
use aqua_vm::inspection::Carrier;
use std::path::Path;

/// Decoded data and what stood beside it.
pub(super) struct Source {
    pub(super) state: State,
    pub(super) particle_id: Option<String>,
    /// The particle, if the file holds a frame.
    pub(super) particle: Option<Particle>,
}

/// Reads a file in one of the forms that people have.
pub(super) fn open(path: &Path) -> Result<Source, Failure> {
    let bytes = file::read(path)?;
    let (carrier, particle) = match frame::decode(&bytes, frame::MAX_BODY) {
        Ok((Message::Particle(particle), used)) if used == bytes.len() => {
            let carrier = Carrier {
                data: particle.data.clone(),
                particle_id: Some(particle.id.clone()),
                script: Some(particle.script.to_string()),
            };
            (carrier, Some(particle))
        }
        _ => (Carrier::read(&bytes).map_err(|error| about(path, &error))?, None),
    };
    Ok(Source {
        state: State::decode(&carrier.data).map_err(|error| about(path, &error))?,
        particle_id: carrier.particle_id,
        particle,
    })
}

fn about(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::World(anyhow!("{}: {error}", file::name(path)))
}
