//! In construction.

pub mod checked;
mod loader;
mod options;
pub mod typing;

pub use loader::{InMemory, SourceLoader, Unreadable, Unresolved};
pub use options::{InvalidConstant, Options};
