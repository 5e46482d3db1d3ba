//! Headers: `import` and `use` add names to the namespace, `declares` makes names visible to importers.

use super::namespace::Entry;
use super::{FxIndexMap, ModuleChecker};
use crate::checked::{FunctionId, Part, ServiceId};
use crate::codes;
use aqua_diagnostics::suggestions::{suggest_or, truncated_list};
use aqua_diagnostics::{Diagnostic, FileId, Span};
use aqua_grammar::tree::{Declares, Header, HeaderItem, Import, ImportFrom, Item, Path, Use};
use ecow::{EcoString, eco_format};
use std::collections::BTreeSet;

/// What importers see of a module.
#[derive(Debug)]
pub(crate) struct Interface {
    /// The name in its header.
    name: Option<EcoString>,
    /// The names that it declares.
    declared: FxIndexMap<EcoString, Entry>,
    /// Its other names with their declarations, for messages.
    private: FxIndexMap<EcoString, Span>,
    /// Where `declares` can be added; `None` if the module has it or needs none.
    missing_declares: Option<Span>,
    /// Whether names are missing because of an error that was reported.
    is_incomplete: bool,
    /// The path in messages.
    display_name: String,
}

impl Interface {
    /// The declared names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.declared.keys().map(EcoString::as_str)
    }

    /// Whether the interfaces of two checks of a module are the same to importers, spans included.
    pub(crate) fn is_equivalent(&self, other: &Self, comparison: &Comparison<'_>) -> bool {
        let header = |it: &Self| {
            (
                it.name.clone(),
                it.missing_declares,
                it.is_incomplete,
                it.display_name.clone(),
            )
        };
        let same_entry = |((name, one), (same, two)): ((&EcoString, &Entry), (&EcoString, &Entry))| {
            name == same && one.is_equivalent(two, comparison)
        };
        header(self) == header(other)
            && self.private == other.private
            && self.declared.len() == other.declared.len()
            && self.declared.iter().zip(&other.declared).all(same_entry)
    }
}

/// The declarations of two checks of a module.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Comparison<'a> {
    /// The module: its part in the program.
    pub(crate) file: FileId,
    pub(crate) previous: &'a Part,
    pub(crate) current: &'a Part,
    /// The modules whose interfaces changed since the previous check.
    pub(crate) changed: &'a BTreeSet<FileId>,
}

impl Comparison<'_> {
    /// Whether callers can't distinguish the functions that had and have this id.
    pub(super) fn is_same_function(&self, id: FunctionId) -> bool {
        if id.part != self.file.0 {
            return !self.changed.contains(&FileId(id.part));
        }
        let of = |part: &Part| {
            part.functions
                .get(id.index as usize)
                .map(|it| (it.name.clone(), it.arrow.clone()))
        };
        of(self.previous) == of(self.current)
    }

    /// Whether callers can't distinguish the services that had and have this id.
    pub(super) fn is_same_service(&self, id: ServiceId) -> bool {
        if id.part != self.file.0 {
            return !self.changed.contains(&FileId(id.part));
        }
        let index = id.index as usize;
        match (self.previous.services.get(index), self.current.services.get(index)) {
            (Some(one), Some(two)) => {
                one.name == two.name
                    && one.methods == two.methods
                    // Values don't implement `Eq`; their debug output is complete.
                    && format!("{:?}", one.default_id) == format!("{:?}", two.default_id)
                    && one.method_spans == two.method_spans
            }
            _ => false,
        }
    }
}

