//! Aqua modules to scripts that peers run.
//!
//! [`check`] reads a program and says what is wrong with it; [`compile`] also makes a script of every exported function.
//! Both are pure functions of the sources, which come in through a [`SourceLoader`], and of the [`Options`]. Mistakes are
//! values: the same [`Diagnostic`](aqua_diagnostics::Diagnostic)s on every machine, sorted by place.
//!
//! ```
//! use aqua_compiler::{InMemory, Options, compile};
//!
//! let sources = InMemory::new().with("main.aqua", "aqua Main
//!
//! export greet
//!
//! service Greeter(\"greeter\"):
//!     greet(name: string) -> string
//!
//! func greet(name: string, peer: string) -> string:
//!     on peer:
//!         text <- Greeter.greet(name)
//!     <- text
//! ");
//! let compilation = compile(&sources, "main.aqua", &Options::default());
//! assert!(compilation.diagnostics.is_empty());
//! assert_eq!(compilation.functions[0].name, "greet");
//! ```
//!
//! | room | from | to |
//! |---|---|---|
//! | [`SourceLoader`], `modules` | import strings | a graph of parsed modules |
//! | `checking`, [`typing`] | trees | the [`checked`] program: names resolved, types settled |
//! | `warnings` | a checked function | what is allowed and probably not meant |
//! | [`lowering`] | a checked function | one [`workflow`], everything that is called put in its place |
//! | [`topology`] | a workflow | where each step runs, and the hops between |
//! | [`emission`] | both | a [`Script`](aqua_air::Script) |
//! | [`definition`] | a checked function or service | what it looks like from outside |
//! | [`callers`] | a compilation | TypeScript, JavaScript and Rust that call it |

mod ahead;
pub mod callers;
pub mod checked;
mod checking;
pub mod codes;
mod compilation;
mod constant_names;
pub mod definition;
pub mod emission;
mod loader;
pub mod lowering;
mod modules;
mod options;
mod source_map;
pub mod topology;
pub mod typing;
mod warnings;
pub mod workflow;
mod workspace;

pub use ahead::{InTurn, Work, Workers};
pub use compilation::{Checked, Compilation, CompiledFunction, CompiledService, check, compile};
pub use constant_names::ConstantNames;
pub use definition::{FunctionDefinition, ServiceDefinition};
pub use loader::{InMemory, SourceLoader, Unreadable, Unresolved};
pub use options::{InvalidConstant, Options, constant_name};
pub use source_map::{Mapping, Position, SourceMap};
pub use workspace::{Changes, Workspace};
