//! A graph under construction: modules in the order of their imports, the entry module last.

use super::symbols::{Kind, Symbol};
use super::{Feature, ModuleGraph};
use fastrand::Rng;
use std::collections::{BTreeMap, BTreeSet};

/// The visible names of a module with their meanings. Names of used modules have a qualifier.
type Names = BTreeMap<String, Symbol>;

/// A finished module.
struct Module {
    path: String,
    /// Its name in the `aqua` header.
    name: String,
    declared: Names,
    /// Its other names without a qualifier.
    private: Names,
    /// What the published compiler shows to importers, even if it is not declared: see [`ModuleGraph::open_files`].
    passed_on: BTreeSet<String>,
    /// The modules that it imports.
    imports: BTreeSet<usize>,
}

/// The headers of a module under construction, and the names that they made visible.
#[derive(Default)]
struct Headers {
    lines: Vec<String>,
    names: Names,
    /// The names that its imports do not declare.
    hidden: Names,
    /// The imported names without a qualifier, for [`Module::passed_on`].
    passed_on: BTreeSet<String>,
    /// All names that importers of the imported modules see, whether they are imported or not.
    importable: BTreeSet<String>,
    qualifiers: BTreeSet<String>,
    imports: BTreeSet<usize>,
}

/// A graph under construction.
pub(super) struct Builder {
    choices: Rng,
    seed: u64,
    modules: Vec<Module>,
    files: BTreeMap<String, String>,
    open_files: BTreeMap<String, String>,
    features: BTreeSet<Feature>,
    /// The mistake that the graph will have.
    mistake: Option<Feature>,
    numbers: usize,
}

impl Builder {
    pub(super) fn new(seed: u64) -> Self {
        let mut choices = Rng::with_seed(seed);
        let mistake = match choices.u8(..40) {
            0 => Some(Feature::Cycle),
            1 => Some(Feature::MissingModule),
            2 | 3 => Some(Feature::UnknownName),
            4 | 5 => Some(Feature::PrivateName),
            6 => Some(Feature::DeclaresUnknown),
            7 | 8 => Some(Feature::UnknownItem),
            9 | 10 => Some(Feature::Redeclaration),
            11 => Some(Feature::ExportTwoMeanings),
            _ => None,
        };
        Self {
            choices,
            seed,
            modules: Vec::new(),
            files: BTreeMap::new(),
            open_files: BTreeMap::new(),
            features: BTreeSet::new(),
            mistake,
            numbers: 0,
        }
    }

    pub(super) fn graph(mut self) -> ModuleGraph {
        let count = self.choices.usize(1..7);
        for index in 0..count {
            let folder = ["", "", "lib/", "lib/deep/"][self.choices.usize(..4)];
            self.module(format!("{folder}m{index}.aqua"), false);
        }
        self.module(ModuleGraph::ENTRY.to_owned(), true);
        let imported = |target: usize| self.modules.iter().filter(|it| it.imports.contains(&target)).count();
        if (0..count).any(|target| imported(target) > 1) {
            self.features.insert(Feature::Diamond);
        }
        let names: BTreeSet<&str> = self.modules.iter().map(|module| &module.name[..]).collect();
        if names.len() < self.modules.len() {
            self.features.insert(Feature::SameModuleName);
        }
        ModuleGraph {
            seed: self.seed,
            files: self.files,
            open_files: self.open_files,
            features: self.features,
        }
    }

    fn module(&mut self, path: String, is_entry: bool) {
        let index = self.modules.len();
        let name = self.module_name(index);
        let headers = self.headers(index, &path, is_entry);
        let Headers {
            mut lines,
            mut names,
            hidden,
            mut passed_on,
            importable,
            imports,
            ..
        } = headers;
        let imported: BTreeSet<String> = names.keys().cloned().collect();
        let mut declarations = Vec::new();
        for _ in 0..self.choices.usize(1..5) {
            self.declaration(index, &mut names, &imported, &hidden, &mut declarations);
        }
        if is_entry {
            declarations.push(self.main(&names, &hidden));
        }
        let exports = self.exports(&names, &imported, is_entry);
        lines.extend(exports);
        let (declares, declared) = self.declares(&names, &imported, is_entry);
        passed_on.extend(names.keys().filter(|name| importable.contains(*name)).cloned());
        let own = names.into_iter().filter(|(name, _)| !name.contains('.'));
        let private = own.filter(|(name, _)| !declared.contains_key(name)).collect();
        let body = format!("{}\n\n{}", lines.join("\n"), declarations.join("\n"));
        let open = declaring_also(&declares, &passed_on);
        self.open_files
            .insert(path.clone(), format!("aqua {name}{open}\n\n{body}"));
        self.files
            .insert(path.clone(), format!("aqua {name}{declares}\n\n{body}"));
        self.modules.push(Module {
            path,
            name,
            declared,
            private,
            passed_on,
            imports,
        });
    }

