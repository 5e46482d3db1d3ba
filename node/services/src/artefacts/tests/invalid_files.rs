//! Files that aren't valid entries: the service starts with code compiled from its Wasm file, and the log has one line.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::ArtefactCache;
use super::guest::{Origin, answers, component, entries, id, id_for, open, start};
use super::log;
use crate::engine::{Engine, EngineOptions, profile};

const HEADER: usize = super::super::format::HEADER;

/// A directory with the entry of component 1.
async fn kept() -> (tempfile::TempDir, ArtefactCache, PathBuf) {
    let directory = tempfile::tempdir().expect("a temporary folder");
    let cache = ArtefactCache::new(directory.path());
    assert_eq!(start(&cache, 1).await.origin, Origin::Compiled);
    let entry = open(directory.path()).path(&id(&component(1)));
    assert_eq!(entries(directory.path()), std::slice::from_ref(&entry));
    assert_eq!(start(&cache, 1).await.origin, Origin::Restored);
    assert_eq!(log::about(directory.path()), [""; 0]);
    (directory, cache, entry)
}

/// Starts component 1, which must be compiled with this one line in the log, and is kept again.
async fn is_compiled(directory: &Path, cache: &ArtefactCache, entry: &Path, line: &str) {
    let before = log::about(directory).len();
    assert_eq!(start(cache, 1).await.origin, Origin::Compiled, "{line}");
    let lines = log::about(directory).split_off(before);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains(line), "{} contains {line}", lines[0]);
    assert_eq!(entries(directory), [entry], "{line}");
    assert_eq!(start(cache, 1).await.origin, Origin::Restored, "{line}");
    assert_eq!(log::about(directory).len(), before + 1);
}

#[tokio::test]
async fn flipped_bytes() {
    let (directory, cache, entry) = kept().await;
    let bytes = fs::read(&entry).expect("the entry");
    let regions = [
        (0, "it is no compiled code of Aqua"),
        (8, "it has another version of the file format"),
        (12, "it is code of another kind"),
        (
            16,
            "it was compiled by another engine version, with other settings or for another processor",
        ),
        (48, "it is the code of another Wasm file"),
        (80, "its length is wrong"),
        (88, "its content was changed"),
        (HEADER, "its content was changed"),
        (bytes.len() / 2, "its content was changed"),
        (bytes.len() - 1, "its content was changed"),
    ];
    for (at, reason) in regions {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        fs::write(&entry, changed).expect("a changed entry");
        is_compiled(directory.path(), &cache, &entry, reason).await;
    }
}

#[tokio::test]
async fn truncated_and_extended_files() {
    let (directory, cache, entry) = kept().await;
    let bytes = fs::read(&entry).expect("the entry");
    let truncated = "it is truncated";
    let length = "its length is wrong";
    let lengths = [
        (0, truncated),
        (1, truncated),
        (HEADER - 1, truncated),
        (HEADER, length),
        (HEADER + 1, length),
        (4096, length),
        (bytes.len() / 2, length),
        (bytes.len() - 1, length),
        (bytes.len() + 1, length),
    ];
    for (length, reason) in lengths {
        let mut changed = bytes.clone();
        changed.resize(length, 0);
        fs::write(&entry, changed).expect("a changed entry");
        is_compiled(directory.path(), &cache, &entry, reason).await;
    }
}

