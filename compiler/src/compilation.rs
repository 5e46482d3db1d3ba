//! The whole way: sources to messages, definitions and scripts.

use crate::checked::Program;
use crate::definition::{FunctionDefinition, ServiceDefinition};
use crate::suggestions::suggest;
use crate::{Options, SourceLoader, checking, codes, modules};
use aqua_diagnostics::{Diagnostic, Sources, Span};
use ecow::EcoString;
use indexmap::IndexMap;

/// What checking gives.
#[derive(Debug)]
pub struct Checked {
    /// All texts that messages point into.
    pub sources: Sources,
    /// Messages, sorted as they are shown.
    pub diagnostics: Vec<Diagnostic>,
    /// The program; complete only if no message is an error.
    pub program: Program,
    /// How exported functions look from outside, by exported name.
    pub functions: IndexMap<EcoString, FunctionDefinition>,
    /// How exported services look from outside, by exported name.
    pub services: IndexMap<EcoString, ServiceDefinition>,
    /// The whole text of the entry module: a place for messages about the program as such.
    entry: Span,
}

impl Checked {
    /// Whether some message is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Reads a program and says what is wrong with it. `entry` is the identity of its first module.
///
/// A pure function of the sources and the options.
pub fn check(loader: &dyn SourceLoader, entry: &str, options: &Options) -> Checked {
    let mut graph = modules::load(loader, entry);
    let (program, messages) = checking::check(&graph, options);
    graph.diagnostics.extend(messages);
    let exported = program.exported_functions.iter();
    let functions = exported
        .map(|(name, export)| (name.clone(), FunctionDefinition::of(name, program.function(export.id))))
        .collect();
    let exported = program.exported_services.iter();
    let services = exported
        .map(|(name, export)| (name.clone(), ServiceDefinition::of(program.service(export.id))))
        .collect();
    let entry = graph
        .modules
        .last()
        .map_or(aqua_diagnostics::FileId(0).span(0, 0), |module| {
            module.tree.module().map_or(module.tree.span, |header| header.span)
        });
    let mut checked = Checked {
        sources: graph.sources,
        diagnostics: graph.diagnostics,
        program,
        functions,
        services,
        entry,
    };
    if let Some(wanted) = &options.entry
        && !checked.functions.contains_key(wanted)
        && !checked.has_errors()
    {
        let message = not_exported(&checked, wanted);
        checked.diagnostics.push(message);
    }
    Diagnostic::sort(&mut checked.diagnostics);
    checked
}

fn not_exported(checked: &Checked, wanted: &EcoString) -> Diagnostic {
    let message = format!("`{wanted}` is not exported");
    let message = Diagnostic::error(codes::NOT_EXPORTED, checked.entry, message);
    let file = checked.entry.file;
    let own = checked
        .program
        .functions
        .iter()
        .find(|function| function.file == file && function.name == *wanted);
    match own {
        Some(function) => message
            .also(function.name_span, "declared here")
            .help(format!("export it: `export {wanted}`"))
            .fix(
                format!("export `{wanted}`"),
                checked.entry.after(),
                format!("\n\nexport {wanted}"),
            ),
        None => {
            let known = || checked.functions.keys().map(EcoString::as_str);
            let message = message.note(format!("exported functions: {}", crate::suggestions::some(known())));
            let mut message = suggest(message, checked.entry, wanted, known());
            message.fix = None;
            message
        }
    }
}
