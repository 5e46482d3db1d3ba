//! In construction.

pub mod checked;
pub mod emission;
mod loader;
mod options;
pub mod topology;
pub mod typing;
pub mod workflow;

pub use loader::{InMemory, SourceLoader, Unreadable, Unresolved};
pub use options::{InvalidConstant, Options};