    fn module_name(&mut self, index: usize) -> String {
        match self.choices.u8(..12) {
            0 => "Same".to_owned(),
            1 => {
                self.features.insert(Feature::DottedModule);
                format!("Some.M{index}")
            }
            _ => format!("M{index}"),
        }
    }

    fn headers(&mut self, index: usize, path: &str, is_entry: bool) -> Headers {
        let mut headers = Headers::default();
        if self.makes(Feature::MissingModule, is_entry) {
            headers.lines.push("import \"missing.aqua\"".to_owned());
        }
        if self.makes(Feature::Cycle, false) {
            headers
                .lines
                .push(format!("import \"{}\"", relative(path, ModuleGraph::ENTRY)));
        }
        if index == 0 {
            return headers;
        }
        let count = match is_entry {
            true => self.choices.usize(1..5),
            false => self.choices.usize(..4),
        };
        for _ in 0..count {
            let target = self.choices.usize(..index);
            self.import(target, path, &mut headers);
        }
        headers
    }

    /// One `import` or `use` header.
    fn import(&mut self, target: usize, path: &str, headers: &mut Headers) {
        let module = &self.modules[target];
        let mut file = relative(path, &module.path);
        if self.choices.u8(..4) == 0 {
            file = file.trim_end_matches(".aqua").to_owned();
        }
        if module.declared.is_empty() {
            self.features.insert(Feature::DeclaresNothing);
        }
        headers.imports.insert(target);
        headers.hidden.extend(module.private.clone());
        let form = self.choices.u8(..10);
        let items = match form {
            3..=5 | 8..=9 => self.items(target),
            _ => Vec::new(),
        };
        let declared = self.modules[target].declared.clone();
        let chosen: Vec<(String, Symbol)> = match items.is_empty() {
            true => declared.into_iter().collect(),
            false => items
                .iter()
                .map(|(visible, symbol, _)| (visible.clone(), symbol.clone()))
                .collect(),
        };
        let mut listed: Vec<String> = items.into_iter().map(|(.., text)| text).collect();
        if !listed.is_empty() && self.makes(Feature::UnknownItem, true) {
            listed.push("unknown".to_owned());
        }
        let listed = listed.join(", ");
        if form < 6 {
            self.features.insert(match listed.is_empty() {
                true => Feature::ImportAll,
                false => Feature::ImportItems,
            });
            headers.lines.push(match listed.is_empty() {
                true => format!("import \"{file}\""),
                false => format!("import {listed} from \"{file}\""),
            });
            let target = &self.modules[target];
            headers.passed_on.extend(chosen.iter().map(|(name, _)| name.clone()));
            if listed.is_empty() {
                headers.passed_on.extend(target.passed_on.clone());
            }
            headers.importable.extend(target.declared.keys().cloned());
            headers.importable.extend(target.passed_on.clone());
            return self.add_names(chosen, headers);
        }
        let alias = (form > 6).then(|| ["Lib", "Other", "Third"][self.choices.usize(..3)]);
        self.features.insert(match (listed.is_empty(), alias) {
            (false, _) => Feature::UseItems,
            (true, Some(_)) => Feature::UseAs,
            (true, None) => Feature::Use,
        });
        let qualifier = alias.map_or(self.modules[target].name.clone(), ToOwned::to_owned);
        let list = if listed.is_empty() {
            String::new()
        } else {
            format!("{listed} from ")
        };
        let renamed = alias.map(|alias| format!(" as {alias}")).unwrap_or_default();
        headers.lines.push(format!("use {list}\"{file}\"{renamed}"));
        if !headers.qualifiers.insert(qualifier.clone()) {
            self.features.insert(Feature::QualifierTwice);
        }
        let chosen = chosen.into_iter().filter(|(name, _)| !name.contains('.'));
        let qualified = chosen.map(|(name, symbol)| (format!("{qualifier}.{name}"), symbol));
        self.add_names(qualified.collect(), headers);
    }

