//! The whole way: sources to messages, definitions and scripts.

use crate::checked::Program;
use crate::definition::{FunctionDefinition, ServiceDefinition};
use crate::emission::Origins;
use crate::modules::Former;
use crate::typing::Arrow;
use crate::{Options, SourceLoader, checking, codes, lowering, modules};
use aqua_air::Script;
use aqua_diagnostics::suggestions::suggest;
use aqua_diagnostics::{Diagnostic, Sources, Span};
use ecow::EcoString;
use indexmap::IndexMap;
use std::sync::Arc;

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
    let graph = modules::load(loader, &[entry], Former::default());
    let (program, messages) = checking::check(&graph, options);
    let diagnostics = graph.diagnostics().into_iter().chain(messages).collect();
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
        diagnostics,
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
        // That it is not used follows from that.
        let declared: Vec<Span> = message.secondary.iter().map(|label| label.span).collect();
        let follows = |other: &Diagnostic| other.code == codes::UNUSED_NAME && declared.contains(&other.span);
        checked.diagnostics.retain(|other| !follows(other));
        checked.diagnostics.push(message);
    }
    Diagnostic::sort(&mut checked.diagnostics);
    checked
}

/// What compiling gives.
#[derive(Debug)]
pub struct Compilation {
    /// All texts that messages point into.
    pub sources: Sources,
    /// Messages, sorted as they are shown.
    pub diagnostics: Vec<Diagnostic>,
    /// Exported functions in source order, or the one that was asked for; none if some message is an error.
    pub functions: Vec<CompiledFunction>,
    /// Exported services by exported name.
    pub services: IndexMap<EcoString, CompiledService>,
}

impl Compilation {
    /// Whether some message is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// An exported function that is ready to run.
#[derive(Debug)]
pub struct CompiledFunction {
    /// Its exported name.
    pub name: EcoString,
    /// What it takes and gives.
    pub arrow: Arc<Arrow>,
    /// The same as plain data, for callers outside.
    pub definition: FunctionDefinition,
    /// The comment above its declaration.
    pub documentation: String,
    /// What peers run.
    pub script: Script,
    /// What its instructions are made of.
    pub origins: Origins,
}

/// An exported service that a client can serve.
#[derive(Debug)]
pub struct CompiledService {
    /// How it looks from outside.
    pub definition: ServiceDefinition,
    /// The comment above its declaration.
    pub documentation: String,
    /// The comments above its methods, by their names; methods without one are left out.
    pub methods: IndexMap<String, String>,
}

/// Reads a program and makes a script of each exported function. `entry` is the identity of its first module.
///
/// A pure function of the sources and the options.
pub fn compile(loader: &dyn SourceLoader, entry: &str, options: &Options) -> Compilation {
    let checked = check(loader, entry, options);
    let services = compiled_services(&checked);
    let mut compilation = Compilation {
        functions: Vec::new(),
        services,
        sources: checked.sources,
        diagnostics: checked.diagnostics,
    };
    if compilation.has_errors() {
        return compilation;
    }
    let wanted = |name: &EcoString| options.entry.as_ref().is_none_or(|entry| entry == name);
    for (name, definition) in checked.functions.into_iter().filter(|(name, _)| wanted(name)) {
        let export = checked.program.exported_functions[&name];
        let function = checked.program.function(export.id);
        let arrow = function.arrow.clone();
        let documentation = documentation(&compilation.sources, function.name_span);
        match lowering::lower(&checked.program, export, options) {
            Ok((script, origins)) => compilation.functions.push(CompiledFunction {
                name,
                arrow,
                definition,
                documentation,
                script,
                origins,
            }),
            Err(message) => compilation.diagnostics.push(*message),
        }
    }
    if compilation.has_errors() {
        compilation.functions.clear();
        Diagnostic::sort(&mut compilation.diagnostics);
    }
    compilation
}

fn compiled_services(checked: &Checked) -> IndexMap<EcoString, CompiledService> {
    let compiled = |(name, definition): (&EcoString, &ServiceDefinition)| {
        let service = checked.program.service(checked.program.exported_services[name].id);
        let methods = service
            .method_spans
            .iter()
            .map(|(name, span)| (name.to_string(), documentation(&checked.sources, *span)));
        let compiled = CompiledService {
            definition: definition.clone(),
            documentation: documentation(&checked.sources, service.name_span),
            methods: methods.filter(|(_, comment)| !comment.is_empty()).collect(),
        };
        (name.clone(), compiled)
    };
    checked.services.iter().map(compiled).collect()
}

fn documentation(sources: &Sources, declaration: Span) -> String {
    let source = sources.get(declaration.file);
    source.map_or_else(String::new, |source| {
        crate::callers::above(&source.text, declaration.start as usize)
    })
}

fn not_exported(checked: &Checked, wanted: &EcoString) -> Diagnostic {
    let message = format!("`{wanted}` is not exported");
    let message = Diagnostic::error(codes::NOT_EXPORTED, checked.entry, message);
    let file = checked.entry.file;
    let own = checked
        .program
        .functions()
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
            let message = message.note(format!(
                "exported functions: {}",
                aqua_diagnostics::suggestions::some(known())
            ));
            let mut message = suggest(message, checked.entry, wanted, known());
            message.fix = None;
            message
        }
    }
}
