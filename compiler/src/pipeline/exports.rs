//! Lowering of exported functions, for the errors that only lowering finds.

use crate::checked::{Export, FunctionId, Program};
use crate::{Options, lowering};
use aqua_diagnostics::Diagnostic;

/// The errors of lowering exported functions, each once: functions that inline the same code have the same errors.
pub(super) fn lowering_errors<'a>(
    program: &Program,
    exports: impl IntoIterator<Item = &'a Export<FunctionId>>,
    options: &Options,
) -> Vec<Diagnostic> {
    let lowered = exports
        .into_iter()
        .map(|export| lowering::lower(program, program.function(export.id), options));
    distinct(lowered.filter_map(Result::err).map(|message| *message))
}

/// Sorts diagnostics and drops repeated ones.
pub(super) fn distinct(diagnostics: impl IntoIterator<Item = Diagnostic>) -> Vec<Diagnostic> {
    let mut distinct: Vec<Diagnostic> = diagnostics.into_iter().collect();
    Diagnostic::sort(&mut distinct);
    distinct.dedup();
    distinct
}
