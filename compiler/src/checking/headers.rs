//! Headers: `import` and `use` add names to the namespace.
//!
//! Of two imports of one name, the later one is used. An import of a module that declares nothing is an error only if a name
//! of the module is used.

use super::namespace::{Entity, Entry};
use super::{Interface, ModuleChecker};
use crate::codes;
use aqua_diagnostics::suggestions::{suggest_or, truncated_list};
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree::{Header, HeaderItem, Import, ImportFrom, Path, Use};
use ecow::{EcoString, eco_format};
use indexmap::{IndexMap, IndexSet};

/// An imported name that replaced the name of an earlier import, with another declaration.
#[derive(Debug)]
pub(super) struct ReplacedName {
    name: EcoString,
    /// The later import.
    span: Span,
}

/// An import of a module that declares nothing.
#[derive(Debug)]
pub(super) struct EmptyImport<'a> {
    interface: &'a Interface,
    /// The qualifier of a `use`.
    qualifier: Option<EcoString>,
    header: Span,
    file_span: Span,
    /// The names of the module that are used, and where.
    used: IndexMap<EcoString, Span>,
}

impl<'a> ModuleChecker<'a> {
    /// Fills the namespace from `import` and `use` headers.
    pub(super) fn resolve_imports(&mut self) {
        // Headers that a syntax error hid when imports were followed have no target.
        let targets = self.module.imports.iter().copied().chain(std::iter::repeat(None));
        for (header, target) in self.tree.headers.iter().zip(targets) {
            let interface = target.and_then(|index| self.interface_of(index));
            match header {
                Header::Import(import) => self.import(import, interface),
                Header::ImportFrom(import) => self.import_from(import, interface),
                Header::Use(import) => self.use_module(import, interface),
                Header::Error(_) => self.namespace.is_incomplete = true,
                Header::Module(_) | Header::Export(_) => {}
            }
            self.warn_about_replaced_names();
        }
    }

    fn import(&mut self, import: &Import, interface: Option<&'a Interface>) {
        let Some(interface) = interface else {
            self.namespace.is_incomplete = true;
            return;
        };
        self.namespace.is_incomplete |= interface.is_incomplete;
        if interface.is_empty() {
            self.empty_imports.push(EmptyImport {
                interface,
                qualifier: None,
                header: import.span,
                file_span: import.file_span,
                used: IndexMap::new(),
            });
        }
        for (name, entry) in &interface.declared {
            self.add_import(name.clone(), entry, import.file_span);
        }
    }

    fn import_from(&mut self, import: &ImportFrom, interface: Option<&'a Interface>) {
        let items = &import.items;
        if let Some(interface) = interface.filter(|interface| interface.is_empty()) {
            self.import_undeclared(items, interface, import.span, import.file_span);
        }
        for item in items {
            let visible = item.alias.as_ref().unwrap_or(&item.name).text();
            self.import_item(item, visible, interface);
        }
    }

    fn use_module(&mut self, import: &Use, interface: Option<&'a Interface>) {
        let own_name = || interface.and_then(|interface| interface.name.clone());
        let Some(qualifier) = import.alias.as_ref().map(Path::text).or_else(own_name) else {
            self.namespace.is_incomplete = true;
            return;
        };
        self.namespace.qualifiers.insert(qualifier.clone());
        let Some(interface) = interface else {
            // A broken qualifier suppresses messages about all names behind it.
            self.namespace.add_broken(qualifier, import.file_span);
            return;
        };
        if interface.is_incomplete {
            self.namespace.incomplete_qualifiers.insert(qualifier.clone());
        }
        if interface.is_empty() {
            match import.items.as_slice() {
                [] => self.empty_imports.push(EmptyImport {
                    interface,
                    qualifier: Some(qualifier.clone()),
                    header: import.span,
                    file_span: import.file_span,
                    used: IndexMap::new(),
                }),
                items => self.import_undeclared(items, interface, import.span, import.file_span),
            }
        }
        if import.items.is_empty() {
            for (name, entry) in &interface.declared {
                self.add_import(eco_format!("{qualifier}.{name}"), entry, import.file_span);
            }
        }
        for item in &import.items {
            let visible = item.alias.as_ref().unwrap_or(&item.name).text();
            self.import_item(item, eco_format!("{qualifier}.{visible}"), Some(interface));
        }
    }