impl ModuleChecker<'_> {
    /// Fills the namespace from `import` and `use` headers.
    pub(super) fn resolve_imports(&mut self) {
        // Headers that a syntax error hid when imports were followed have no target.
        let targets = self.module.imports.iter().copied().chain(std::iter::repeat(None));
        for (header, target) in self.tree.headers.iter().zip(targets) {
            match header {
                Header::Import(import) => self.import(import, target),
                Header::ImportFrom(import) => self.import_from(import, target),
                Header::Use(import) => self.use_module(import, target),
                Header::Error(_) => self.namespace.is_incomplete = true,
                Header::Module(_) | Header::Export(_) => {}
            }
        }
    }

    fn import(&mut self, import: &Import, target: Option<usize>) {
        let Some(interface) = target.and_then(|index| self.interface_of(index)) else {
            self.namespace.is_incomplete = true;
            return;
        };
        self.namespace.is_incomplete |= interface.is_incomplete;
        self.expect_declares(interface, import.file_span);
        for (name, entry) in &interface.declared {
            self.add_import(name.clone(), entry.clone(), import.file_span);
        }
    }

    fn import_from(&mut self, import: &ImportFrom, target: Option<usize>) {
        let interface = target.and_then(|index| self.interface_of(index));
        if let Some(interface) = interface
            && !self.expect_declares(interface, import.file_span)
        {
            return self.add_broken_imports(&import.items, None);
        }
        for item in &import.items {
            let visible = item.alias.as_ref().unwrap_or(&item.name).text();
            self.import_item(item, visible, interface);
        }
    }

    fn use_module(&mut self, import: &Use, target: Option<usize>) {
        let interface = target.and_then(|index| self.interface_of(index));
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
        if !self.expect_declares(interface, import.file_span) {
            self.namespace.incomplete_qualifiers.insert(qualifier.clone());
            return self.add_broken_imports(&import.items, Some(&qualifier));
        }
        if import.items.is_empty() {
            for (name, entry) in &interface.declared {
                self.add_import(eco_format!("{qualifier}.{name}"), entry.clone(), import.file_span);
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
            return self.add_import(visible, entry.clone(), item.span);
        }
        let inner = eco_format!("{name}.");
        let inside = interface
            .declared
            .iter()
            .filter_map(|(key, entry)| Some((key.strip_prefix(&*inner)?, entry)));
        let inside: Vec<_> = inside
            .map(|(rest, entry)| (eco_format!("{visible}.{rest}"), entry.clone()))
            .collect();
        if inside.is_empty() {
            if !interface.is_incomplete {
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

    /// Adds an imported name; reports a conflict with another definition at the header.
    fn add_import(&mut self, name: EcoString, entry: Entry, span: Span) {
        if let Some((qualifier, _)) = name.rsplit_once('.') {
            self.namespace.qualifiers.insert(qualifier.into());
        }
        if let Err(conflict) = self.namespace.add(name.clone(), entry) {
            let (what, help) = match conflict.is_duplicate {
                true => (
                    "twice, from different declarations",
                    "import one of them under another name: `import a as b from …`; the declarations are equal",
                ),
                false => (
                    "with two different definitions",
                    "import one of them under another name: `import a as b from …`",
                ),
            };
            let message = format!("`{name}` is imported {what}");
            let message = Diagnostic::error(codes::ALREADY_DEFINED, span, message);
            let message = message
                .secondary(conflict.earlier, "first imported definition")
                .help(help);
            self.report(match self.module.is_dependency && conflict.is_duplicate {
                true => message.as_warning(),
                false => message,
            });
        }
    }

    fn add_broken_imports(&mut self, items: &[HeaderItem], qualifier: Option<&EcoString>) {
        for item in items {
            let visible = item.alias.as_ref().unwrap_or(&item.name).text();
            let visible = qualifier.map_or(visible.clone(), |qualifier| eco_format!("{qualifier}.{visible}"));
            self.namespace.add_broken(visible, item.span);
        }
        if items.is_empty() {
            self.namespace.is_incomplete = true;
        }
    }

    /// Reports a module that declares nothing. Returns whether it declares anything.
    fn expect_declares(&mut self, interface: &Interface, span: Span) -> bool {
        let Some(position) = interface.missing_declares else {
            return true;
        };
        let message = format!(
            "`{}` declares nothing, so nothing can be imported from it",
            interface.display_name
        );
        let message = Diagnostic::error(codes::NOT_DECLARED, span, message);
        let help = "add `declares *`, or `declares` with a list of names, to the end of its `aqua` line";
        self.report(message.help(help).fix("declare everything", position, " declares *"));
        self.namespace.is_incomplete = true;
        false
    }

    /// The interface of the module.
    pub(super) fn interface(&mut self) -> Interface {
        let header = self.tree.module();
        let source = self.context.sources.get(self.module.file);
        let mut interface = Interface {
            name: header.map(|header| header.name.text()),
            declared: FxIndexMap::default(),
            private: FxIndexMap::default(),
            missing_declares: None,
            is_incomplete: self.namespace.is_incomplete,
            display_name: source.map(|source| source.name.clone()).unwrap_or_default(),
        };
        interface.is_incomplete |= self.tree.items.iter().any(|item| match item {
            Item::Error(broken) => broken.name.is_none(),
            _ => false,
        });
        let declares = header.and_then(|header| header.declares.as_ref());
        match (declares, header) {
            (Some(Declares::Names(names)), _) => {
                for path in names {
                    self.declare(path, &mut interface);
                }
            }
            (None, Some(header)) if self.context.sources.text(header.keyword) == "aqua" => {
                interface.missing_declares = Some(header.name.span.after());
            }
            // `declares *`. Without a header, or with an old one, all names are visible.
            _ => {
                let own = self.namespace.iter().filter(|(name, _)| !name.contains('.'));
                interface.declared = own.map(|(name, entry)| (name.clone(), entry.clone())).collect();
            }
        }
        let hidden = self
            .namespace
            .iter()
            .filter(|(name, _)| !interface.declared.contains_key(*name));
        interface.private = hidden
            .filter_map(|(name, entry)| Some((name.clone(), entry.declared()?)))
            .collect();
        interface
    }

    fn declare(&mut self, path: &Path, interface: &mut Interface) {
        let name = path.text();
        if let Some(entry) = self.namespace.get(&name) {
            interface.declared.insert(name, entry.clone());
            return;
        }
        if self.namespace.qualifiers.contains(&name) {
            let inner = eco_format!("{name}.");
            let inside = self.namespace.iter().filter(|(key, _)| key.starts_with(&*inner));
            interface
                .declared
                .extend(inside.map(|(key, entry)| (key.clone(), entry.clone())));
            return;
        }
        interface.declared.insert(name.clone(), Entry::broken(path.span));
        if interface.is_incomplete {
            return;
        }
        let message = Diagnostic::error(
            codes::DECLARES_NOTHING,
            path.span,
            format!("can't declare `{name}`: it is not defined"),
        );
        let message = message.label("not defined or imported in this file");
        let known = self.namespace.iter().map(|(name, _)| name.as_str());
        let known = known.filter(|known| !interface.declared.contains_key(*known));
        let otherwise = "define it in this file, import it, or remove it from `declares`";
        let message = suggest_or(message, path.span, &name, known, otherwise);
        self.report(message);
    }
}

fn not_declared(interface: &Interface, name: &EcoString, span: Span) -> Diagnostic {
    let message = format!("`{}` does not declare `{name}`", interface.display_name);
    let message = Diagnostic::error(codes::NOT_DECLARED, span, message);
    if let Some(definition) = interface.private.get(name) {
        let message = message.secondary(*definition, "defined here, but not declared");
        return message.help(format!("add `{name}` to `declares` in the `aqua` line of that file"));
    }
    let known = || interface.declared.keys().map(EcoString::as_str);
    suggest_or(
        message,
        span,
        name,
        known(),
        format!("it declares {}", truncated_list(known())),
    )
}
