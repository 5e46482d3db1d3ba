//! Services for Aqua programs in Rust.
//!
//! The attribute [`service`] makes a module a WebAssembly component whose functions programs can call. No file declares the interface:
//! it follows from the signatures of the functions and from the types of the module.
//!
//! ```
//! #[aqua_guest::service]
//! mod counter {
//!     /// A word and how often it occurs.
//!     pub struct Count {
//!         pub word: String,
//!         pub times: u32,
//!     }
//!
//!     /// The first word of a text.
//!     pub fn first(text: String) -> Result<Count, String> {
//!         let word = text.split_whitespace().next().ok_or("the text has no words")?;
//!         let times = text.split_whitespace().filter(|other| *other == word).count();
//!         aqua_guest::log::debug!("{word} occurs {times} times");
//!         Ok(Count { word: word.to_owned(), times: times as u32 })
//!     }
//! }
//! # fn main() {
//! assert_eq!(counter::first("to be or not to be".to_owned()).map(|count| count.times), Ok(2));
//! # }
//! ```
//!
//! A function can ask who calls it ([`call_parameters`]), write to the log of the service ([`log`]) and run programs that its
//! configuration mounts ([`process`]). A component imports only what its functions use.
//!
//! All of this also compiles for the machine of the author, where tests are plain calls. What the peer would answer is then set by
//! `testing`.
//!
//! # Interface
//!
//! Functions that are `pub` are a part of the interface, with their documentation; private ones, and all other items, are not. `init`
//! is not either: it has no parameters, and runs when an instance of the service starts.
//!
//! | Rust | WIT |
//! |---|---|
//! | `bool`, `char`, `u8` to `u64`, `f32`, `f64`, `String` | the same |
//! | `i8` to `i64` | `s8` to `s64` |
//! | `Vec<T>`, `Option<T>`, `Result<T, E>`, tuples | `list`, `option`, `result`, `tuple` |
//! | a `pub struct` with fields that are all `pub` | `record` |
//! | a `pub enum` without values; with values | `enum`; `variant` |
//!
//! Names are words with `-` between them in WIT, and with `_` in Aqua. A function and a type can't have the same name in WIT, as
//! `count` and `Count` would. Types have no generic parameters, are not recursive, and are declared in the module or are aliases there.
//!
//! The package is `local:NAME` with the name of the module, and the interface is `api`. Components that other components import give
//! these names: `#[aqua_guest::service(package = "example:counter@0.1.0", interface = "counter")]`.

mod call;
#[cfg(target_family = "wasm")]
mod component;
pub mod log;
pub mod process;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use aqua_guest_macros::service;
pub use call::{CallParameters, Particle, Tetraplet, argument_origin, call_parameters, vault_dir};

/// What answers in the place of the peer.
#[cfg(target_family = "wasm")]
use component as peer;
#[cfg(not(target_family = "wasm"))]
use testing as peer;

/// For the code that [`service`] writes.
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub mod __private {
    pub use wit_bindgen::{generate, rt};
}
