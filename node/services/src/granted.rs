//! What a service may use, as settings of its modules.

use std::path::{Path, PathBuf};
use std::time::Duration;

use aqua_capabilities::{Capabilities, Dir, HttpAccess, RandomSource, Refusal, Scope, TimeSource};
use tempfile::TempDir;

use crate::config::Config;
use crate::error::DeployError;
use crate::service_modules::{MappedDir, ModuleDefinition, ServiceModules};

/// The modules of a service with what they asked for and the policy of the host allows.
pub(crate) struct Granted {
    pub(crate) modules: Vec<ModuleDefinition>,
    pub(crate) limits: Config,
    pub(crate) clock: TimeSource,
    pub(crate) random: RandomSource,
    pub(crate) http: HttpAccess,
    /// The folder of the service that is removed with it.
    pub(crate) ephemeral: Option<TempDir>,
}

impl Granted {
    /// Applies the policy of the host to the requests of a service.
    ///
    /// # Errors
    ///
    /// The service can't do without something that is refused, or a folder can't be created.
    pub(crate) fn new(service: &str, definition: ServiceModules, mut limits: Config) -> Result<Self, DeployError> {
        let policy = limits.policy.of_service(service);
        let (capabilities, mut refused) = Capabilities::granted(&definition.requests, policy);
        let folders = Folders::new(service, limits.data_dir.as_deref(), &capabilities.dirs);
        let folders = folders.map_err(|error| DeployError::Folder {
            service: service.to_owned(),
            error,
        })?;
        let mut dirs = Vec::new();
        for dir in &capabilities.dirs {
            match folders.of(dir) {
                Ok(host) => dirs.push(MappedDir {
                    guest: dir.guest.clone(),
                    host,
                    mode: dir.mode,
                }),
                Err(reason) => refused.push(Refusal {
                    request: format!("fs.{}", dir.guest),
                    reason: reason.to_owned(),
                    required: is_required(&definition, dir),
                }),
            }
        }
        report(service, refused)?;

        limit(&mut limits.memory, definition.memory);
        limit(&mut limits.memory, capabilities.memory.map(|size| size.0));
        if let Some(time) = capabilities.call_ms.map(Duration::from_millis) {
            limits.call_time = limits.call_time.min(time);
            limits.system.elapsed = limits.system.elapsed.min(time);
        }
        let programs = capabilities.process.into_iter();
        let programs: Vec<(String, PathBuf)> = programs.map(|(name, path)| (name, real(&path))).collect();
        limits
            .system
            .programs
            .extend(programs.iter().map(|(_, path)| path.clone()));
        let mut modules = definition.modules;
        for module in &mut modules {
            module.mapped_dirs.extend(dirs.iter().cloned());
            module.envs.extend(capabilities.env.iter().cloned());
            module.mounted_binaries.extend(programs.iter().cloned());
        }
        Ok(Self {
            modules,
            limits,
            clock: capabilities.clock,
            random: capabilities.random,
            http: capabilities.http,
            ephemeral: folders.ephemeral,
        })
    }
}

/// Logs what was refused. Fails if the service can't do without.
fn report(service: &str, refused: Vec<Refusal>) -> Result<(), DeployError> {
    let (required, optional): (Vec<_>, Vec<_>) = refused.into_iter().partition(|refusal| refusal.required);
    if !required.is_empty() {
        return Err(DeployError::Refused {
            service: service.to_owned(),
            refused: required,
        });
    }
    for refusal in optional {
        tracing::info!(service, "not granted: {refusal}");
    }
    Ok(())
}

fn limit(limit: &mut usize, asked: Option<u64>) {
    if let Some(bytes) = asked {
        *limit = (*limit).min(usize::try_from(bytes).unwrap_or(usize::MAX));
    }
}

fn is_required(definition: &ServiceModules, dir: &Dir) -> bool {
    let mut requests = definition.requests.fs.iter();
    requests.any(|request| request.guest == dir.guest && request.scope == dir.scope && request.required)
}

/// The absolute path of a program without links, if the program is there.
fn real(path: &Path) -> PathBuf {
    path.canonicalize()
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_owned())
}

/// The folders of one service on the host.
struct Folders {
    persistent: Option<PathBuf>,
    ephemeral: Option<TempDir>,
}

