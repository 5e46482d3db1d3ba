//! Modules and blueprints in folders.

#![allow(clippy::unwrap_used, reason = "tests")]

use aqua_modules::{Blueprint, ContentId, ModuleDescription, ModuleFolder, ModuleStore, ModuleStoreError};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The trait can be used as an object.
fn open(root: &Path) -> Box<dyn ModuleStore> {
    Box::new(ModuleFolder::open(root.join("modules"), root.join("blueprints")).unwrap())
}

fn described(name: &str) -> ModuleDescription {
    ModuleDescription {
        name: name.to_owned(),
        logger_enabled: false,
        mounted_binaries: BTreeMap::from([("curl".to_owned(), PathBuf::from("/usr/bin/curl"))]),
    }
}

/// The files of both folders with their sizes, sorted.
fn files(root: &Path) -> Vec<(String, u64)> {
    let folders = ["modules", "blueprints"].map(|folder| fs::read_dir(root.join(folder)).unwrap());
    let files = folders.into_iter().flatten().map(|file| file.unwrap());
    let mut files: Vec<_> = files
        .map(|file| (file.file_name().into_string().unwrap(), file.metadata().unwrap().len()))
        .collect();
    files.sort();
    files
}

#[test]
fn a_restart_keeps_everything() {
    let root = tempfile::tempdir().unwrap();
    let small = b"\0asm small".to_vec();
    let large = vec![7; 600_000];
    let (blueprint, modules, blueprints) = {
        let store = open(root.path());
        let ids = [(&small, "small"), (&large, "large")]
            .map(|(wasm, name)| store.add_module(wasm, &described(name)).unwrap());
        let blueprint = Blueprint::new("both", ids.to_vec()).unwrap();
        assert_eq!(store.add_blueprint(&blueprint).unwrap(), blueprint.id());
        (blueprint, store.modules(), store.blueprints())
    };
    let store = open(root.path());
    assert_eq!(store.modules(), modules);
    assert_eq!(store.blueprints(), blueprints);
    assert_eq!(store.blueprint(&blueprint.id()).unwrap(), blueprint);
    for (wasm, name) in [(&small, "small"), (&large, "large")] {
        let id = ContentId::of(wasm);
        assert_eq!(store.module(&id).unwrap(), *wasm);
        assert_eq!(store.description(&id).unwrap(), described(name));
    }
    assert_eq!(store.invalid_files(), []);
}

#[test]
fn files_have_the_names_and_keys_of_deployed_peers() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    let id = store.add_module(b"wasm", &described("m")).unwrap();
    let blueprint = store.add_blueprint(&Blueprint::new("b", vec![id]).unwrap()).unwrap();
    let names: Vec<String> = files(root.path()).into_iter().map(|(name, _)| name).collect();
    let mut expected = [
        format!("{id}.wasm"),
        format!("{id}_config.toml"),
        format!("{blueprint}_blueprint.toml"),
        "lock".to_owned(),
    ];
    expected.sort();
    assert_eq!(names, expected);
    let read = |path: String| fs::read_to_string(root.path().join(path)).unwrap();
    assert_eq!(
        read(format!("modules/{id}_config.toml")),
        format!(
            "name = \"m\"\nfile_name = \"{id}.wasm\"\nlogger_enabled = false\n\n[mounted_binaries]\ncurl = \"/usr/bin/curl\"\n"
        )
    );
    assert_eq!(
        read(format!("blueprints/{blueprint}_blueprint.toml")),
        format!("name = \"b\"\nid = \"{blueprint}\"\ndependencies = [\"{id}\"]\n")
    );
}

#[test]
fn adding_again_replaces_the_description() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    let id = store.add_module(b"wasm", &described("first")).unwrap();
    assert_eq!(store.add_module(b"wasm", &described("second")).unwrap(), id);
    assert_eq!(store.modules().len(), 1);
    drop(store);
    assert_eq!(open(root.path()).description(&id).unwrap(), described("second"));
}

#[test]
fn unknown_ids() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    let id = ContentId::of(b"unknown");
    let messages = [
        store.module(&id).unwrap_err(),
        store.description(&id).unwrap_err(),
        store.remove_module(&id).unwrap_err(),
        store.blueprint(&id).unwrap_err(),
        store.remove_blueprint(&id).unwrap_err(),
    ]
    .map(|error| error.to_string());
    let module = format!("module '{id}' wasn't found");
    let blueprint = format!("Blueprint '{id}' wasn't found");
    assert_eq!(
        messages,
        [&module, &module, &module, &blueprint, &blueprint].map(String::clone)
    );
}

