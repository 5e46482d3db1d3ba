//! The pipeline: the only module that calls the compiler's stages, in order.
//!
//! Sources → `modules` → `checking` → `lints` → `lowering` → `topology` → `emission`. Each stage takes the value of an earlier
//! one and returns its own value and diagnostics; no stage names a later one (`cargo xtask rules`). [`check`] lowers exported
//! functions for their errors and stops there; [`CheckCache`] keeps the results between runs of a [`Workspace`].

mod check_cache;
mod exports;
mod missing_header;
mod suggested_imports;
mod workspace;

pub use workspace::{Changes, Workspace};

use crate::compilation::{CheckedProgram, Compilation, CompiledFunction, CompiledService};
use crate::definition::{FunctionDefinition, ServiceDefinition};
use crate::modules::{self, PreviousGraph};
use crate::{Options, Sequential, SourceLoader, codes, documentation, emission, lowering, topology};
use aqua_diagnostics::suggestions::suggest;
use aqua_diagnostics::{Diagnostic, FileId, Sources, Span};
use check_cache::{CheckCache, KeptBodies};
use ecow::EcoString;
use exports::{distinct, lowering_errors};
use indexmap::IndexMap;

/// Checks a program and returns its diagnostics, including those of lowering its exported functions. `entry` is the identity of
/// its entry module.
///
/// The result is a pure function of the sources and the options.
pub fn check(loader: &dyn SourceLoader, entry: &str, options: &Options) -> CheckedProgram {
    let mut checked = checked(loader, entry, options);
    if !checked.has_errors() {
        let exports = checked.program.exported_functions.iter();
        let exports = exports
            .filter(|(name, _)| options.is_wanted(name))
            .map(|(_, export)| export);
        let errors = lowering_errors(&checked.program, exports, options);
        checked.diagnostics.extend(errors);
        Diagnostic::sort(&mut checked.diagnostics);
    }
    checked
}

/// Checks a program without lowering it.
fn checked(loader: &dyn SourceLoader, entry: &str, options: &Options) -> CheckedProgram {
    let graph = modules::load(loader, &[entry], PreviousGraph::default());
    let mut cache = CheckCache::default();
    cache.check(&graph, options, KeptBodies::All, &Sequential);
    missing_header::complete(cache.diagnostics_mut(), &graph);
    suggested_imports::add(cache.diagnostics_mut(), &graph, loader);
    let diagnostics = graph.diagnostics.iter().chain(cache.diagnostics()).cloned();
    let diagnostics = diagnostics.collect();
    let program = cache.into_program(entry);
    let exported = program.exported_functions.iter();
    let functions = exported
        .map(|(name, export)| (name.clone(), FunctionDefinition::new(name, program.function(export.id))))
        .collect();
    let exported = program.exported_services.iter();
    let services = exported
        .map(|(name, export)| (name.clone(), ServiceDefinition::new(program.service(export.id))))
        .collect();
    let entry = graph.modules.last().map_or(FileId(0).span(0, 0), |module| {
        let text = graph.sources.get(module.file).map_or(0, |source| source.text.len());
        let whole = module.file.span(0, u32::try_from(text).unwrap_or(u32::MAX));
        aqua_grammar::tree::module_header(&module.headers).map_or(whole, |header| header.span)
    });
    let mut checked = CheckedProgram {
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
        report_not_exported(&mut checked, wanted);
    }
    Diagnostic::sort(&mut checked.diagnostics);
    checked
}

/// Compiles each exported function of a program to a script. `entry` is the identity of its entry module.
///
/// The result is a pure function of the sources and the options.
pub fn compile(loader: &dyn SourceLoader, entry: &str, options: &Options) -> Compilation {
    let checked = checked(loader, entry, options);
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
    for (name, definition) in checked
        .functions
        .into_iter()
        .filter(|(name, _)| options.is_wanted(name))
    {
        let export = checked.program.exported_functions[&name];
        let function = checked.program.function(export.id);
        let workflow = match lowering::lower(&checked.program, function, options) {
            Ok(workflow) => workflow,
            Err(message) => {
                compilation.diagnostics.push(*message);
                continue;
            }
        };
        let plan = topology::plan(&workflow);
        let (script, origins) = emission::emit(&workflow, &plan);
        compilation.functions.push(CompiledFunction {
            name,
            arrow: function.arrow.clone(),
            definition,
            documentation: documentation_of(&compilation.sources, function.name_span),
            script,
            origins,
        });
    }
    if compilation.has_errors() {
        compilation.functions.clear();
        // Functions that inline the same code have the same errors.
        compilation.diagnostics = distinct(compilation.diagnostics);
    }
    compilation
}

fn compiled_services(checked: &CheckedProgram) -> IndexMap<EcoString, CompiledService> {
    let compiled = |(name, definition): (&EcoString, &ServiceDefinition)| {
        let service = checked.program.service(checked.program.exported_services[name].id);
        let methods = service
            .method_spans
            .iter()
            .map(|(name, span)| (name.to_string(), documentation_of(&checked.sources, *span)));
        let compiled = CompiledService {
            definition: definition.clone(),
            documentation: documentation_of(&checked.sources, service.name_span),
            methods: methods.filter(|(_, comment)| !comment.is_empty()).collect(),
        };
        (name.clone(), compiled)
    };
    checked.services.iter().map(compiled).collect()
}

fn documentation_of(sources: &Sources, declaration: Span) -> String {
    let source = sources.get(declaration.file);
    source.map_or_else(String::new, |source| {
        documentation::above(&source.text, declaration.start as usize)
    })
}

/// Reports that [`Options::entry`] is not exported. A message that the function is unused would only repeat that, and is
/// removed.
fn report_not_exported(checked: &mut CheckedProgram, wanted: &EcoString) {
    let message = not_exported(checked, wanted);
    let declared: Vec<Span> = message.secondary.iter().map(|label| label.span).collect();
    let repeats = |other: &Diagnostic| other.code == codes::UNUSED_NAME && declared.contains(&other.span);
    checked.diagnostics.retain(|other| !repeats(other));
    checked.diagnostics.push(message);
}

fn not_exported(checked: &CheckedProgram, wanted: &EcoString) -> Diagnostic {
    let message = format!("`{wanted}` is not exported");
    let message = Diagnostic::error(codes::NOT_EXPORTED, checked.entry, message);
    let file = checked.entry.file;
    let own = checked
        .program
        .functions()
        .find(|function| function.file == file && function.name == *wanted);
    match own {
        Some(function) => message
            .secondary(function.name_span, "declared here")
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
                aqua_diagnostics::suggestions::truncated_list(known())
            ));
            let mut message = suggest(message, checked.entry, wanted, known());
            message.fix = None;
            message
        }
    }
}
