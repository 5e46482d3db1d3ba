//! `export` headers: the functions and services that callers of the program use.

use super::ModuleChecker;
use super::namespace::Entity;
use crate::checked::{Export, FunctionId, ServiceId};
use crate::codes;
use crate::typing::Type;
use aqua_diagnostics::suggestions::{suggest_or, truncated_list};
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree::{self, Header, HeaderItem, Item};
use ecow::EcoString;

impl ModuleChecker<'_> {
    /// Resolves `export` headers of the entry module.
    pub(super) fn resolve_exports(&mut self) {
        let tree = self.tree;
        let mut exports = Vec::new();
        for header in &tree.headers {
            if let Header::Export(export) = header {
                exports.extend(
                    export
                        .items
                        .iter()
                        .enumerate()
                        .map(|(index, item)| (export, index, item)),
                );
            }
        }
        if exports.is_empty() {
            self.warn_without_exports();
        }
        for (export, index, item) in exports {
            let visible = item.local_name().text.clone();
            let Some(exported) = self.exported(item) else { continue };
            let functions = self.exports.functions.get(&visible);
            let functions = functions.map(|it| (Exported::Function(it.id), it.span));
            let services = self.exports.services.get(&visible);
            let earlier = functions.or_else(|| services.map(|it| (Exported::Service(it.id), it.span)));
            if let Some((earlier, span)) = earlier {
                self.report(match earlier == exported {
                    true => exported_twice(&visible, export, index, span),
                    false => exported_differently(&visible, item.span, span),
                });
                continue;
            }
            match exported {
                Exported::Function(id) => {
                    let export = Export { id, span: item.span };
                    self.exports.functions.insert(visible, export);
                }
                Exported::Service(id) => {
                    let export = Export { id, span: item.span };
                    self.exports.services.insert(visible, export);
                }
            }
        }
    }

    /// Checks the `export` headers of an imported module, which have no effect.
    pub(super) fn check_exported_names(&mut self) {
        let tree = self.tree;
        for header in &tree.headers {
            if let Header::Export(export) = header {
                for item in &export.items {
                    self.exported(item);
                }
            }
        }
    }

    fn exported(&mut self, item: &HeaderItem) -> Option<Exported> {
        let name = item.name.text();
        let Some(entry) = self.namespace.get(&name) else {
            if !self.namespace.is_incomplete && !self.is_explained(&name, item.name.span) {
                let message = format!("can't export `{name}`: it is not defined");
                let message = Diagnostic::error(codes::EXPORTS_NOTHING, item.name.span, message);
                let known = self.namespace.iter().filter(|(_, entry)| entry.value.is_some());
                let known: Vec<EcoString> = known.map(|(name, _)| name.clone()).collect();
                let message = message.label("not defined or imported in this file");
                let known = || known.iter().map(EcoString::as_str);
                let otherwise = match known().next() {
                    None => "define it in this file, or import it".to_owned(),
                    Some(_) => format!("define or import it; available names: {}", truncated_list(known())),
                };
                self.report(suggest_or(message, item.name.span, &name, known(), otherwise));
            }
            return None;
        };
        match entry.value.as_ref().map(|it| &it.meaning) {
            Some(Entity::Function(id)) => {
                let id = *id;
                self.check_exportable(id, item);
                Some(Exported::Function(id))
            }
            Some(Entity::Service(id)) => Some(Exported::Service(*id)),
            Some(Entity::Constant(_) | Entity::Broken) => None,
            None => {
                if matches!(self.namespace.ty(&name), Some(Type::Ability(_))) {
                    let message = format!("can't export the ability `{name}`");
                    let message = Diagnostic::error(codes::NOT_EXPORTABLE, item.name.span, message);
                    let message = message.note("abilities exist at compile time only");
                    self.report(message.help(format!(
                        "to make it visible to importers, add `declares {name}` to the header"
                    )));
                }
                None
            }
        }
    }

    /// Reports parameters and results of a function that an exported function can't have.
    fn check_exportable(&mut self, id: FunctionId, item: &HeaderItem) {
        let function = self.function_of(id);
        let name = &function.name;
        let mut problem = None;
        for (parameter, local) in function.arrow.parameters.iter().zip(&function.body.parameters) {
            if matches!(parameter.ty, Type::Ability(_) | Type::Service(_) | Type::StreamMap(_)) {
                let reason = format!("takes {}", described(&parameter.ty));
                problem.get_or_insert((reason, function.local(*local).span));
            }
        }
        for result in &function.arrow.results {
            if matches!(
                result,
                Type::Ability(_) | Type::Service(_) | Type::StreamMap(_) | Type::Arrow(_)
            ) {
                problem.get_or_insert((format!("returns {}", described(result)), function.name_span));
            }
        }
        if let Some((reason, position)) = problem {
            let message = format!("can't export `{name}`: it {reason}");
            let message =
                Diagnostic::error(codes::NOT_EXPORTABLE, item.name.span, message).secondary(position, "declared here");
            let note = "exported functions take data, arrays, options, streams and callbacks, and return data, arrays, options and streams";
            let help = "export a function that takes and returns data";
            return self.report(message.note(note).help(help));
        }
        self.warn_about_callbacks(id);
    }

    fn warn_about_callbacks(&mut self, id: FunctionId) {
        let function = self.function_of(id);
        let mut messages = Vec::new();
        for (parameter, local) in function.arrow.parameters.iter().zip(&function.body.parameters) {
            let results = parameter.ty.as_arrow().map_or(0, |arrow| arrow.results.len());
            if results > 1 {
                let local = function.local(*local);
                let message = format!(
                    "only the first of the {results} results of callback `{}` is returned",
                    local.name
                );
                messages.push(Diagnostic::warning(codes::CALLBACK_RESULTS, local.span, message));
            }
        }
        for message in messages {
            self.report(message.help("return one `data` value with all results from the callback"));
        }
    }

    fn warn_without_exports(&mut self) {
        let tree = self.tree;
        let Some(header) = tree.module().filter(|header| header.declares.is_none()) else {
            return;
        };
        let functions: Vec<&str> = tree.items.iter().filter_map(exportable_name).collect();
        let Some(last) = functions.last() else { return };
        let message = "this program exports nothing";
        let mut message = Diagnostic::warning(codes::NOTHING_EXPORTED, header.span, message);
        message = message.help(format!("export the functions that callers use: `export {last}`"));
        if functions.len() == 1 {
            message = message.fix(
                format!("export `{last}`"),
                header.span.after(),
                format!("\n\nexport {last}"),
            );
        }
        self.report(message);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Exported {
    Function(FunctionId),
    Service(ServiceId),
}

/// The message about an export that repeats an earlier one; its fix removes the item.
fn exported_twice(visible: &EcoString, export: &tree::Export, index: usize, earlier: Span) -> Diagnostic {
    let items = &export.items;
    let item = items[index].span;
    let message = format!("`{visible}` is already exported");
    let message = Diagnostic::warning(codes::EXPORTED_TWICE, item, message).secondary(earlier, "first export");
    let removed = match (index.checked_sub(1), items.get(index + 1)) {
        (Some(before), _) => Span {
            start: items[before].span.end,
            ..item
        },
        (None, Some(next)) => Span {
            end: next.span.start,
            ..item
        },
        (None, None) => export.span,
    };
    message.help("remove it").fix("remove the export", removed, "")
}

/// The message about two exports of one name with different meanings.
fn exported_differently(visible: &EcoString, span: Span, earlier: Span) -> Diagnostic {
    let message = format!("`{visible}` is exported twice");
    let message = Diagnostic::error(codes::ALREADY_DEFINED, span, message).secondary(earlier, "first export");
    message.help("export one of them under another name: `export a as b`")
}

fn exportable_name(item: &Item) -> Option<&str> {
    match item {
        Item::Function(function) => Some(function.name.as_str()),
        _ => None,
    }
}

fn described(ty: &Type) -> String {
    match ty {
        Type::Service(_) | Type::Ability(_) => format!("the ability `{ty}`"),
        Type::StreamMap(_) => format!("the stream map `{ty}`"),
        _ => format!("the function `{ty}`"),
    }
}
