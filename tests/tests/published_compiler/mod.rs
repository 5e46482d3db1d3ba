//! Our scripts beside those of the published compiler: the same, or different in a named way and with the same results.

mod comparer;
mod differences;
mod generated;
pub(crate) mod packages;
mod scripts;
#[path = "../../../compiler/tests/vectors.rs"]
mod vectors;
