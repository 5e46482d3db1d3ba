//! Suggests imports for unknown names that every program can import, such as the services of the standard library.

use crate::modules::Graph;
use crate::{SourceLoader, codes};
use aqua_diagnostics::{Diagnostic, Edit, Fix, Sources, Span};
use aqua_grammar::tree::{Header, module_header};
use std::cell::LazyCell;
use std::collections::BTreeMap;

/// Replaces the suggestions of messages about unknown names that can be imported.
pub(super) fn add<'a>(diagnostics: impl Iterator<Item = &'a mut Diagnostic>, graph: &Graph, loader: &dyn SourceLoader) {
    let modules = LazyCell::new(|| {
        graph
            .modules
            .iter()
            .map(|module| (module.file, module))
            .collect::<BTreeMap<_, _>>()
    });
    for message in diagnostics.filter(|message| [codes::UNKNOWN_NAME, codes::UNKNOWN_TYPE].contains(&message.code)) {
        let name = graph.sources.text(message.span);
        let Some(declaration) = loader.importable(name) else {
            continue;
        };
        if member(&graph.sources, message.span).is_some_and(|member| !declaration.members.contains(&member)) {
            continue;
        }
        let import = format!("import {name} from \"{}\"", declaration.import);
        message.help = Some(format!("import it: `{import}`"));
        let place = modules
            .get(&message.span.file)
            .and_then(|module| insertion(&module.headers));
        message.fix = place.map(|(span, separator)| Fix {
            message: format!("add `{import}`"),
            edits: vec![Edit {
                span,
                text: format!("{separator}{import}"),
            }],
        });
    }
}

/// The name after the dot that follows a name.
fn member(sources: &Sources, name: Span) -> Option<&str> {
    let text = &sources.get(name.file)?.text;
    let member = text.get(name.end as usize..)?.strip_prefix('.')?;
    let end = member.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    Some(&member[..end.unwrap_or(member.len())])
}

/// Where an import can be added, and what separates it from the header before it.
fn insertion(headers: &[Header]) -> Option<(Span, &'static str)> {
    let is_import = |header: &&Header| matches!(header, Header::Import(_) | Header::ImportFrom(_) | Header::Use(_));
    match headers.iter().rfind(is_import) {
        Some(last) => Some((last.span().after(), "\n")),
        None => Some((module_header(headers)?.span.after(), "\n\n")),
    }
}
