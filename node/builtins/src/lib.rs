//! What every peer answers without a service being deployed.
//!
//! One file per service; each has a function `register` that adds its functions. [`standard`] calls them all. Most functions are
//! computed by the core of the peer. Those that concern other peers are answered by [`world::answer`], which the driver of the
//! core calls with its network.

mod arguments;
mod array;
mod cmp;
mod debug;
mod hashes;
mod json;
mod kad;
mod math;
mod op;
mod peer;
mod sig;
mod srv;
#[cfg(test)]
mod tests;
pub mod world;

pub use arguments::Arguments;
pub use world::Contacts;

use aqua_peer::Functions;
use aqua_values::Value;

/// Everything that a peer answers by itself.
pub fn standard() -> Functions {
    let mut functions = Functions::default();
    array::register(&mut functions);
    cmp::register(&mut functions);
    debug::register(&mut functions);
    json::register(&mut functions);
    kad::register(&mut functions);
    math::register(&mut functions);
    op::register(&mut functions);
    peer::register(&mut functions);
    sig::register(&mut functions);
    srv::register(&mut functions);
    functions
}

/// The answer of a function without a result: the empty string.
pub fn no_result() -> Value {
    "".into()
}
