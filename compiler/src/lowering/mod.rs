//! From a checked function to its workflow: everything it calls is put in its place.
//!
//! An exported function becomes one script that stands for itself. Names disappear: while a body is inlined, every local is
//! bound to a constant, a variable with a lens, a stream or something that can be called, and only what computes,
//! waits or moves data becomes steps. Values that need computing leave their steps before those that use them.
//!
//! | file | what it lowers |
//! |---|---|
//! | `wrapper` | what surrounds an exported function: fetching arguments, the response, the error report |
//! | `calls` | calls of functions, methods, closures and callbacks |
//! | `statements`, `loops`, `conditions` | statements |
//! | `values`, `operators`, `collections` | values |
//! | `streams`, `maps` | snapshots of streams, waiting for items, questions to stream maps |

mod bound;
mod calls;
mod collections;
mod conditions;
mod loops;
mod maps;
mod names;
mod operators;
mod statements;
mod steps;
mod streams;
mod values;
mod wrapper;

use crate::checked::{Export, FunctionId, Program};
use crate::emission::{self, Origins};
use crate::{Options, topology};
use aqua_air::Script;
use aqua_diagnostics::Diagnostic;
use steps::Lowering;

/// What can go wrong: the first mistake ends the lowering of a function.
type Lowered<T> = Result<T, Box<Diagnostic>>;

/// The script of one exported function of a program without errors, and what its instructions are made of.
///
/// # Errors
/// When the function asks for something that no script can say: see [`codes`](crate::codes).
pub fn lower(
    program: &Program,
    export: Export<FunctionId>,
    options: &Options,
) -> Result<(Script, Origins), Box<Diagnostic>> {
    let (workflow, root) = Lowering::new(program, options).export(program.function(export.id))?;
    let journey = topology::plan(&workflow, root);
    Ok(emission::emit(&workflow, &journey, root))
}
