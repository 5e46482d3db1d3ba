//! The file that lists the modules of a service, `Config.toml`.
//!
//! ```toml
//! service_working_dir = "…"      # base of relative host paths in `mapped_dirs`; the current folder if missing
//! modules_dir = "artifacts"      # relative to the folder of the file
//! total_memory_limit = "64 MiB"  # a size, a number of bytes, or "Infinity"
//!
//! [[module]]                     # in the order of loading; the last one is the facade
//! name = "sqlite3"               # the name under which other modules import it
//! file_name = "x.wasm"           # `NAME.wasm` if missing
//! load_from = "path"             # a file, or a folder with `file_name`, instead of `modules_dir`
//! logger_enabled = true
//! logging_mask = 2147483647
//!
//! [module.mounted_binaries]
//! curl = "/usr/bin/curl"         # import function → program of the host, relative to the folder of the file
//!
//! [module.wasi]
//! envs = { NAME = "value" }
//! mapped_dirs = { "guest" = "host" }
//!
//! [requests]                     # what the service asks for of the machine: see `aqua_capabilities::Requests`
//!
//! [default]                      # settings as in `[[module]]`; read, but not applied
//! ```
//!
//! Unknown keys are ignored, as are those of earlier versions: `mem_pages_count`, `max_heap_size`, `max_heap_pages_count`,
//! `preopened_files`. Shipped files limit modules to fewer pages than they start with (§3.1 of the Marine format).

use aqua_capabilities::Requests;
use aqua_diagnostics::{Diagnostic, FileId};
use aqua_toml::{Document, Section, Spanned, parse_size};
use std::path::{Path, PathBuf};

/// The configuration of a service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServiceConfig {
    /// The folder that host paths of `mapped_dirs` are relative to.
    pub working_dir: Option<Spanned<PathBuf>>,
    /// The folder of the modules, relative to that of the file.
    pub modules_dir: Option<Spanned<PathBuf>>,
    /// The memory of all modules together.
    pub total_memory_limit: MemoryLimit,
    /// The modules in the order of loading.
    pub modules: Vec<ModuleConfig>,
    /// What the service asks for of the machine.
    pub requests: Option<Requests>,
    /// `[default]`, which is not applied.
    pub default: Option<ModuleSettings>,
}

/// The memory that the modules of a service may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MemoryLimit {
    /// No limit of the service itself.
    #[default]
    Infinity,
    /// A number of bytes.
    Bytes(u64),
}

/// `[[module]]`: a module of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleConfig {
    /// The name under which other modules import it.
    pub name: Spanned<String>,
    /// Its settings.
    pub settings: ModuleSettings,
}

/// The settings of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleSettings {
    /// The name of the file.
    pub file_name: Option<Spanned<String>>,
    /// The file, or the folder of the file, instead of `modules_dir`.
    pub load_from: Option<Spanned<PathBuf>>,
    /// Whether the module may write to the log of the host.
    pub logger_enabled: bool,
    /// The targets that are logged, as bits.
    pub logging_mask: i32,
    /// The programs of the host that the module may run, by the name of the imported function.
    pub mounted_binaries: Vec<(String, Spanned<PathBuf>)>,
    /// The environment variables of the module.
    pub envs: Vec<(String, String)>,
    /// The folders of the host that the module sees, by their path in the module.
    pub mapped_dirs: Vec<(String, Spanned<PathBuf>)>,
}

impl ServiceConfig {
    /// Parses a configuration. Never fails: returns what could be read, with diagnostics for the rest.
    #[must_use]
    pub fn parse(file: FileId, text: &str) -> (Self, Vec<Diagnostic>) {
        let document = Document::parse(file, text);
        let config = Self::read(document.root());
        (config, document.finish())
    }

    /// The module whose functions are those of the service.
    #[must_use]
    pub fn facade(&self) -> Option<&ModuleConfig> {
        self.modules.last()
    }

