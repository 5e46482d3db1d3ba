//! What a module sees of the system: mapped folders, environment variables, and its outputs. Nothing is inherited from the host
//! (§2.5 of the Marine format).

use std::collections::BTreeMap;
use std::sync::Arc;

use aqua_capabilities::{Mode, RandomSource, TimeSource};
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::{FsPerms, WasiCtxBuilder, WasiView as _};

use crate::config::SystemLimits;
use crate::fixed::Fixed;
use crate::log::{Level, Log};
use crate::output::Output;
use crate::service_modules::{MappedDir, ModuleDefinition};

/// The largest number of random bytes that a module can ask for at once.
const MAX_RANDOM: u64 = 1 << 20;

/// A mapped folder that can't be opened.
#[derive(Debug, thiserror::Error)]
#[error("the folder {host}, mapped to `{guest}`, can't be opened: {reason}")]
pub(crate) struct UnusableDir {
    guest: String,
    host: String,
    reason: String,
}

/// The settings of one module from which its system context is built, each time it is started.
#[derive(Debug)]
pub(crate) struct System {
    dirs: Vec<MappedDir>,
    envs: Vec<(String, String)>,
    open_files: usize,
}

impl System {
    /// Creates the folders that are missing.
    pub(crate) fn new(module: &ModuleDefinition, limits: &SystemLimits) -> Result<Self, UnusableDir> {
        for dir in &module.mapped_dirs {
            std::fs::create_dir_all(&dir.host).map_err(|error| unusable(dir, &error.to_string()))?;
        }
        Ok(Self {
            dirs: module.mapped_dirs.clone(),
            envs: module.envs.clone(),
            open_files: limits.open_files,
        })
    }

    /// With the environment variables of Marine modules: the id of the service, and the mapped folders. `runs_programs`: whether the
    /// module may run a program of the host. Such a module finds the paths of its folders on the host, since it passes them to
    /// the program (§2.5 of the Marine format).
    pub(crate) fn of_marine(
        service: &str,
        module: &ModuleDefinition,
        runs_programs: bool,
        limits: &SystemLimits,
    ) -> Result<Self, UnusableDir> {
        let mut envs = BTreeMap::from([("service_id".to_owned(), service.to_owned())]);
        for MappedDir { guest, host, .. } in &module.mapped_dirs {
            let value = if runs_programs {
                host.display().to_string()
            } else {
                guest.clone()
            };
            envs.insert(guest.clone(), value);
        }
        envs.extend(module.envs.iter().cloned());
        Ok(Self {
            envs: envs.into_iter().collect(),
            ..Self::new(module, limits)?
        })
    }

    /// The context for a new instance. `fixed` gives time or randomness or both.
    pub(crate) fn context(
        &self,
        module: &Arc<str>,
        log: &Log,
        fixed: Option<&Fixed>,
    ) -> Result<WasiP1Ctx, UnusableDir> {
        let mut builder = WasiCtxBuilder::new();
        let output = |level| Output::new(log.clone(), module.clone(), level);
        builder
            .envs(&self.envs)
            .stdout(output(Level::Info))
            .stderr(output(Level::Warn))
            .max_random_size(MAX_RANDOM);
        for dir in &self.dirs {
            let permissions = match dir.mode {
                Mode::ReadWrite => FsPerms::ReadWrite,
                Mode::ReadOnly => FsPerms::ReadOnly,
            };
            builder
                .preopened_dir(&dir.host, &dir.guest, permissions)
                .map_err(|error| unusable(dir, &error.root_cause().to_string()))?;
        }
        if let Some(fixed) = fixed.filter(|fixed| fixed.clock == TimeSource::Particle) {
            builder.wall_clock(fixed.clone()).monotonic_clock(fixed.clone());
        }
        if let Some(fixed) = fixed.filter(|fixed| fixed.random == RandomSource::Seeded) {
            builder
                .secure_random(fixed.clone())
                .insecure_random(fixed.clone())
                .insecure_random_seed(0);
        }
        let mut context = builder.build_p1();
        // Each open file takes one entry, each operation on one some more for a moment.
        let entries = 2 * (self.open_files + self.dirs.len()) + 16;
        context.ctx().table.set_max_capacity(entries);
        Ok(context)
    }
}

fn unusable(dir: &MappedDir, reason: &str) -> UnusableDir {
    UnusableDir {
        guest: dir.guest.clone(),
        host: dir.host.display().to_string(),
        reason: reason.to_owned(),
    }
}
