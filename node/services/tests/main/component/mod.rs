//! Components that use their host, and services of components and Marine modules.

mod host;
mod http;
mod linking;
mod requests;
mod system;

use crate::marine::Deployed;

/// The component of `tests/guests/host`.
const HOST: &[u8] = include_bytes!("../../guests/host/host.wasm");

/// A service of that component.
async fn deployed() -> Deployed {
    Deployed::new(&[("guest", HOST)], |_| {}).await
}
