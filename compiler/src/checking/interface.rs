//! The interface of a module: the names that its `declares` makes visible to importers.

use super::namespace::Entry;
use super::{FxIndexMap, ModuleChecker};
use crate::checked::{FunctionId, Part, Service, ServiceId};
use crate::codes;
use aqua_diagnostics::suggestions::suggest_or;
use aqua_diagnostics::{Diagnostic, FileId, Span};
use aqua_grammar::tree::{Declares, Item, Path};
use ecow::{EcoString, eco_format};
use std::collections::BTreeSet;

/// What importers see of a module.
#[derive(Debug)]
pub(crate) struct Interface {
    /// The name in its header.
    pub(super) name: Option<EcoString>,
    /// The names that it declares.
    pub(super) declared: FxIndexMap<EcoString, Entry>,
    /// Its other names with their declarations, for messages.
    pub(super) private: FxIndexMap<EcoString, Span>,
    /// Where `declares` can be added; `None` if the module has it or needs none. If set, the module declares nothing.
    pub(super) missing_declares: Option<Span>,
    /// Whether names are missing because of an error that was reported.
    pub(super) is_incomplete: bool,
    /// The path in messages.
    pub(super) display_name: String,
}

impl Interface {
    /// Whether the module declares nothing, since it has no `declares`.
    pub(super) fn is_empty(&self) -> bool {
        self.missing_declares.is_some()
    }

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
                // Values don't implement `Eq`; their debug output is complete.
                let id = |service: &Service| format!("{:?}", service.default_id);
                one.name == two.name
                    && one.methods == two.methods
                    && id(one) == id(two)
                    && one.method_spans == two.method_spans
            }
            _ => false,
        }
    }
}

impl ModuleChecker<'_> {
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
        // The name of a used module, or the first parts of a dotted one.
        let inner = eco_format!("{name}.");
        let inside = self.namespace.iter().filter(|(key, _)| key.starts_with(&*inner));
        let known = interface.declared.len();
        interface
            .declared
            .extend(inside.map(|(key, entry)| (key.clone(), entry.clone())));
        if interface.declared.len() > known || self.namespace.qualifiers.contains(&name) {
            return;
        }
        interface.declared.insert(name.clone(), Entry::broken(path.span));
        if interface.is_incomplete || self.is_explained(&name, path.span) {
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
