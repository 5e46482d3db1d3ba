//! Lowers a checked function to a workflow: all calls are inlined.
//!
//! An exported function becomes one self-contained script. While a body is inlined, each local is bound to a constant, a
//! variable with a lens, a stream or a callable; only what computes, waits or moves data becomes a step. The steps that compute
//! a value precede those that use it.
//!
//! | module | lowers |
//! |---|---|
//! | `wrapper` | the code around an exported function: arguments, response, error report |
//! | `calls` | calls of functions, methods, closures and callbacks |
//! | `statements`, `loops`, `conditions` | statements |
//! | `values`, `operators`, `constants`, `collections` | values |
//! | `streams`, `maps` | streams and stream maps: snapshots, waiting for items, queries |

mod binding;
mod calls;
mod collections;
mod conditions;
mod constants;
mod loops;
mod maps;
mod names;
mod operators;
mod statements;
mod steps;
mod streams;
mod values;
mod wrapper;

use crate::Options;
use crate::checked::{Function, Program};
use crate::workflow::Workflow;
use aqua_diagnostics::Diagnostic;
use steps::Lowering;

/// The result of lowering a part of a function: the first error ends the lowering of the function.
type Lowered<T> = Result<T, Box<Diagnostic>>;

/// Lowers a function of a program without errors to the workflow of a script.
///
/// # Errors
/// A diagnostic if the function can't be expressed as a script: see the `E4` codes in [`codes`](crate::codes).
pub fn lower(program: &Program, function: &Function, options: &Options) -> Result<Workflow, Box<Diagnostic>> {
    Lowering::new(program, options).export(function)
}
