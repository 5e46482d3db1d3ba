//! What a service consists of.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aqua_capabilities::{Mode, Requests};
use aqua_marine::{MemoryLimit, ModuleConfig, ServiceConfig};

/// The modules of a service, with everything that they may use of the host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServiceModules {
    /// The modules in the order of loading, each one a Marine module or a component. Each can import functions of those before it. The
    /// last one is the facade.
    pub modules: Vec<ModuleDefinition>,
    /// The memory of all modules together, in bytes, if it is less than [`Config::memory`](crate::Config::memory).
    pub memory: Option<u64>,
    /// What the service asks for of the machine. All its modules have what is granted.
    pub requests: Requests,
}

/// A module of a service. Paths of the host are absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleDefinition {
    /// The name under which other modules import it.
    pub name: String,
    /// The WebAssembly file.
    pub wasm: Arc<[u8]>,
    /// Whether the module may write to the log.
    pub logger_enabled: bool,
    /// The targets that are logged, as bits.
    pub logging_mask: i32,
    /// The programs that the module wants to run, by the name of the imported function.
    pub mounted_binaries: Vec<(String, PathBuf)>,
    /// The environment variables, beside those that the host sets.
    pub envs: Vec<(String, String)>,
    /// Folders of the host. They are created if they are missing.
    pub mapped_dirs: Vec<MappedDir>,
}

/// A folder of the host that a module sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedDir {
    /// The path in the module.
    pub guest: String,
    /// The absolute path on the host.
    pub host: PathBuf,
    /// What the module may do there.
    pub mode: Mode,
}

/// Why a service can't be read from its configuration.
#[derive(Debug, thiserror::Error)]
#[error("module '{module}' can't be read from {}: {source}", path.display())]
pub struct ReadError {
    /// The module.
    pub module: String,
    /// Its file.
    pub path: PathBuf,
    /// The error of the system.
    pub source: std::io::Error,
}

impl ServiceModules {
    /// A service of one file, a component or a Marine module, which uses nothing of the host but its log.
    pub fn of_file(name: impl Into<String>, wasm: impl Into<Arc<[u8]>>) -> Self {
        Self {
            modules: vec![ModuleDefinition::new(name, wasm)],
            ..Self::default()
        }
    }

    /// Reads the modules that a configuration lists. `folder` is that of the configuration file.
    ///
    /// # Errors
    ///
    /// A file can't be read.
    pub fn read(config: &ServiceConfig, folder: &Path) -> Result<Self, ReadError> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let working = config.working_dir.as_ref().map(|dir| folder.join(&dir.value));
        let working = working
            .or_else(|| std::env::current_dir().ok())
            .unwrap_or(folder.clone());
        let mut modules = Vec::with_capacity(config.modules.len());
        for module in &config.modules {
            let path = config.file_of(module, &folder, Path::is_dir);
            let wasm = std::fs::read(&path).map_err(|source| ReadError {
                module: module.name.value.clone(),
                path,
                source,
            })?;
            modules.push(ModuleDefinition::configured(module, wasm, &folder, &working));
        }
        Ok(Self {
            modules,
            memory: match config.total_memory_limit {
                MemoryLimit::Infinity => None,
                MemoryLimit::Bytes(bytes) => Some(bytes),
            },
            requests: config.requests.clone().unwrap_or_default(),
        })
    }

    /// The WebAssembly files.
    pub fn files(&self) -> impl Iterator<Item = &[u8]> {
        self.modules.iter().map(|module| &module.wasm[..])
    }

    /// The programs that its modules mount.
    pub fn programs(&self) -> impl Iterator<Item = PathBuf> {
        let programs = self.modules.iter().flat_map(|module| &module.mounted_binaries);
        programs.map(|(_, path)| path.clone())
    }
}

impl MappedDir {
    /// A folder that the module reads and writes.
    pub fn new(guest: impl Into<String>, host: impl Into<PathBuf>) -> Self {
        Self {
            guest: guest.into(),
            host: host.into(),
            mode: Mode::ReadWrite,
        }
    }
}

impl ModuleDefinition {
    /// A module that uses nothing of the host but its log.
    pub fn new(name: impl Into<String>, wasm: impl Into<Arc<[u8]>>) -> Self {
        Self {
            name: name.into(),
            wasm: wasm.into(),
            logger_enabled: true,
            logging_mask: i32::MAX,
            mounted_binaries: Vec::new(),
            envs: Vec::new(),
            mapped_dirs: Vec::new(),
        }
    }

    /// A module with its configuration. Programs are relative to `folder`, mapped folders to `working` (§3.1 of the Marine format).
    pub fn configured(config: &ModuleConfig, wasm: impl Into<Arc<[u8]>>, folder: &Path, working: &Path) -> Self {
        let settings = &config.settings;
        let binaries = settings.mounted_binaries.iter();
        let dirs = settings.mapped_dirs.iter();
        Self {
            name: config.name.value.clone(),
            wasm: wasm.into(),
            logger_enabled: settings.logger_enabled,
            logging_mask: settings.logging_mask,
            mounted_binaries: binaries
                .map(|(name, path)| (name.clone(), folder.join(&path.value)))
                .collect(),
            envs: settings.envs.clone(),
            mapped_dirs: dirs
                .map(|(guest, host)| MappedDir::new(guest, working.join(&host.value)))
                .collect(),
        }
    }
}
