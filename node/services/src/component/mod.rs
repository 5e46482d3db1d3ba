//! Components: WebAssembly with functions over typed values, WASI preview 2, and interfaces of this host.
//!
//! * `linked`: a component with everything that it imports; `reader`: where its functions are exported; `providers`: who provides
//!   its imports. `running`: a running component and calls of its functions.
//! * `host_functions`: the interfaces `aqua:service`; `imports`: functions of other modules. `conversion`: component values from
//!   JSON values and back.

mod conversion;
mod host_functions;
mod imports;
mod linked;
mod providers;
mod reader;
mod running;

pub use conversion::{Mismatch, from_json, to_json};
pub(crate) use linked::{Linked, converted};
pub(crate) use running::{Running, call, start};
