//! The crate `aqua-guest`, which new services in Rust have beside them until it is published.

/// A file of the crate, by its path in the folder of the crate.
macro_rules! file {
    ($path:literal) => {
        ($path, include_str!(concat!("../../../../../guest/", $path)))
    };
}

/// All files that a service needs to be built.
pub(super) const FILES: &[(&str, &str)] = &[
    file!("Cargo.toml"),
    file!("macros/Cargo.toml"),
    file!("macros/src/expansion.rs"),
    file!("macros/src/lib.rs"),
    file!("macros/src/names.rs"),
    file!("macros/src/options.rs"),
    file!("macros/src/reading.rs"),
    file!("macros/src/service.rs"),
    file!("macros/src/tests.rs"),
    file!("macros/src/types.rs"),
    file!("macros/src/wit.rs"),
    file!("src/call.rs"),
    file!("src/component.rs"),
    file!("src/lib.rs"),
    file!("src/log.rs"),
    file!("src/process.rs"),
    file!("src/testing.rs"),
    file!("wit/aqua-service.wit"),
];
