//! In construction.

pub mod checked;
mod checking;
pub mod codes;
mod compilation;
pub mod definition;
pub mod emission;
mod loader;
pub mod lowering;
mod modules;
mod options;
mod suggestions;
pub mod topology;
pub mod typing;
pub mod workflow;

pub use compilation::{Checked, Compilation, CompiledFunction, check, compile};
pub use definition::{FunctionDefinition, ServiceDefinition};
pub use loader::{InMemory, SourceLoader, Unreadable, Unresolved};
pub use options::{InvalidConstant, Options};
