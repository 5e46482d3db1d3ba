//! The resources of a peer's machine that a service may use.
//!
//! A service lists in its [`Requests`] what it needs: folders, environment variables, HTTP hosts, programs, memory and time. The
//! operator of a peer writes in a [`Policy`] what services may have. [`Capabilities::granted`] is the intersection: what both name.
//! A request beyond the policy is a [`Refusal`]. The service runs without what was refused and finds the standard error of its language
//! there, unless it marks the request as required: then it isn't deployed.
//!
//! Requests are TOML in the file of a service and JSON in a manifest, with the same names (§9.6 of the Marine format). A service
//! without requests has none of these resources.
//!
//! This crate has no I/O. The host of services creates folders and opens connections.

mod capabilities;
mod host_name;
mod policy;
mod requests;
#[cfg(test)]
mod tests;

pub use capabilities::{Capabilities, Dir, HttpAccess, Refusal};
pub use host_name::{HostPattern, InvalidHost};
pub use policy::Policy;
pub use requests::{DirRequest, HttpRequest, Mode, NamedRequest, RandomSource, Requests, Scope, Size, TimeSource};