    fn import_item(&mut self, item: &HeaderItem, visible: EcoString, interface: Option<&Interface>) {
        let Some(interface) = interface else {
            self.namespace.add_broken(visible, item.span);
            return;
        };
        let name = item.name.text();
        if let Some(entry) = interface.declared.get(&name) {
            return self.add_import(visible, entry, item.span);
        }
        let inner = eco_format!("{name}.");
        let inside = interface
            .declared
            .iter()
            .filter_map(|(key, entry)| Some((key.strip_prefix(&*inner)?, entry)));
        let inside: Vec<_> = inside
            .map(|(rest, entry)| (eco_format!("{visible}.{rest}"), entry))
            .collect();
        if inside.is_empty() {
            let is_reported = interface.is_empty() && interface.private.contains_key(&name);
            if !interface.is_incomplete && !is_reported {
                self.report(not_declared(interface, &name, item.name.span));
            }
            self.namespace.add_broken(visible, item.span);
            return;
        }
        self.namespace.qualifiers.insert(visible);
        for (name, entry) in inside {
            self.add_import(name, entry, item.span);
        }
    }

    /// Adds an imported name, which replaces that of an earlier import.
    fn add_import(&mut self, name: EcoString, entry: &Entry, span: Span) {
        for (end, _) in name.match_indices('.') {
            self.namespace.qualifiers.insert(name[..end].into());
        }
        if let Some(replaced) = self.namespace.import(name.clone(), entry)
            && !self.module.is_dependency
            && !replaced.is_interchangeable(entry, self.context.program)
        {
            self.replaced_names.push(ReplacedName { name, span });
        }
    }

    /// Warns about the names that the last header replaced.
    fn warn_about_replaced_names(&mut self) {
        let replaced = std::mem::take(&mut self.replaced_names);
        let Some(first) = replaced.first() else { return };
        let names: IndexSet<&str> = replaced.iter().map(|replaced| replaced.name.as_str()).collect();
        let (verb, meaning) = match names.len() {
            1 => ("is", "a different meaning"),
            _ => ("are", "different meanings"),
        };
        let message = format!("{} {verb} already imported with {meaning}", truncated_list(names));
        let mut message = Diagnostic::warning(codes::IMPORT_REPLACED, first.span, message).label("this import is used");
        for replaced in &replaced {
            let Some(earlier) = self.earlier_import(&replaced.name, replaced.span) else {
                continue;
            };
            if message.secondary.len() < 4 && message.secondary.iter().all(|label| label.span != earlier) {
                message = message.secondary(earlier, "replaces names of this import");
            }
        }
        self.report(message.help("to use both, import one of them under another name: `import a as b from …`"));
    }

    /// The last import of a name before that position.
    fn earlier_import(&self, name: &str, position: Span) -> Option<Span> {
        let headers = self.tree.headers.iter().zip(&self.module.imports);
        let mut imports = headers.filter_map(|(header, target)| {
            let interface = self.interface_of((*target)?)?;
            let (items, file_span, rest) = match header {
                Header::Import(import) => (&[][..], import.file_span, name),
                Header::ImportFrom(import) => (&import.items[..], import.file_span, name),
                Header::Use(import) => {
                    let alias = import.alias.as_ref().map(Path::text);
                    let qualifier = alias.or_else(|| interface.name.clone())?;
                    let rest = name.strip_prefix(&*qualifier)?.strip_prefix('.')?;
                    (&import.items[..], import.file_span, rest)
                }
                Header::Module(_) | Header::Export(_) | Header::Error(_) => return None,
            };
            if items.is_empty() {
                let has_name = interface.declared.contains_key(rest);
                return (has_name && file_span.start < position.start).then_some(file_span);
            }
            let is_named = |item: &&HeaderItem| {
                let visible = item.alias.as_ref().unwrap_or(&item.name).text();
                let inside = rest.strip_prefix(&*visible);
                inside.is_some_and(|inside| inside.is_empty() || inside.starts_with('.'))
            };
            let before = items.iter().filter(|item| item.span.start < position.start);
            before.filter(is_named).map(|item| item.span).next_back()
        });
        imports.next_back()
    }

