//! The Aqua compiler: turns Aqua modules into AIR scripts that peers execute.
//!
//! [`check`] returns the diagnostics of a program; [`compile`] also returns a script for each exported function. Both are pure
//! functions of the sources, which are read through a [`SourceLoader`], and of the [`Options`]. Mistakes in the program are
//! values: the same [`Diagnostic`](aqua_diagnostics::Diagnostic)s on every machine, sorted by position.
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
//! The stages, in order. `pipeline` calls them one after another; no stage names a later one, which `cargo xtask rules` checks.
//!
//! | stage | input | output |
//! |---|---|---|
//! | [`SourceLoader`], `modules` | import strings | the graph of parsed modules |
//! | `checking` (with [`typing`]) | syntax trees | the [`checked`] program: resolved names, complete types |
//! | `lints` | a checked function | warnings about valid code |
//! | [`lowering`] | a checked function | a [`workflow`]: a tree of steps, all calls inlined |
//! | [`topology`] | a workflow | a [`topology::Plan`]: where each step runs, the hops between steps, the values read there |
//! | [`emission`] | a workflow and its plan | a [`Script`](aqua_air::Script) |
//! | [`definition`] | a checked function or service | its parameters and results as plain data |
//! | [`callers`] | a compilation | TypeScript, JavaScript and Rust modules that call it |

pub mod callers;
pub mod checked;
mod checking;
pub mod codes;
mod compilation;
mod constant_names;
pub mod definition;
mod documentation;
pub mod emission;
mod lints;
mod loader;
pub mod lowering;
mod modules;
mod options;
mod pipeline;
mod source_map;
mod tasks;
pub mod topology;
pub mod typing;
pub mod workflow;

pub use compilation::{CheckedProgram, Compilation, CompiledFunction, CompiledService};
pub use constant_names::ConstantNames;
pub use definition::{FunctionDefinition, ServiceDefinition};
pub use loader::{Importable, InMemory, ResolveError, SourceLoader, SourceReadError};
pub use options::{InvalidConstant, Options, constant_name};
pub use pipeline::{Changes, Workspace, check, compile};
pub use source_map::{Mapping, Position, SourceMap};
pub use tasks::{Sequential, Task, TaskRunner};