/// Entries that are valid where they come from.
#[tokio::test]
async fn foreign_files() {
    let (directory, cache, entry) = kept().await;
    let (_other, _, of_other_key) = kept().await;
    fs::copy(of_other_key, &entry).expect("a file");
    is_compiled(directory.path(), &cache, &entry, "written with another key").await;

    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    fs::copy(directory.path().join("key"), elsewhere.path().join("key")).expect("a file");
    drop(start(&ArtefactCache::new(elsewhere.path()), 2).await);
    fs::copy(&entries(elsewhere.path())[0], &entry).expect("a file");
    is_compiled(directory.path(), &cache, &entry, "it is the code of another Wasm file").await;

    // Authentic, but no code.
    drop(open(directory.path()).write(&id(&component(1)), b"no code"));
    is_compiled(directory.path(), &cache, &entry, "failed to parse precompiled artifact").await;

    fs::remove_file(&entry).expect("the entry");
    fs::create_dir(&entry).expect("a folder");
    assert_eq!(start(&cache, 1).await.origin, Origin::Compiled);
    assert!(
        log::about(directory.path())
            .iter()
            .any(|line| line.contains("it is no regular file"))
    );
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_not_followed() {
    let (directory, cache, entry) = kept().await;
    let target = directory.path().join("elsewhere");
    fs::rename(&entry, &target).expect("the entry");
    std::os::unix::fs::symlink(&target, &entry).expect("a link");
    is_compiled(directory.path(), &cache, &entry, "it is no regular file").await;
}

/// Engines of another version and with other settings have entries of their own, and don't use ours under our name either.
#[tokio::test]
async fn other_engines() {
    let mut other_version = profile();
    other_version
        .module_version(wasmtime::ModuleVersionStrategy::Custom("0.0.0".to_owned()))
        .expect("a version");
    let mut other_settings = profile();
    other_settings.consume_fuel(true);
    let mut others = vec![other_version, other_settings];
    #[cfg(target_arch = "x86_64")]
    {
        let mut other_processor = profile();
        // SAFETY: code that doesn't use an instruction runs on processors that have it.
        #[expect(unsafe_code, reason = "processor features are unsafe settings")]
        unsafe {
            other_processor.cranelift_flag_set("has_popcnt", "false");
        }
        others.push(other_processor);
    }
    for other in others {
        let (directory, cache, entry) = kept().await;
        let options = EngineOptions {
            artefacts: Some(cache.clone()),
            ..EngineOptions::default()
        };
        let engine = Engine::with_profile(&other, options).expect("this machine runs Wasm");
        engine
            .load_component("guest", &component(1))
            .await
            .expect("it compiles");
        let lines = log::about(directory.path());
        assert!(
            matches!(&lines[..], [line] if line.contains("only for other engines; compiling")),
            "{lines:?}"
        );
        assert_eq!(
            start(&cache, 1).await.origin,
            Origin::Restored,
            "its entry is still there"
        );

        let of_other = open(directory.path()).path(&id_for(&component(1), &other));
        assert_ne!(of_other, entry);
        fs::rename(of_other, &entry).expect("the entry of the other engine");
        is_compiled(
            directory.path(),
            &cache,
            &entry,
            "it was compiled by another engine version",
        )
        .await;
    }
}

#[tokio::test]
async fn a_key_that_others_could_know_is_replaced() {
    let (directory, cache, _) = kept().await;
    let key = directory.path().join("key");
    let old = fs::read(&key).expect("the key");
    fs::write(&key, b"short").expect("a changed key");
    assert_eq!(start(&cache, 1).await.origin, Origin::Compiled);
    assert_eq!(start(&cache, 1).await.origin, Origin::Restored);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode(&key), 0o600);
        assert!(entries(directory.path()).iter().all(|entry| mode(entry) == 0o600));
        fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).expect("its owner");
        assert_eq!(start(&cache, 1).await.origin, Origin::Compiled);
        assert_eq!(mode(&key), 0o600);
    }
    assert_ne!(fs::read(&key).expect("the key"), old);
    let lines = log::about(directory.path());
    assert!(lines.iter().all(|line| line.contains("new key")), "{lines:?}");
    assert_eq!(lines.len(), if cfg!(unix) { 2 } else { 1 });
}

#[tokio::test]
async fn a_directory_that_cant_be_used() {
    let directory = tempfile::tempdir().expect("a temporary folder");
    let file = directory.path().join("file");
    fs::write(&file, "").expect("a file");
    let started = start(&ArtefactCache::new(&file), 1).await;
    assert_eq!(started.origin, Origin::Compiled);
    let lines = log::about(directory.path());
    assert!(
        matches!(&lines[..], [line] if line.contains("compiled code is kept in memory only")),
        "{lines:?}"
    );
}

/// What is loaded doesn't depend on its file.
#[tokio::test]
async fn code_in_use_runs_without_its_file() {
    let (directory, cache, entry) = kept().await;
    let started = start(&cache, 1).await;
    assert_eq!(started.origin, Origin::Restored);
    let length = fs::metadata(&entry).expect("the entry").len();
    fs::write(&entry, vec![0xff; usize::try_from(length).expect("a small file")]).expect("a changed entry");
    answers(&started.host, 1).await;
    fs::remove_file(&entry).expect("the entry");
    answers(&started.host, 1).await;
    assert_eq!(log::about(directory.path()), [""; 0]);
}

#[tokio::test]
async fn core_modules_are_kept_too() {
    let directory = tempfile::tempdir().expect("a temporary folder");
    let wasm = wat::parse_str(r#"(module (func (export "get") (result i32) (i32.const 5)))"#).expect("a module");
    for entries_before in 0..2 {
        assert_eq!(
            directory.path().read_dir().map_or(0, Iterator::count) / 2,
            entries_before,
            "a key and an entry"
        );
        let options = EngineOptions {
            artefacts: Some(ArtefactCache::new(directory.path())),
            ..EngineOptions::default()
        };
        let engine = Engine::with_options(options).expect("this machine runs Wasm");
        let compiled = engine.load_module("guest", &wasm).await.expect("a valid module");
        let mut store = wasmtime::Store::new(compiled.code.engine(), ());
        store.set_epoch_deadline(u64::MAX / 2);
        let instance = wasmtime::Instance::new_async(&mut store, &compiled.code, &[])
            .await
            .expect("an instance");
        let get = instance
            .get_typed_func::<(), i32>(&mut store, "get")
            .expect("a function");
        assert_eq!(get.call_async(&mut store, ()).await.expect("a value"), 5);
    }
    let refused = Engine::new()
        .expect("this machine runs Wasm")
        .load_module("guest", b"\0asm\x01\0\0\0\xff")
        .await
        .expect_err("it is invalid");
    assert!(
        refused
            .to_string()
            .starts_with("a module of service 'guest' is not valid: "),
        "{refused}"
    );
}
