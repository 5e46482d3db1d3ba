//! Reads particle data from files.

use crate::command::file;
use crate::failure::Failure;
use anyhow::anyhow;
use aqua_particle::{Message, Particle, frame};
use aqua_vm::State;
use aqua_vm::inspection::ParticleFile;
use std::path::Path;

/// Decoded particle data.
pub(super) struct Source {
    pub(super) state: State,
    pub(super) particle_id: Option<String>,
    /// The particle, if the file is a frame.
    pub(super) particle: Option<Particle>,
}

/// Reads a file in any of the supported formats.
pub(super) fn open(path: &Path) -> Result<Source, Failure> {
    let bytes = file::read(path)?;
    let (file, particle) = match frame::decode(&bytes, frame::MAX_BODY) {
        Ok((Message::Particle(particle), used)) if used == bytes.len() => {
            let file = ParticleFile {
                data: particle.data.clone(),
                particle_id: Some(particle.id.clone()),
                script: Some(particle.script.to_string()),
            };
            (file, Some(particle))
        }
        _ => (
            ParticleFile::read(&bytes).map_err(|error| file_error(path, &error))?,
            None,
        ),
    };
    Ok(Source {
        state: State::decode(&file.data).map_err(|error| file_error(path, &error))?,
        particle_id: file.particle_id,
        particle,
    })
}

fn file_error(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::System(anyhow!("{}: {error}", file::name(path)))
}
