//! Compares our scripts with those of the published compiler: equivalent, or different in a known way with the same results.

mod comparer;
mod constants;
mod differences;
mod faults;
mod generated;
mod module_graphs;
pub(crate) mod packages;
mod paired_scripts;
mod scripts;
#[path = "../../../compiler/tests/vectors.rs"]
pub(crate) mod vectors;