    /// The file of a module: `load_from`, a file or a folder, or a file in the folder of all modules. `folder` is that of the
    /// configuration; `is_folder` returns whether a path is a folder.
    #[must_use]
    pub fn file_of(&self, module: &ModuleConfig, folder: &Path, is_folder: impl Fn(&Path) -> bool) -> PathBuf {
        let Some(from) = &module.settings.load_from else {
            let modules = self.modules_dir.as_ref().map(|dir| folder.join(&dir.value));
            return modules.unwrap_or_else(|| folder.to_owned()).join(module.file_name());
        };
        let from = folder.join(&from.value);
        if is_folder(&from) {
            from.join(module.file_name())
        } else {
            from
        }
    }

    fn read(mut root: Section<'_, '_>) -> Self {
        let limit = "a size such as \"64 MiB\", a number of bytes, or \"Infinity\"";
        let mut modules: Vec<ModuleConfig> = Vec::new();
        for (index, section) in root.tables("module").into_iter().enumerate() {
            let Some(module) = ModuleConfig::read(section) else {
                continue;
            };
            if modules.iter().any(|known| known.name.value == module.name.value) {
                let key = format!("module[{index}].name");
                root.report_invalid(&key, module.name.span, "a name that no module before has");
                continue;
            }
            modules.push(module);
        }
        Self {
            working_dir: root.path("service_working_dir"),
            modules_dir: root.path("modules_dir"),
            total_memory_limit: root
                .converted("total_memory_limit", limit, |value| match value.as_str() {
                    Some("Infinity" | "infinity") => Some(MemoryLimit::Infinity),
                    Some(text) => parse_size(text).map(MemoryLimit::Bytes),
                    None => value.as_u64().map(MemoryLimit::Bytes),
                })
                .map(|limit| limit.value)
                .unwrap_or_default(),
            modules,
            requests: Requests::read(&mut root),
            default: root
                .section("default")
                .map(|mut section| ModuleSettings::read(&mut section)),
        }
    }
}

impl ModuleConfig {
    /// Parses the configuration of a single module: the keys of `[[module]]` at the top level. Never fails: returns what could be
    /// read, with diagnostics for the rest; `None` without a name.
    #[must_use]
    pub fn parse(file: FileId, text: &str) -> (Option<Self>, Vec<Diagnostic>) {
        let document = Document::parse(file, text);
        let config = Self::read(document.root());
        (config, document.finish())
    }

    /// The name of the file: the configured one, or that of the module.
    #[must_use]
    pub fn file_name(&self) -> String {
        match &self.settings.file_name {
            Some(name) => name.value.clone(),
            None => format!("{}.wasm", self.name.value),
        }
    }

    fn read(mut section: Section<'_, '_>) -> Option<Self> {
        let name = section.required_string("name", "\"module\"");
        let settings = ModuleSettings::read(&mut section);
        Some(Self { name: name?, settings })
    }
}

impl Default for ModuleSettings {
    fn default() -> Self {
        Self {
            file_name: None,
            load_from: None,
            logger_enabled: true,
            logging_mask: i32::MAX,
            mounted_binaries: Vec::new(),
            envs: Vec::new(),
            mapped_dirs: Vec::new(),
        }
    }
}

impl ModuleSettings {
    fn read(section: &mut Section<'_, '_>) -> Self {
        let paths = |table: Vec<(String, Spanned<String>)>| table.into_iter().map(|(name, path)| (name, path.into()));
        let mask = section.converted("logging_mask", "an integer of 32 bits", |value| {
            value.as_i64().and_then(|mask| i32::try_from(mask).ok())
        });
        let mut settings = Self {
            file_name: section.string("file_name"),
            load_from: section.path("load_from"),
            logger_enabled: section.boolean("logger_enabled").is_none_or(|enabled| enabled.value),
            logging_mask: mask.map_or(i32::MAX, |mask| mask.value),
            mounted_binaries: paths(section.string_table("mounted_binaries")).collect(),
            ..Self::default()
        };
        for key in ["envs", "mapped_dirs"] {
            section.report_misplaced(key, "[module.wasi]");
        }
        if let Some(mut wasi) = section.section("wasi") {
            // Earlier versions had arrays here.
            if !wasi.is_array("envs") {
                let envs = wasi.string_table("envs").into_iter();
                settings.envs = envs.map(|(name, value)| (name, value.value)).collect();
            }
            if !wasi.is_array("mapped_dirs") {
                settings.mapped_dirs = paths(wasi.string_table("mapped_dirs")).collect();
            }
        }
        settings
    }
}
