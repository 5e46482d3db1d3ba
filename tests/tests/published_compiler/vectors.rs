//! What the published compiler makes of programs: the data of `tests/vectors`.

use aqua_compiler::InMemory;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A program with the verdict and the output of the published compiler.
#[derive(Debug, Deserialize)]
pub(super) struct Vector {
    pub(super) name: String,
    pub(super) options: VectorOptions,
    pub(super) source: String,
    pub(super) accepted: bool,
    #[serde(default)]
    pub(super) functions: BTreeMap<String, String>,
}

/// Options in the published compiler's words.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct VectorOptions {
    #[serde(default)]
    pub(super) no_relay: bool,
    #[serde(default)]
    pub(super) no_xor: bool,
    #[serde(default)]
    pub(super) tracing: bool,
    pub(super) no_empty_response: Option<bool>,
}

/// The vectors about single programs.
pub(super) fn lowering_vectors() -> Vec<Vector> {
    let text = include_str!("../../vectors/aqua-lowering.json");
    serde_json::from_str(text).expect("the vectors are well-formed")
}

/// Several modules with the verdict and the output of the published compiler.
#[derive(Debug, Deserialize)]
pub(super) struct ModuleVector {
    pub(super) name: String,
    pub(super) files: BTreeMap<String, String>,
    pub(super) entry: String,
    pub(super) options: VectorOptions,
    pub(super) accepted: bool,
    #[serde(default)]
    pub(super) functions: BTreeMap<String, String>,
}

impl ModuleVector {
    /// The files, with the folders in which imports are searched.
    pub(super) fn loader(&self) -> InMemory {
        let loader = InMemory::new()
            .with_folders("", ["lib".to_owned()])
            .with_folders("@x/", ["lib/@x".to_owned()]);
        let files = self.files.iter();
        files.fold(loader, |loader, (path, text)| loader.with(path, text.as_str()))
    }
}

/// The vectors about programs of several modules.
pub(super) fn module_vectors() -> Vec<ModuleVector> {
    let text = include_str!("../../vectors/aqua-modules.json");
    serde_json::from_str(text).expect("the vectors are well-formed")
}
