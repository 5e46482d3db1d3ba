//! In construction.

pub mod checked;
pub mod typing;
