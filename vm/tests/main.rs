//! What the machine does, seen from outside.

mod bytecode;
mod call_results;
mod codec;
mod depth;
mod errors;
mod flat_form;
mod flat_lines;
mod inspection;
mod instructions;
mod laws;
mod network;
mod own_signature;
mod resumption;
mod simulation;
mod verified_once;
