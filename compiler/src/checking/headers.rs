//! `import` and `use` bring names in, `declares` shows them to importers.

use super::ModuleChecker;
use super::namespace::Entry;
use crate::checked::Program;
use crate::codes;
use aqua_diagnostics::suggestions::{some, suggest_or};
use aqua_diagnostics::{Diagnostic, Span};
use aqua_grammar::tree::{Declares, Header, HeaderItem, Import, ImportFrom, Item, Path, Use};
use ecow::{EcoString, eco_format};
use indexmap::IndexMap;

/// What a module shows to those that import it.
#[derive(Debug)]
pub(super) struct Interface {
    /// What it calls itself.
    name: Option<EcoString>,
    /// What it declares.
    declared: IndexMap<EcoString, Entry>,
    /// What it has besides: for messages.
    private: IndexMap<EcoString, Span>,
    /// Where `declares` could be added, unless it is there.
    undeclared_at: Option<Span>,
    /// Whether something is missing because of a mistake that was reported.
    is_incomplete: bool,
    /// The path in messages.
    shown: String,
}

impl Interface {
    /// The names it declares.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.declared.keys().map(EcoString::as_str)
    }

    /// Whether importers can't tell the two apart, places included; both are of one module.
    pub(super) fn shows_the_same(&self, other: &Self, program: &Program) -> bool {
        let surroundings = |it: &Self| (it.name.clone(), it.undeclared_at, it.is_incomplete, it.shown.clone());
        let same_entry = |((name, one), (same, two)): ((&EcoString, &Entry), (&EcoString, &Entry))| {
            name == same && one.means_the_same(two, program)
        };
        surroundings(self) == surroundings(other)
            && self.private == other.private
            && self.declared.len() == other.declared.len()
            && self.declared.iter().zip(&other.declared).all(same_entry)
    }
}