    /// Imported items: the visible name, its meaning, and the text in the header.
    fn items(&mut self, target: usize) -> Vec<(String, Symbol, String)> {
        let declared: Vec<(String, Symbol)> = self.modules[target].declared.clone().into_iter().collect();
        if declared.is_empty() {
            return Vec::new();
        }
        let mut items = Vec::new();
        for _ in 0..self.choices.usize(1..4) {
            let (name, symbol) = declared[self.choices.usize(..declared.len())].clone();
            let names = symbol.kind.names();
            let alias = names[self.choices.usize(..names.len())];
            match self.choices.u8(..3) == 0 && alias != name {
                true => {
                    self.features.insert(Feature::ImportAs);
                    items.push((alias.to_owned(), symbol, format!("{name} as {alias}")));
                }
                false => items.push((name.clone(), symbol, name)),
            }
        }
        items
    }

    fn add_names(&mut self, added: Vec<(String, Symbol)>, headers: &mut Headers) {
        for (name, symbol) in added {
            if let Some(replaced) = headers.names.insert(name, symbol.clone())
                && replaced != symbol
            {
                self.features.insert(Feature::Collision);
            }
        }
    }

    fn declaration(
        &mut self,
        module: usize,
        names: &mut Names,
        imported: &BTreeSet<String>,
        hidden: &Names,
        declarations: &mut Vec<String>,
    ) {
        let kind = match self.choices.u8(..3) {
            0 => Kind::Function,
            _ => Kind::ALL[self.choices.usize(..Kind::ALL.len())],
        };
        let choices = kind.names();
        let mut name = choices[self.choices.usize(..choices.len())];
        let is_again = imported.contains(name);
        if is_again && kind == Kind::Constant {
            self.features.insert(Feature::ConstantAgain);
        } else if names.contains_key(name) && !(is_again && self.makes(Feature::Redeclaration, true)) {
            let free = choices.iter().find(|name| !names.contains_key(**name));
            let Some(free) = free else { return };
            name = free;
        }
        if hidden.contains_key(name) {
            self.features.insert(Feature::HiddenRedeclaration);
        }
        let symbol = Symbol {
            kind,
            module,
            name: name.to_owned(),
            is_common: kind != Kind::Function && self.choices.u8(..3) == 0,
        };
        let body = match kind {
            Kind::Function => self.body(module, &symbol, names, hidden),
            _ => Vec::new(),
        };
        declarations.push(symbol.declaration(&body));
        // The first value of a constant counts.
        names.entry(name.to_owned()).or_insert(symbol);
    }

    /// The body of a function that returns a string.
    fn body(&mut self, module: usize, symbol: &Symbol, names: &Names, hidden: &Names) -> Vec<String> {
        let (mut lines, mut values) = self.uses(0..3, names, hidden);
        values.push(format!("\"{}{module}\"", symbol.name));
        let result = values.swap_remove(self.choices.usize(..values.len()));
        lines.push(format!("<- {result}"));
        lines
    }

    /// The function that the entry module exports.
    fn main(&mut self, names: &Names, hidden: &Names) -> String {
        let (lines, mut values) = self.uses(2..7, names, hidden);
        values.push("\"main\"".to_owned());
        values.truncate(5);
        let results = vec!["string"; values.len()].join(", ");
        let body: String = lines.iter().map(|line| format!("  {line}\n")).collect();
        format!("func main() -> {results}:\n{body}  <- {}\n", values.join(", "))
    }

    /// Statements that use visible names, and strings that they compute.
    fn uses(&mut self, count: std::ops::Range<usize>, names: &Names, hidden: &Names) -> (Vec<String>, Vec<String>) {
        let (mut lines, mut values) = (Vec::new(), Vec::new());
        let visible: Vec<(&String, &Symbol)> = names.iter().collect();
        for _ in 0..self.choices.usize(count) {
            let Some((name, symbol)) = self.pick(&visible) else {
                break;
            };
            self.numbers += 1;
            let alone = names.values().filter(|other| *other == symbol).count() < 2;
            let (more, value) = symbol.usage(name, alone, self.numbers, &mut self.choices);
            lines.extend(more);
            values.extend(value);
        }
        if self.makes(Feature::UnknownName, true) {
            lines.push("unknown()".to_owned());
        }
        let private: Vec<(&String, &Symbol)> = hidden.iter().filter(|(name, _)| !names.contains_key(*name)).collect();
        if !private.is_empty() && self.makes(Feature::PrivateName, true) {
            let (name, symbol) = private[self.choices.usize(..private.len())];
            self.numbers += 1;
            let (more, value) = symbol.usage(name, true, self.numbers, &mut self.choices);
            lines.extend(more);
            values.extend(value);
        }
        (lines, values)
    }

