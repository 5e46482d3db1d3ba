//! What headers do: `import` and `use` bring names in, `declares` shows them to importers, `export` gives functions out.

use super::ModuleChecker;
use super::namespace::{Entity, Entry};
use crate::checked::{Export, FunctionId, ServiceId};
use crate::suggestions::{some, suggest};
use crate::typing::Type;
use crate::{codes, suggestions};
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

impl ModuleChecker<'_, '_> {
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
        let Some(interface) = target.map(|index| &self.interfaces[index]) else {
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
        let interface = target.map(|index| &self.interfaces[index]);
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
        let interface = target.map(|index| &self.interfaces[index]);
        let own_name = || interface.and_then(|interface| interface.name.clone());
        let Some(qualifier) = import.alias.as_ref().map(Path::text).or_else(own_name) else {
            self.namespace.is_incomplete = true;
            return;
        };
        self.namespace.qualifiers.insert(qualifier.clone());
        let Some(interface) = interface else {
            // Everything behind the qualifier is unknown; naming the qualifier itself broken covers it.
            let _ = self.namespace.add(qualifier, Entry::broken(import.file_span));
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
            let _ = self.namespace.add(visible, Entry::broken(item.span));
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
            let _ = self.namespace.add(visible, Entry::broken(item.span));
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
        if let Err(earlier) = self.namespace.add(name.clone(), entry) {
            let message = format!("`{name}` is imported with two meanings");
            let message = Diagnostic::error(codes::ALREADY_DEFINED, span, message).also(earlier, "the first is this");
            self.report(message.help("import one of them under another name: `import a as b from …`"));
        }
    }

    fn bring_broken(&mut self, items: &[HeaderItem], qualifier: Option<&EcoString>) {
        for item in items {
            let visible = item.alias.as_ref().unwrap_or(&item.name).text();
            let visible = qualifier.map_or(visible.clone(), |qualifier| eco_format!("{qualifier}.{visible}"));
            let _ = self.namespace.add(visible, Entry::broken(item.span));
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
    pub(super) fn interface(mut self) -> Interface {
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
        let message = suggest(message, path.span, &name, known);
        self.report(message);
    }

    /// Resolves `export` headers of the entry module.
    pub(super) fn exports(&mut self) {
        let module = self.module;
        let mut exports = Vec::new();
        for header in &module.tree.headers {
            if let Header::Export(export) = header {
                exports.extend(&export.items);
            }
        }
        if exports.is_empty() {
            self.warn_without_exports();
        }
        for item in exports {
            let visible = item.visible().text.clone();
            match self.exported(item) {
                Some(Exported::Function(id)) => {
                    self.check_exported_once(&visible, item.span);
                    let export = Export { id, span: item.span };
                    self.whole.program.exported_functions.insert(visible, export);
                }
                Some(Exported::Service(id)) => {
                    self.check_exported_once(&visible, item.span);
                    let export = Export { id, span: item.span };
                    self.whole.program.exported_services.insert(visible, export);
                }
                None => {}
            }
        }
    }

    fn check_exported_once(&mut self, visible: &EcoString, span: Span) {
        let program = &self.whole.program;
        let function = program.exported_functions.get(visible).map(|export| export.span);
        let Some(earlier) = function.or(program.exported_services.get(visible).map(|export| export.span)) else {
            return;
        };
        let message = format!("`{visible}` is exported twice");
        let message = Diagnostic::error(codes::ALREADY_DEFINED, span, message).also(earlier, "first here");
        self.report(message.help("export one of them under another name: `export a as b`"));
    }

    /// In a module that is only imported, exports are checked and lead nowhere.
    pub(super) fn check_exported_names(&mut self) {
        let module = self.module;
        for header in &module.tree.headers {
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
            if !self.namespace.is_incomplete {
                let message = format!("there is no `{name}` to export");
                let message = Diagnostic::error(codes::EXPORTS_NOTHING, item.name.span, message);
                let known = self.namespace.iter().filter(|(_, entry)| entry.value.is_some());
                let known: Vec<EcoString> = known.map(|(name, _)| name.clone()).collect();
                let message = message.label("neither declared nor imported in this file");
                let message = suggest(message, item.name.span, &name, known.iter().map(EcoString::as_str));
                self.report(message);
            }
            return None;
        };
        match entry.value.as_ref().map(|meaning| &meaning.what) {
            Some(Entity::Function(id)) => {
                let id = *id;
                self.exportable(id, item);
                Some(Exported::Function(id))
            }
            Some(Entity::Service(id)) => Some(Exported::Service(*id)),
            Some(Entity::Constant(_) | Entity::Broken) => None,
            None => {
                if matches!(self.namespace.ty(&name), Some(Type::Ability(_))) {
                    let message = format!("`{name}` is an ability and can't be exported");
                    let message = Diagnostic::error(codes::NOT_EXPORTABLE, item.name.span, message);
                    self.report(message.note("abilities exist only while a program is compiled"));
                }
                None
            }
        }
    }

    /// Reports what a function takes or gives that callers outside can't.
    fn exportable(&mut self, id: FunctionId, item: &HeaderItem) {
        let function = self.whole.program.function(id);
        let name = &function.name;
        let mut problem = None;
        for (parameter, local) in function.arrow.parameters.iter().zip(&function.body.parameters) {
            if matches!(parameter.ty, Type::Ability(_) | Type::Service(_) | Type::StreamMap(_)) {
                let words = format!("takes {}", described(&parameter.ty));
                problem.get_or_insert((words, function.local(*local).span));
            }
        }
        for result in &function.arrow.results {
            if matches!(
                result,
                Type::Ability(_) | Type::Service(_) | Type::StreamMap(_) | Type::Arrow(_)
            ) {
                problem.get_or_insert((format!("gives {}", described(result)), function.name_span));
            }
        }
        if let Some((words, place)) = problem {
            let message = format!("`{name}` can't be exported: it {words}");
            let message = Diagnostic::error(codes::NOT_EXPORTABLE, item.name.span, message).also(place, "here");
            let note = "callers outside pass and get data, arrays, options and streams, and pass callbacks";
            return self.report(message.note(note));
        }
        self.warn_of_callbacks(id);
    }

    fn warn_of_callbacks(&mut self, id: FunctionId) {
        let function = self.whole.program.function(id);
        let mut messages = Vec::new();
        for (parameter, local) in function.arrow.parameters.iter().zip(&function.body.parameters) {
            let results = parameter.ty.as_arrow().map_or(0, |arrow| arrow.results.len());
            if results > 1 {
                let local = function.local(*local);
                let message = format!(
                    "only the first of the {results} results of callback `{}` arrives",
                    local.name
                );
                messages.push(Diagnostic::warning(codes::CALLBACK_RESULTS, local.span, message));
            }
        }
        for message in messages {
            self.report(message.help("let the callback give one `data` value that holds them all"));
        }
    }

    fn warn_without_exports(&mut self) {
        let module = self.module;
        let Some(header) = module.tree.module().filter(|header| header.declares.is_none()) else {
            return;
        };
        let functions: Vec<&str> = module.tree.items.iter().filter_map(exportable_name).collect();
        let Some(last) = functions.last() else { return };
        let message = "nothing is exported, so nothing comes out of this program";
        let mut message = Diagnostic::warning(codes::NOTHING_EXPORTED, header.span, message);
        message = message.help(format!("export what is to be called: `export {last}`"));
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

enum Exported {
    Function(FunctionId),
    Service(ServiceId),
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

fn not_declared(interface: &Interface, name: &EcoString, span: Span) -> Diagnostic {
    let message = format!("`{}` declares no `{name}`", interface.shown);
    let message = Diagnostic::error(codes::NOT_DECLARED, span, message);
    if let Some(place) = interface.private.get(name) {
        let message = message.also(*place, "it is here, but not declared to importers");
        return message.help(format!("add `{name}` to `declares` in the `aqua` line of that file"));
    }
    let known = || interface.declared.keys().map(EcoString::as_str);
    match suggestions::close(name, known()).is_empty() {
        true => message.note(format!("it declares {}", some(known()))),
        false => suggest(message, span, name, known()),
    }
}