impl ModuleChecker<'_> {
    /// Fills the namespace from `import` and `use` headers.
    pub(super) fn link(&mut self) {
        let module = self.module;
        for (header, target) in module.tree.headers.iter().zip(&module.imports) {
            match header {
                Header::Import(import) => self.import(import, *target),
                Header::ImportFrom(import) => self.import_from(import, *target),
                Header::Use(import) => self.use_module(import, *target),
                Header::Error(_) => self.namespace.is_incomplete = true,
                Header::Module(_) | Header::Export(_) => {}
            }
        }
    }

    fn import(&mut self, import: &Import, target: Option<usize>) {
        let Some(interface) = target.and_then(|index| self.other(index)) else {
            self.namespace.is_incomplete = true;
            return;
        };
        self.namespace.is_incomplete |= interface.is_incomplete;
        self.expect_declares(interface, import.file_span);
        for (name, entry) in &interface.declared {
            self.bring(name.clone(), entry.clone(), import.file_span);
        }
    }

    fn import_from(&mut self, import: &ImportFrom, target: Option<usize>) {
        let interface = target.and_then(|index| self.other(index));
        if let Some(interface) = interface
            && !self.expect_declares(interface, import.file_span)
        {
            return self.bring_broken(&import.items, None);
        }
        for item in &import.items {
            let visible = item.alias.as_ref().unwrap_or(&item.name).text();
            self.import_item(item, visible, interface);
        }
    }

    fn use_module(&mut self, import: &Use, target: Option<usize>) {
        let interface = target.and_then(|index| self.other(index));
        let own_name = || interface.and_then(|interface| interface.name.clone());
        let Some(qualifier) = import.alias.as_ref().map(Path::text).or_else(own_name) else {
            self.namespace.is_incomplete = true;
            return;
        };
        self.namespace.qualifiers.insert(qualifier.clone());
        let Some(interface) = interface else {
            // Everything behind the qualifier is unknown; naming the qualifier itself broken covers it.
            self.namespace.add_broken(qualifier, import.file_span);
            return;
        };
        if interface.is_incomplete {
            self.namespace.incomplete_qualifiers.insert(qualifier.clone());
        }
        if !self.expect_declares(interface, import.file_span) {
            self.namespace.incomplete_qualifiers.insert(qualifier.clone());
            return self.bring_broken(&import.items, Some(&qualifier));
        }
        if import.items.is_empty() {
            for (name, entry) in &interface.declared {
                self.bring(eco_format!("{qualifier}.{name}"), entry.clone(), import.file_span);
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
            return self.bring(visible, entry.clone(), item.span);
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
            self.bring(name, entry, item.span);
        }
    }

    /// Adds an imported name; a clash with another meaning is reported at the header.
    fn bring(&mut self, name: EcoString, entry: Entry, span: Span) {
        if let Some((qualifier, _)) = name.rsplit_once('.') {
            self.namespace.qualifiers.insert(qualifier.into());
        }
        if let Err(clash) = self.namespace.add(name.clone(), entry) {
            let (what, help) = match clash.repeats {
                true => (
                    "from two places",
                    "import one of them under another name: `import a as b from …`; both say the same",
                ),
                false => (
                    "with two meanings",
                    "import one of them under another name: `import a as b from …`",
                ),
            };
            let message = format!("`{name}` is imported {what}");
            let message = Diagnostic::error(codes::ALREADY_DEFINED, span, message);
            let message = message.also(clash.earlier, "the first is this").help(help);
            self.report(match self.module.is_dependency && clash.repeats {
                true => message.as_warning(),
                false => message,
            });
        }
    }

    fn bring_broken(&mut self, items: &[HeaderItem], qualifier: Option<&EcoString>) {
        for item in items {
            let visible = item.alias.as_ref().unwrap_or(&item.name).text();
            let visible = qualifier.map_or(visible.clone(), |qualifier| eco_format!("{qualifier}.{visible}"));
            self.namespace.add_broken(visible, item.span);
        }
        if items.is_empty() {
            self.namespace.is_incomplete = true;
        }
    }

    /// Reports a module that shows nothing to importers. Whether it shows anything.
    fn expect_declares(&mut self, interface: &Interface, span: Span) -> bool {
        let Some(place) = interface.undeclared_at else {
            return true;
        };
        let message = format!(
            "`{}` declares nothing, so nothing can be imported from it",
            interface.shown
        );
        let message = Diagnostic::error(codes::NOT_DECLARED, span, message);
        let help = "write `declares *`, or the names to show, at the end of its `aqua` line";
        self.report(message.help(help).fix("declare everything", place, " declares *"));
        self.namespace.is_incomplete = true;
        false
    }

    /// What importers will see.
    pub(super) fn interface(&mut self) -> Interface {
        let header = self.module.tree.module();
        let source = self.whole.sources.get(self.module.file);
        let mut interface = Interface {
            name: header.map(|header| header.name.text()),
            declared: IndexMap::new(),
            private: IndexMap::new(),
            undeclared_at: None,
            is_incomplete: self.namespace.is_incomplete,
            shown: source.map(|source| source.name.clone()).unwrap_or_default(),
        };
        interface.is_incomplete |= self.module.tree.items.iter().any(|item| match item {
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
            (None, Some(header)) if self.whole.sources.text(header.keyword) == "aqua" => {
                interface.undeclared_at = Some(header.name.span.after());
            }
            // `declares *`; and without a header, or with an old one, everything was visible.
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
            format!("there is no `{name}` to declare"),
        );
        let message = message.label("neither declared nor imported in this file");
        let known = self.namespace.iter().map(|(name, _)| name.as_str());
        let known = known.filter(|known| !interface.declared.contains_key(*known));
        let otherwise = "declare it below, import it, or take it out of `declares`";
        let message = suggest_or(message, path.span, &name, known, otherwise);
        self.report(message);
    }
}

fn not_declared(interface: &Interface, name: &EcoString, span: Span) -> Diagnostic {
    let message = format!("`{}` declares no `{name}`", interface.shown);
    let message = Diagnostic::error(codes::NOT_DECLARED, span, message);
    if let Some(place) = interface.private.get(name) {
        let message = message.also(*place, "it is here, but not declared to importers");
        return message.help(format!("add `{name}` to `declares` in the `aqua` line of that file"));
    }
    let known = || interface.declared.keys().map(EcoString::as_str);
    suggest_or(message, span, name, known(), format!("it declares {}", some(known())))
}