    /// Records that items of a module are imported that it does not declare.
    fn import_undeclared(&mut self, items: &[HeaderItem], interface: &'a Interface, header: Span, file_span: Span) {
        let names = items.iter().map(|item| (item.name.text(), item.span));
        let used: IndexMap<_, _> = names.filter(|(name, _)| interface.private.contains_key(name)).collect();
        if !used.is_empty() {
            self.empty_imports.push(EmptyImport {
                interface,
                qualifier: None,
                header,
                file_span,
                used,
            });
        }
    }

    /// Whether an imported module has an unknown name but does not declare it; records that the name is used.
    pub(super) fn is_undeclared_import(&mut self, name: &str, span: Span) -> bool {
        let imported = self.empty_imports.iter_mut().find_map(|import| {
            let inside = match &import.qualifier {
                Some(qualifier) => name.strip_prefix(&**qualifier)?.strip_prefix('.')?,
                None => name,
            };
            import
                .interface
                .private
                .contains_key(inside)
                .then_some((import, inside))
        });
        let Some((import, inside)) = imported else { return false };
        import.used.entry(inside.into()).or_insert(span);
        true
    }

    /// Reports imports of modules that declare nothing: an error if names of the module are used, otherwise a warning.
    pub(super) fn report_empty_imports(&mut self) {
        let mut used: IndexMap<Option<Span>, EmptyImport<'_>> = IndexMap::new();
        for import in std::mem::take(&mut self.empty_imports) {
            if import.used.is_empty() {
                self.lints.push(unused_empty_import(&import));
                continue;
            }
            // Several imports of a module have one message.
            match used.entry(import.interface.missing_declares) {
                indexmap::map::Entry::Occupied(mut known) => {
                    let names = &mut known.get_mut().used;
                    for (name, span) in import.used {
                        names.entry(name).or_insert(span);
                    }
                }
                indexmap::map::Entry::Vacant(new) => {
                    new.insert(import);
                }
            }
        }
        for import in used.into_values() {
            self.report(undeclared_names(&import));
        }
    }

    /// Whether all imported names are known. Otherwise warnings about valid code may follow from a failed import.
    pub(super) fn is_complete(&self) -> bool {
        let is_broken = |entry: &Entry| {
            let ty = entry.ty.as_ref().is_some_and(|ty| ty.meaning.is_error());
            let value = entry.value.as_ref();
            ty || value.is_some_and(|value| matches!(value.meaning, Entity::Broken))
        };
        !self.namespace.is_incomplete
            && self.namespace.incomplete_qualifiers.is_empty()
            && !self.namespace.iter().any(|(_, entry)| is_broken(entry))
    }
}

fn unused_empty_import(import: &EmptyImport<'_>) -> Diagnostic {
    let message = format!("unused import: `{}` declares nothing", import.interface.display_name);
    Diagnostic::warning(codes::UNUSED_NAME, import.file_span, message)
        .help("remove it, or add `declares` with names to the `aqua` line of that file")
        .fix("remove the import", import.header, "")
}

/// The message about names that are used, but not declared, of a module that declares nothing.
fn undeclared_names(import: &EmptyImport<'_>) -> Diagnostic {
    let file = &import.interface.display_name;
    let message = format!("`{file}` declares nothing, so nothing can be imported from it");
    let mut message = Diagnostic::error(codes::NOT_DECLARED, import.file_span, message);
    for (name, span) in import.used.iter().take(4) {
        message = message.secondary(*span, format!("`{name}` is used here"));
    }
    message = message.help("add `declares` with the imported names to the end of its `aqua` line");
    let Some(position) = import.interface.missing_declares else {
        return message;
    };
    let names: Vec<&str> = import.used.keys().map(EcoString::as_str).collect();
    let declares = format!("declares {}", names.join(", "));
    message.fix(format!("add `{declares}`"), position, format!(" {declares}"))
}

fn not_declared(interface: &Interface, name: &EcoString, span: Span) -> Diagnostic {
    let message = format!("`{}` does not declare `{name}`", interface.display_name);
    let message = Diagnostic::error(codes::NOT_DECLARED, span, message);
    if let Some(definition) = interface.private.get(name) {
        let message = message.secondary(*definition, "defined here, but not declared");
        return message.help(format!("add `{name}` to `declares` in the `aqua` line of that file"));
    }
    let known = || interface.declared.keys().map(EcoString::as_str);
    if known().next().is_none() {
        return message.help("it declares nothing");
    }
    suggest_or(
        message,
        span,
        name,
        known(),
        format!("it declares {}", truncated_list(known())),
    )
}
