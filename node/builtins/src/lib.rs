//! What every peer answers without a service being deployed.
//!
//! One file per service; each has a function `register` that adds its functions. [`standard`] calls them all. Most functions are
//! computed by the core of the peer. Those that concern other peers and modules are answered by [`world::answer`], which the
//! driver of the core calls with its network and its store of modules.
//!
//! `tests/functions.json` lists all functions that official peers answer, with cases for those that are here; the table of
//! `docs/builtins.md` is made from it.

mod arguments;
mod array;
mod cmp;
mod console;
mod debug;
mod dist;
mod hashes;
mod ipfs;
mod json;
mod kad;
mod math;
mod modules;
mod op;
mod peer;
mod sig;
mod srv;
mod vault;
mod vm;
pub mod world;

pub use arguments::Arguments;
pub use modules::{ListedModule, Modules};
pub use vault::VaultFiles;
pub use world::{Contacts, World};

use aqua_peer::Functions;
use aqua_values::Value;

/// Everything that a peer answers by itself.
pub fn standard() -> Functions {
    let mut functions = Functions::default();
    array::register(&mut functions);
    cmp::register(&mut functions);
    console::register(&mut functions);
    debug::register(&mut functions);
    dist::register(&mut functions);
    json::register(&mut functions);
    kad::register(&mut functions);
    math::register(&mut functions);
    op::register(&mut functions);
    peer::register(&mut functions);
    sig::register(&mut functions);
    srv::register(&mut functions);
    vault::register(&mut functions);
    vm::register(&mut functions);
    functions
}

/// [`standard`] with guards of services that only the host and its managers may call. A peer for development has none.
pub fn guarded() -> Functions {
    let mut functions = standard();
    ipfs::guard(&mut functions);
    functions
}

/// The answer of a function without a result: the empty string.
pub fn no_result() -> Value {
    "".into()
}
