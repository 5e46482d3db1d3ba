//! `Config.toml`: all keys, those of earlier versions, and mistakes.

use aqua_diagnostics::{FileId, Sources};
use aqua_marine::{MemoryLimit, ModuleConfig, ModuleSettings, ServiceConfig};
use std::path::PathBuf;

fn parse(text: &str) -> ServiceConfig {
    let (config, diagnostics) = ServiceConfig::parse(FileId(0), text);
    assert_eq!(diagnostics, [], "{text}");
    config
}

#[test]
fn all_keys_are_read() {
    let config = parse(
        r#"
        service_working_dir = "work"
        modules_dir = "artifacts/"
        total_memory_limit = "64 MiB"

        [[module]]
        name = "sqlite3"
        logger_enabled = false
        logging_mask = -1

        [module.wasi]
        envs = { A = "1", B = "" }
        mapped_dirs = { "tmp" = "./tmp", "/storage" = "/var/s" }

        [[module]]
        name = "facade"
        file_name = "x.wasm"
        load_from = "elsewhere"

        [module.mounted_binaries]
        curl = "/usr/bin/curl"
        ipfs = "bin/ipfs"

        [default]
        logging_mask = 5
        "#,
    );
    let path = |path: &str| PathBuf::from(path);
    assert_eq!(config.working_dir.as_ref().map(|it| &it.value), Some(&path("work")));
    assert_eq!(
        config.modules_dir.as_ref().map(|it| &it.value),
        Some(&path("artifacts/"))
    );
    assert_eq!(config.total_memory_limit, MemoryLimit::Bytes(64 << 20));
    let [sqlite, facade] = config.modules.as_slice() else {
        panic!("two modules")
    };
    assert_eq!(config.facade(), Some(facade));
    assert_eq!(
        (sqlite.name.value.as_str(), sqlite.file_name()),
        ("sqlite3", "sqlite3.wasm".to_owned())
    );
    assert_eq!(
        (sqlite.settings.logger_enabled, sqlite.settings.logging_mask),
        (false, -1)
    );
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    assert_eq!(sqlite.settings.envs, pairs(&[("A", "1"), ("B", "")]));
    let paths = |paths: &[(String, aqua_toml::Spanned<PathBuf>)]| -> Vec<(String, String)> {
        let paths = paths
            .iter()
            .map(|(name, path)| (name.clone(), path.value.display().to_string()));
        paths.collect()
    };
    assert_eq!(
        paths(&sqlite.settings.mapped_dirs),
        pairs(&[("tmp", "./tmp"), ("/storage", "/var/s")])
    );
    assert_eq!(
        (facade.name.value.as_str(), facade.file_name()),
        ("facade", "x.wasm".to_owned())
    );
    assert_eq!(
        facade.settings.load_from.as_ref().map(|it| &it.value),
        Some(&path("elsewhere"))
    );
    assert_eq!(
        paths(&facade.settings.mounted_binaries),
        pairs(&[("curl", "/usr/bin/curl"), ("ipfs", "bin/ipfs")])
    );
    assert_eq!(config.default.map(|settings| settings.logging_mask), Some(5));
}

#[test]
fn keys_have_defaults() {
    let config = parse("[[module]]\nname = \"a\"");
    assert_eq!(config.total_memory_limit, MemoryLimit::Infinity);
    assert_eq!(config.modules[0].settings, ModuleSettings::default());
    assert_eq!(
        (
            ModuleSettings::default().logger_enabled,
            ModuleSettings::default().logging_mask
        ),
        (true, i32::MAX)
    );
    assert_eq!(
        (config.working_dir, config.modules_dir, config.default),
        (None, None, None)
    );
    assert_eq!(parse("").facade(), None);
}

#[test]
fn limits_are_sizes_numbers_or_infinite() {
    for (text, limit) in [
        ("\"Infinity\"", MemoryLimit::Infinity),
        ("\"infinity\"", MemoryLimit::Infinity),
        ("\"10 MiB\"", MemoryLimit::Bytes(10 << 20)),
        ("\"64 MB\"", MemoryLimit::Bytes(64_000_000)),
        ("\"2GiB\"", MemoryLimit::Bytes(2 << 30)),
        ("65536", MemoryLimit::Bytes(65_536)),
    ] {
        assert_eq!(parse(&format!("total_memory_limit = {text}")).total_memory_limit, limit);
    }
}

#[test]
fn keys_of_earlier_versions_are_ignored() {
    let config = parse(
        r#"
        total_memory_limit = "Infinity"
        unknown = 1
        [[module]]
        name = "registry"
        mem_pages_count = 1
        max_heap_size = "100 MiB"
        max_heap_pages_count = 100
        [module.wasi]
        preopened_files = ["tmp"]
        preopend_files = ["tmp"]
        envs = []
        mapped_dirs = []
        [default]
        mem_pages_count = 10
        [default.wasi]
        envs = []
        "#,
    );
    assert_eq!(config.modules[0].settings, ModuleSettings::default());
    assert_eq!(config.default, Some(ModuleSettings::default()));
}

#[test]
fn a_single_module_has_the_same_keys() {
    let text = "name = \"pure\"\nfile_name = \"bafk.wasm\"\n[mounted_binaries]\ncurl = \"/usr/bin/curl\"\n";
    let (module, diagnostics) = ModuleConfig::parse(FileId(0), text);
    assert_eq!(diagnostics, []);
    let module = module.expect("a name");
    assert_eq!(
        (module.name.value.as_str(), module.file_name()),
        ("pure", "bafk.wasm".to_owned())
    );
    assert_eq!(module.settings.mounted_binaries.len(), 1);
    let (module, diagnostics) = ModuleConfig::parse(FileId(0), "file_name = \"x.wasm\"");
    assert_eq!((module, diagnostics.len()), (None, 1));
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let text = r#"total_memory_limit = "much"
modules_dir = 5

[[module]]
file_name = "a.wasm"

[[module]]
name = "b"
logger_enabled = "yes"
logging_mask = 2147483648

[[module]]
name = "b"

[[module]]
name = "c"
[module.mounted_binaries]
curl = 1
[module.wasi]
envs = { A = 1 }
mapped_dirs = "tmp"
"#;
    let mut sources = Sources::new();
    let file = sources.add("Config.toml", text);
    let (config, diagnostics) = ServiceConfig::parse(file, text);
    assert_eq!(config.modules.len(), 2);
    insta::assert_snapshot!(aqua_render::terminal(&sources, &diagnostics, aqua_render::Colour::Off));
}