#[test]
fn a_module_is_removed_after_its_blueprints() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    let [one, two] = [b"one", b"two"].map(|wasm| store.add_module(wasm, &described("m")).unwrap());
    let both = store
        .add_blueprint(&Blueprint::new("both", vec![one, two]).unwrap())
        .unwrap();
    // Modules of a blueprint may be missing.
    let other = Blueprint::new("other", vec![ContentId::of(b"missing"), two]).unwrap();
    let other = store.add_blueprint(&other).unwrap();

    let users = |error| match error {
        ModuleStoreError::ModuleInUse { blueprints, .. } => blueprints,
        error => panic!("{error}"),
    };
    assert_eq!(users(store.remove_module(&one).unwrap_err()), [both]);
    let mut all = [both, other];
    all.sort();
    assert_eq!(users(store.remove_module(&two).unwrap_err()), all);
    assert_eq!(
        store.remove_module(&one).unwrap_err().to_string(),
        format!("module '{one}' is used by blueprint '{both}'")
    );
    store.remove_blueprint(&both).unwrap();
    store.remove_module(&one).unwrap();
    store.module(&one).unwrap_err();
    assert_eq!(users(store.remove_module(&two).unwrap_err()), [other]);
    store.remove_blueprint(&other).unwrap();
    store.remove_module(&two).unwrap();
    assert_eq!(files(root.path()), [("lock".to_owned(), 0)]);
}

#[test]
fn empty_modules_and_unsafe_names_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    assert!(matches!(
        store.add_module(b"", &described("m")),
        Err(ModuleStoreError::EmptyModule)
    ));
    for name in ["", "..", "a/b", "a\\b", "a\0"] {
        let refused = store.add_module(b"wasm", &described(name));
        assert!(matches!(refused, Err(ModuleStoreError::InvalidName(_))), "{name:?}");
    }
    assert_eq!(files(root.path()), [("lock".to_owned(), 0)]);
}

#[test]
fn a_changed_module_is_not_returned() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    let id = store.add_module(b"wasm", &described("m")).unwrap();
    fs::write(root.path().join(format!("modules/{id}.wasm")), b"other").unwrap();
    let error = store.module(&id).unwrap_err();
    assert!(matches!(error, ModuleStoreError::Damaged { found, .. } if found == ContentId::of(b"other")));
    store.add_module(b"wasm", &described("m")).unwrap();
    assert_eq!(store.module(&id).unwrap(), b"wasm");
}

/// A crash leaves a temporary file, or a module without its description: neither is a module.
#[test]
fn interrupted_writes_leave_nothing() {
    let root = tempfile::tempdir().unwrap();
    drop(open(root.path()));
    let id = ContentId::of(b"wasm");
    fs::write(root.path().join(format!("modules/{id}.wasm")), b"wasm").unwrap();
    fs::write(root.path().join(format!("modules/{id}_config.toml.tmp")), b"name = ").unwrap();
    fs::write(root.path().join(format!("blueprints/{id}_blueprint.toml.tmp")), b"").unwrap();
    let store = open(root.path());
    assert_eq!(
        (store.modules(), store.blueprints(), store.invalid_files()),
        (vec![], vec![], vec![])
    );
    store.module(&id).unwrap_err();
    assert_eq!(files(root.path()), [(format!("{id}.wasm"), 4), ("lock".to_owned(), 0)]);
    store.add_module(b"wasm", &described("m")).unwrap();
    assert_eq!(store.module(&id).unwrap(), b"wasm");
}

#[test]
fn invalid_files_are_listed() {
    let root = tempfile::tempdir().unwrap();
    drop(open(root.path()));
    let id = ContentId::of(b"wasm");
    let write = |path: String, text: &str| fs::write(root.path().join(path), text).unwrap();
    write("modules/x_config.toml".to_owned(), "");
    write(
        format!("modules/{id}_config.toml"),
        "name = \"m\"\nfile_name = \"m.wasm\"",
    );
    write(
        format!("blueprints/{id}_blueprint.toml"),
        &format!("name = \"b\"\nid = \"{id}\"\ndependencies = [\"{id}\"]\n"),
    );
    let other = ContentId::of(b"other");
    write(format!("blueprints/{other}_blueprint.toml"), "name = 1");
    let store = open(root.path());
    assert_eq!((store.modules(), store.blueprints()), (vec![], vec![]));
    let reasons: Vec<String> = store.invalid_files().into_iter().map(|file| file.reason).collect();
    assert_eq!(reasons.len(), 4);
    for part in [
        "invalid content id",
        "there is no ",
        "the blueprint has the id bafkrei",
        "invalid type",
    ] {
        assert!(
            reasons.iter().any(|reason| reason.contains(part)),
            "{part}: {reasons:?}"
        );
    }
}

#[test]
fn one_process_uses_a_folder() {
    let root = tempfile::tempdir().unwrap();
    let store = open(root.path());
    let second = ModuleFolder::open(root.path().join("modules"), root.path().join("blueprints"));
    assert!(matches!(second, Err(ModuleStoreError::Locked { .. })));
    drop(store);
    open(root.path());
}