    /// The `export` headers.
    fn exports(&mut self, names: &Names, imported: &BTreeSet<String>, is_entry: bool) -> Vec<String> {
        let exportable = names
            .iter()
            .filter(|(name, symbol)| symbol.kind.is_exportable() && !name.contains('.'));
        let exportable: Vec<(&String, &Symbol)> = exportable.collect();
        let mut items = Vec::new();
        let mut known: Names = BTreeMap::new();
        for _ in 0..self.choices.usize(..4) {
            let Some((name, symbol)) = self.pick(&exportable) else {
                break;
            };
            let (alias, text) = match symbol.kind == Kind::Function && self.choices.u8(..4) == 0 {
                true => ("renamed".to_owned(), format!("{name} as renamed")),
                false => (name.clone(), name.clone()),
            };
            match known.get(&alias) {
                Some(earlier) if earlier == symbol => self.features.insert(Feature::ExportTwice),
                Some(_) => continue,
                None => false,
            };
            if is_entry && imported.contains(name) {
                self.features.insert(Feature::ReExport);
            }
            if alias != *name {
                self.features.insert(Feature::ExportAs);
            }
            known.insert(alias, symbol.clone());
            items.push(text);
        }
        let function = exportable.iter().find(|(_, symbol)| symbol.kind == Kind::Function);
        if let Some((name, _)) = function.filter(|_| is_entry)
            && self.makes(Feature::ExportTwoMeanings, true)
        {
            items.push(format!("{name} as main"));
        }
        if is_entry {
            items.push("main".to_owned());
        }
        if items.is_empty() {
            return Vec::new();
        }
        let at = self.choices.usize(..items.len() + 1);
        let (first, second) = items.split_at(at);
        let parts = [first, second].into_iter().filter(|part| !part.is_empty());
        parts.map(|part| format!("export {}", part.join(", "))).collect()
    }

    /// The end of the `aqua` header, and the names that it declares.
    fn declares(&mut self, names: &Names, imported: &BTreeSet<String>, is_entry: bool) -> (String, Names) {
        let unqualified: Vec<(&String, &Symbol)> = names.iter().filter(|(name, _)| !name.contains('.')).collect();
        if self.makes(Feature::DeclaresUnknown, is_entry) {
            return (" declares unknown".to_owned(), Names::new());
        }
        let form = self.choices.u8(..10);
        if form < 4 {
            self.features.insert(Feature::DeclaresAll);
            let all = unqualified
                .into_iter()
                .map(|(name, symbol)| (name.clone(), symbol.clone()));
            return (" declares *".to_owned(), all.collect());
        }
        if form == 9 || unqualified.is_empty() {
            return (String::new(), Names::new());
        }
        self.features.insert(Feature::DeclaresList);
        let mut declared = Names::new();
        let mut list = Vec::new();
        for _ in 0..self.choices.usize(1..5) {
            let (name, symbol) = unqualified[self.choices.usize(..unqualified.len())];
            if imported.contains(name) {
                self.features.insert(Feature::DeclaresImported);
            }
            list.push(name.as_str());
            declared.insert(name.clone(), symbol.clone());
        }
        (format!(" declares {}", list.join(", ")), declared)
    }

    /// Whether to make this mistake here; each is made once. `always`: here at the latest.
    fn makes(&mut self, mistake: Feature, always: bool) -> bool {
        let here = self.mistake == Some(mistake) && (always || self.choices.u8(..3) == 0);
        if here {
            self.mistake = None;
            self.features.insert(mistake);
        }
        here
    }

    fn pick<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        if items.is_empty() {
            return None;
        }
        Some(items[self.choices.usize(..items.len())].clone())
    }
}

/// The end of an `aqua` header with more declared names.
fn declaring_also(declares: &str, names: &BTreeSet<String>) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match declares {
        _ if names.is_empty() => declares.to_owned(),
        " declares *" => declares.to_owned(),
        "" => format!(" declares {}", names.join(", ")),
        _ => format!("{declares}, {}", names.join(", ")),
    }
}

/// The path of a file relative to the folder of another.
fn relative(from: &str, to: &str) -> String {
    let up = "../".repeat(from.matches('/').count());
    format!("{up}{to}")
}
