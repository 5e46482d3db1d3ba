//! Suites across crates.

#![allow(clippy::print_stdout, reason = "agreements and times are shown")]

mod aqua_programs;
mod callers;
mod codes;
mod examples;
mod fixes;
mod flat_form;
mod js_client;
mod late_values;
mod machine_laws;
mod official_machine;
mod official_module;
mod published_compiler;
mod published_library;
mod resumed_steps;
mod scopes;
mod simulated_programs;
mod vm_datasets;
mod wasm;
mod wrong_programs;
