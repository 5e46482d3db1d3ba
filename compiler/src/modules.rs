//! Which modules a program consists of.
//!
//! Starting from the entry, every import is resolved and read once, and modules come out in an order in which each stands
//! after those it imports. An import that can't be followed is reported and remembered as broken, so that what it would have
//! brought is not reported again.
//!
//! A graph can be loaded again: what did not change since is taken from the [`Former`] graph instead of being read and parsed.

use crate::ahead::{self, Workers};
use crate::{SourceLoader, Unresolved, codes};
use aqua_diagnostics::{Diagnostic, FileId, Sources, Span};
use aqua_grammar::Parsed;
use aqua_grammar::tree::{Header, Tree};
use indexmap::IndexMap;
use std::collections::BTreeSet;

/// The modules of a program.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// Their texts.
    pub(crate) sources: Sources,
    /// The modules, each after those it imports.
    pub(crate) modules: Vec<Module>,
    /// The entries that could be read: indices into [`Self::modules`].
    pub(crate) entries: Vec<usize>,
    /// What following imports found wrong.
    diagnostics: Vec<Diagnostic>,
}

impl Graph {
    /// What parsing and following imports found wrong.
    pub(crate) fn diagnostics(&self) -> Vec<Diagnostic> {
        let parsing = self.modules.iter().flat_map(|module| &module.diagnostics);
        parsing.chain(&self.diagnostics).cloned().collect()
    }
}

/// One module.
#[derive(Debug)]
pub(crate) struct Module {
    /// Its identity.
    pub(crate) id: String,
    /// Its text.
    pub(crate) file: FileId,
    /// What it says.
    pub(crate) tree: Tree,
    /// What parsing found wrong.
    diagnostics: Vec<Diagnostic>,
    /// Whether it is somebody else's.
    pub(crate) is_dependency: bool,
    /// Whether it was parsed for this graph, and not taken from the former one.
    pub(crate) is_new: bool,
    /// What the import strings of the headers mean, as far as they were followed.
    pub(crate) resolved: Vec<Option<Result<String, Unresolved>>>,
    /// For each header, the module that it imports: an index into [`Graph::modules`], or none if that failed or the header
    /// imports nothing.
    pub(crate) imports: Vec<Option<usize>>,
}

/// What a graph may be made of besides what is read.
#[derive(Debug, Default)]
pub(crate) struct Former {
    sources: Sources,
    modules: IndexMap<String, Module>,
    /// Modules that were read ahead, for this graph.
    ahead: IndexMap<String, Module>,
    /// The modules whose text may have changed; without a list all of them, and what imports mean, too.
    changed: Option<BTreeSet<String>>,
}

impl Former {
    /// The modules of a graph, of which those in `changed` are read again; all if there is no list.
    pub(crate) fn of(graph: Graph, changed: Option<BTreeSet<String>>) -> Self {
        let modules = graph.modules.into_iter().map(|module| (module.id.clone(), module));
        Self {
            sources: graph.sources,
            modules: modules.collect(),
            ahead: IndexMap::new(),
            changed,
        }
    }

    /// Reads everything that the entries need, unless something is known already.
    #[must_use]
    pub(crate) fn read_ahead(mut self, loader: &dyn SourceLoader, entries: &[&str], workers: &dyn Workers) -> Self {
        if self.modules.is_empty() {
            self.ahead = ahead::read(loader, entries, workers, &mut self.sources);
        }
        self
    }

    fn may_have_changed(&self, id: &str) -> bool {
        self.changed.as_ref().is_none_or(|changed| changed.contains(id))
    }
}

/// Reads the entries and all they need, each module once.
pub(crate) fn load(loader: &dyn SourceLoader, entries: &[&str], mut former: Former) -> Graph {
    let sources = std::mem::take(&mut former.sources);
    let mut loading = Loading {
        loader,
        former,
        graph: Graph {
            sources,
            ..Graph::default()
        },
        known: IndexMap::new(),
        path: Vec::new(),
    };
    for entry in entries {
        loading.run(entry);
    }
    loading.graph
}

/// Where a module is.
#[derive(Clone, Copy)]
enum Progress {
    /// On the path from the entry to where we are.
    Open,
    /// In [`Graph::modules`].
    Done(usize),
    /// Unreadable; reported.
    Broken,
}

struct Loading<'a> {
    loader: &'a dyn SourceLoader,
    former: Former,
    graph: Graph,
    known: IndexMap<String, Progress>,
    /// Modules whose imports are being followed.
    path: Vec<Module>,
}

