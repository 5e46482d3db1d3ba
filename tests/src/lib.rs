//! What the suites across crates share: paths of the tree, foreign programs that play peers and counterparts, and a simulated
//! network of peers.

pub mod air_programs;
pub mod aqua_generator;
pub mod corpus;
pub mod foreign;
pub mod in_memory_with_std;
pub mod machine;
pub mod mended_packages;
pub mod normal_form;
pub mod official_compiler;
pub mod official_vm;
pub mod paired_vms;
pub mod simulated_comparison;
pub mod simulated_network;
pub mod simulated_programs;
pub mod suite;
pub mod tree;
pub mod vm_datasets;
pub mod wasm_guest;
