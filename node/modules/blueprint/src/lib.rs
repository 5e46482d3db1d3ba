//! Content ids of modules, and blueprints of services, without files.
//!
//! * [`ContentId`]: the name of a module or a blueprint, the same on every peer and in IPFS.
//! * [`Blueprint`]: the modules of a service.

mod blueprint;
mod content_id;

pub use blueprint::{Blueprint, BlueprintError};
pub use content_id::{ContentId, ContentIdError};
