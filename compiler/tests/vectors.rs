//! The results of the published compiler in `tests/vectors`. The suites in `tests` include this file.

#![allow(dead_code, reason = "each suite reads a part")]

use aqua_compiler::InMemory;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A program with the verdict and the output of the published compiler.
#[derive(Debug, Deserialize)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) options: VectorOptions,
    pub(crate) source: String,
    pub(crate) accepted: bool,
    #[serde(default)]
    pub(crate) functions: BTreeMap<String, String>,
}

/// Options with the names of the published compiler.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VectorOptions {
    #[serde(default)]
    pub(crate) no_relay: bool,
    #[serde(default)]
    pub(crate) no_xor: bool,
    #[serde(default)]
    pub(crate) tracing: bool,
    pub(crate) no_empty_response: Option<bool>,
}

/// The vectors about single programs.
pub(crate) fn lowering_vectors() -> Vec<Vector> {
    let text = include_str!("../../tests/vectors/aqua-lowering.json");
    serde_json::from_str(text).expect("the vectors are well-formed")
}

/// Several modules with the verdict and the output of the published compiler.
#[derive(Debug, Deserialize)]
pub(crate) struct ModuleVector {
    pub(crate) name: String,
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) entry: String,
    pub(crate) options: VectorOptions,
    pub(crate) accepted: bool,
    #[serde(default)]
    pub(crate) functions: BTreeMap<String, String>,
}

impl ModuleVector {
    /// The files, with the folders in which imports are searched.
    pub(crate) fn loader(&self) -> InMemory {
        let loader = InMemory::new()
            .with_folders("", ["lib".to_owned()])
            .with_folders("@x/", ["lib/@x".to_owned()]);
        let files = self.files.iter();
        files.fold(loader, |loader, (path, text)| loader.with(path, text.as_str()))
    }
}

/// The vectors about programs of several modules.
pub(crate) fn module_vectors() -> Vec<ModuleVector> {
    let text = include_str!("../../tests/vectors/aqua-modules.json");
    serde_json::from_str(text).expect("the vectors are well-formed")
}
