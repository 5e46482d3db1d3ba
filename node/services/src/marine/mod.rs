//! Marine modules on wasmtime.
//!
//! `aqua_marine` reads the modules and runs their adapters; this module gives them memory, code and the host.
//!
//! * `compiled`: a module, read and compiled. `linked`: with everything that it imports. `running`: a running module.
//! * `adapters`: runs adapters on running modules. `imports`: functions of other modules. `host_functions`: those of the host.

mod adapters;
mod compiled;
mod host_functions;
mod imports;
mod linked;
mod running;

pub(crate) use adapters::run;
pub(crate) use linked::Linked;
pub(crate) use running::{Running, start};