impl Loading<'_> {
    /// A walk in depth with its own stack: chains of imports may be long.
    fn run(&mut self, entry: &str) {
        if !self.known.contains_key(entry) {
            let nowhere = FileId(self.graph.sources.iter().count() as u32).span(0, 0);
            self.open(entry.to_owned(), nowhere);
        }
        while let Some(open) = self.path.last() {
            let next = open.imports.len();
            if next < open.tree.headers.len() {
                self.follow(next);
            } else {
                self.close();
            }
        }
        if let Some(Progress::Done(index)) = self.known.get(entry) {
            self.graph.entries.push(*index);
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.path.pop() {
            self.known
                .insert(open.id.clone(), Progress::Done(self.graph.modules.len()));
            self.graph.modules.push(open);
        }
    }

    /// Follows header number `at` of the innermost open module. Its result is recorded once the import is done, so the
    /// header is looked at again after a module was opened for it.
    fn follow(&mut self, at: usize) {
        let Some(open) = self.path.last_mut() else { return };
        let Some((import, span)) = imported(&open.tree.headers[at]) else {
            open.imports.push(None);
            return;
        };
        if open.resolved.len() <= at {
            open.resolved.resize(at + 1, None);
        }
        let import = import.to_owned();
        let resolved = open.resolved[at].get_or_insert_with(|| self.loader.resolve(&import, &open.id));
        let result = match resolved.clone() {
            Ok(id) => match self.known.get(&id) {
                Some(Progress::Done(index)) => Some(*index),
                Some(Progress::Broken) => None,
                Some(Progress::Open) => {
                    self.report_cycle(&id, span);
                    None
                }
                None => return self.open(id, span),
            },
            Err(unresolved) => {
                self.graph.diagnostics.push(unknown_import(&import, span, unresolved));
                None
            }
        };
        if let Some(open) = self.path.last_mut() {
            open.imports.push(result);
        }
    }

    /// Reads and parses a module, wanted at `span`, unless it is as it was.
    fn open(&mut self, id: String, span: Span) {
        if let Some(module) = self.former.ahead.swap_remove(&id) {
            return self.enter(module);
        }
        let mut former = self.former.modules.swap_remove(&id);
        if !self.former.may_have_changed(&id)
            && let Some(module) = former.take()
        {
            return self.enter(module.again());
        }
        let shown = self.loader.shown(&id);
        let text = match self.loader.read(&id) {
            Ok(text) => text,
            Err(error) => {
                if self.path.is_empty() {
                    self.graph.sources.add(shown.clone(), "");
                }
                let message = Diagnostic::error(codes::UNREADABLE, span, format!("`{shown}` can't be read"));
                self.graph.diagnostics.push(message.label(error.to_string()));
                self.known.insert(id, Progress::Broken);
                return;
            }
        };
        let file = match former {
            None => self.graph.sources.add(shown, text.clone()),
            Some(mut module) => {
                let before = self.graph.sources.get(module.file);
                if before.is_some_and(|before| *before.text == *text) {
                    module.resolved.clear();
                    return self.enter(module.again());
                }
                self.graph.sources.replace(module.file, text.clone());
                module.file
            }
        };
        let parsed = aqua_grammar::parse(file, &text);
        self.enter(Module::new(id, file, parsed, self.loader));
    }

    fn enter(&mut self, module: Module) {
        self.known.insert(module.id.clone(), Progress::Open);
        self.path.push(module);
    }

    fn report_cycle(&mut self, id: &str, span: Span) {
        let start = self.path.iter().position(|open| open.id == id).unwrap_or(0);
        let members = &self.path[start..];
        let names: Vec<String> = members.iter().map(|open| self.loader.shown(&open.id)).collect();
        let mut message = match names.as_slice() {
            [only] => Diagnostic::error(codes::IMPORT_CYCLE, span, format!("`{only}` imports itself")),
            [first, ..] => {
                let way = format!("{} imports {first}", names.join(" imports "));
                Diagnostic::error(codes::IMPORT_CYCLE, span, "modules import one another in a circle").note(way)
            }
            [] => return,
        };
        for pair in members.windows(2) {
            let header = &pair[0].tree.headers[pair[0].imports.len()];
            if let Some((_, from)) = imported(header) {
                message = message.also(from, "on the way round");
            }
        }
        let help = "move what both need into a third module";
        self.graph
            .diagnostics
            .push(message.label("this import closes the circle").help(help));
    }
}

impl Module {
    /// A module that was just parsed.
    pub(crate) fn new(id: String, file: FileId, parsed: Parsed, loader: &dyn SourceLoader) -> Self {
        let is_dependency = loader.is_dependency(&id);
        let told = |message: Diagnostic| match is_dependency && is_style(&message) {
            true => message.as_warning(),
            false => message,
        };
        Self {
            id,
            file,
            tree: parsed.tree,
            diagnostics: parsed.diagnostics.into_iter().map(told).collect(),
            is_dependency,
            is_new: true,
            resolved: Vec::new(),
            imports: Vec::new(),
        }
    }

    /// Whether parsing found an error.
    pub(crate) fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The module of a former graph, its imports to be followed again.
    fn again(mut self) -> Self {
        self.is_new = false;
        self.imports.clear();
        self
    }
}

/// The import string of a header and its place.
pub(crate) fn imported(header: &Header) -> Option<(&str, Span)> {
    match header {
        Header::Import(import) => Some((&import.file, import.file_span)),
        Header::ImportFrom(import) => Some((&import.file, import.file_span)),
        Header::Use(import) => Some((&import.file, import.file_span)),
        Header::Module(_) | Header::Export(_) | Header::Error(_) => None,
    }
}

/// Whether only the style of an old header is wrong, which users of a dependency can't mend.
fn is_style(message: &Diagnostic) -> bool {
    [aqua_grammar::codes::MISSING_HEADER, aqua_grammar::codes::OLD_HEADER].contains(&message.code)
}

fn unknown_import(import: &str, span: Span, unresolved: Unresolved) -> Diagnostic {
    let message = Diagnostic::error(codes::UNKNOWN_IMPORT, span, format!("there is no module `{import}`"));
    let mut message = message.label("not found");
    if !unresolved.tried.is_empty() {
        message = message.note(format!(
            "tried {}",
            aqua_diagnostics::suggestions::some(unresolved.tried.iter().map(String::as_str))
        ));
    }
    match unresolved.suggestion {
        Some(meant) => message.help(format!("did you mean `{meant}`?")).fix(
            format!("import `{meant}`"),
            span,
            format!("\"{meant}\""),
        ),
        None => message.help("write the path from this file's folder, or from an import folder"),
    }
}
