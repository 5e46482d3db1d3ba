//! Compares our scripts with those of the published compiler: equivalent, or different in a known way with the same results.

mod comparer;
mod differences;
mod generated;
mod module_graphs;
pub(crate) mod packages;
mod scripts;
#[path = "../../../compiler/tests/vectors.rs"]
pub(crate) mod vectors;