impl Folders {
    fn new(service: &str, data_dir: Option<&Path>, dirs: &[Dir]) -> std::io::Result<Self> {
        let needs = |scope: Scope| dirs.iter().any(|dir| dir.scope == scope);
        Ok(Self {
            persistent: data_dir.map(|data| data.join(file_name(service))),
            ephemeral: needs(Scope::Ephemeral).then(TempDir::new).transpose()?,
        })
    }

    /// The folder of the host for a granted one, or why there is none.
    fn of(&self, dir: &Dir) -> Result<PathBuf, &'static str> {
        let base = match dir.scope {
            Scope::Persistent => {
                let persistent = self.persistent.as_deref();
                persistent.ok_or("this host has no folder for data of services")?
            }
            Scope::Ephemeral => {
                let ephemeral = self.ephemeral.as_ref().map(TempDir::path);
                ephemeral.ok_or("this host has no temporary folder")?
            }
            Scope::Vault => return Err("this host has no folders of particles"),
        };
        Ok(base.join(file_name(dir.guest.trim_start_matches('/'))))
    }
}

/// A name of a file for any text: different texts have different names, also where the case of letters doesn't count, and no name
/// leaves its folder.
fn file_name(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
            _ => name.push_str(&format!("%{byte:02x}")),
        }
    }
    if name.is_empty() { "%".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqua_capabilities::{Mode, Policy, Requests};
    use std::collections::BTreeSet;

    fn requests(json: serde_json::Value) -> ServiceModules {
        ServiceModules {
            requests: serde_json::from_value::<Requests>(json).expect("requests"),
            ..ServiceModules::of_file("m", *b"\0asm")
        }
    }

    #[test]
    fn names_of_files_stay_in_their_folder() {
        let texts = ["a", "A", "../a", "/a", "a/b", "a%2fb", "..", ".", "", "é", "CON", "con"];
        let names: BTreeSet<String> = texts.iter().map(|text| file_name(text)).collect();
        assert_eq!(names.len(), texts.len(), "{names:?}");
        assert!(names.iter().all(|name| !name.contains(['/', '.', '\\'])), "{names:?}");
    }

    #[test]
    fn folders_are_those_of_the_service() {
        let data = TempDir::new().expect("a folder");
        let limits = Config {
            data_dir: Some(data.path().to_owned()),
            ..Config::default()
        };
        let asked = serde_json::json!({"fs": [
            {"guest": "/storage", "scope": "persistent", "mode": "ro"},
            {"guest": "/tmp/x", "scope": "ephemeral"},
        ]});
        let granted = Granted::new("../other", requests(asked), limits).expect("folders");
        let dirs = &granted.modules[0].mapped_dirs;
        assert_eq!(dirs[0].host, data.path().join("%2e%2e%2fother/storage"));
        assert_eq!(dirs[0].mode, Mode::ReadOnly);
        let ephemeral = granted
            .ephemeral
            .as_ref()
            .expect("a temporary folder")
            .path()
            .to_owned();
        assert_eq!(dirs[1].host, ephemeral.join("tmp%2fx"));
        drop(granted);
        assert!(!ephemeral.exists());
    }

    #[test]
    fn limits_only_become_less() {
        let asked = serde_json::json!({"memory": "1 GiB", "call_ms": 100, "clock": "particle"});
        let granted = Granted::new("s", requests(asked), Config::default()).expect("limits");
        assert_eq!(granted.limits.memory, Config::default().memory);
        assert_eq!(granted.limits.call_time, Duration::from_millis(100));
        assert_eq!(
            (granted.clock, granted.random),
            (TimeSource::Particle, RandomSource::Secure)
        );
    }

    #[test]
    fn a_service_isn_t_deployed_without_what_it_requires() {
        let asked = serde_json::json!({
            "env": [{"name": "TOKEN", "required": true}, "REGION"],
            "fs": [{"guest": "/data", "scope": "persistent", "required": true}],
        });
        let limits = Config {
            policy: Policy::default(),
            ..Config::default()
        };
        let Err(error) = Granted::new("weather", requests(asked), limits) else {
            panic!("the service has neither the variable nor the folder");
        };
        insta::assert_snapshot!(error.to_string());
    }
}
