//! The module graph of a program.
//!
//! Starting from the entries, every import is resolved and each module is read once. The graph lists modules in dependency
//! order: each after the modules it imports. Only the headers of a module are parsed here. An import that can't be followed is
//! reported and marked as broken, so that names that it would have provided are not reported as unknown.
//!
//! A graph can be reloaded: modules that did not change are taken from the [`PreviousGraph`] instead of being read.

mod prefetch;
mod unreadable;

use crate::{ResolveError, SourceLoader, TaskRunner, codes};
use aqua_diagnostics::{Diagnostic, FileId, Sources, Span};
use aqua_grammar::tree::Header;
use indexmap::IndexMap;
use std::collections::BTreeSet;

/// The modules of a program in dependency order.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// The source texts of all modules.
    pub(crate) sources: Sources,
    /// The modules, each after those it imports.
    pub(crate) modules: Vec<Module>,
    /// The readable entries: indices into [`Self::modules`].
    pub(crate) entries: Vec<usize>,
    /// Diagnostics about imports.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// A module with its headers.
#[derive(Debug)]
pub(crate) struct Module {
    /// The identity that the loader gave it.
    pub(crate) id: String,
    /// The file id of its text.
    pub(crate) file: FileId,
    /// Its headers, without those that a syntax error hides; the tree of the whole text has these first.
    pub(crate) headers: Vec<Header>,
    /// Whether it is outside of the user's project. Warnings about dependencies are dropped.
    pub(crate) is_dependency: bool,
    /// Whether it was read for this graph, not taken from the previous one.
    pub(crate) is_new: bool,
    /// The resolved import of each header that was followed so far; `None` for headers that import nothing.
    pub(crate) resolved: Vec<Option<Result<String, ResolveError>>>,
    /// The imported module of each header: an index into [`Graph::modules`], or `None` if the import failed or the header
    /// imports nothing.
    pub(crate) imports: Vec<Option<usize>>,
}

/// Modules that the next graph may reuse.
#[derive(Debug, Default)]
pub(crate) struct PreviousGraph {
    sources: Sources,
    modules: IndexMap<String, Module>,
    /// Modules that were prefetched for the next graph.
    prefetched: IndexMap<String, Module>,
    /// The modules whose text may have changed. `None`: any text and any import resolution may have changed.
    changed: Option<BTreeSet<String>>,
}

impl PreviousGraph {
    /// The modules of a graph. Those in `changed` are read again; all of them if it is `None`.
    pub(crate) fn of(graph: Graph, changed: Option<BTreeSet<String>>) -> Self {
        let modules = graph.modules.into_iter().map(|module| (module.id.clone(), module));
        Self {
            sources: graph.sources,
            modules: modules.collect(),
            prefetched: IndexMap::new(),
            changed,
        }
    }

    /// Reads all modules that the entries need, and parses their headers in parallel. Does nothing if there are modules to reuse.
    #[must_use]
    pub(crate) fn prefetch(mut self, loader: &dyn SourceLoader, entries: &[&str], runner: &dyn TaskRunner) -> Self {
        if self.modules.is_empty() {
            self.prefetched = prefetch::prefetch(loader, entries, runner, &mut self.sources);
        }
        self
    }

    fn may_have_changed(&self, id: &str) -> bool {
        self.changed.as_ref().is_none_or(|changed| changed.contains(id))
    }
}

/// Loads the entries and all modules they import, directly or indirectly.
pub(crate) fn load(loader: &dyn SourceLoader, entries: &[&str], mut previous: PreviousGraph) -> Graph {
    let sources = std::mem::take(&mut previous.sources);
    let mut loading = Loading {
        loader,
        previous,
        graph: Graph {
            sources,
            ..Graph::default()
        },
        progress: IndexMap::new(),
        path: Vec::new(),
    };
    for entry in entries {
        loading.run(entry);
    }
    loading.graph
}

/// The loading state of a module.
#[derive(Clone, Copy)]
enum Progress {
    /// Its imports are being followed: it is on [`Loading::path`].
    Open,
    /// Loaded; an index into [`Graph::modules`].
    Done(usize),
    /// Unreadable, and reported.
    Broken,
}

struct Loading<'a> {
    loader: &'a dyn SourceLoader,
    previous: PreviousGraph,
    graph: Graph,
    progress: IndexMap<String, Progress>,
    /// Modules whose imports are being followed, from the entry inwards.
    path: Vec<Module>,
}

impl Loading<'_> {
    /// Depth-first walk with an explicit stack: import chains may be long.
    fn run(&mut self, entry: &str) {
        if !self.progress.contains_key(entry) {
            self.open(entry.to_owned(), FileId(0).span(0, 0));
        }
        while let Some(open) = self.path.last() {
            let next = open.imports.len();
            if next < open.headers.len() {
                self.follow(next);
            } else {
                self.close();
            }
        }
        if let Some(Progress::Done(index)) = self.progress.get(entry) {
            self.graph.entries.push(*index);
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.path.pop() {
            self.progress
                .insert(open.id.clone(), Progress::Done(self.graph.modules.len()));
            self.graph.modules.push(open);
        }
    }

    /// Follows the header at `index` of the innermost open module. The result is recorded once the imported module is
    /// loaded, so a header that opens a module is visited twice.
    fn follow(&mut self, index: usize) {
        let Some(open) = self.path.last_mut() else { return };
        let Some((import, span)) = import_of(&open.headers[index]) else {
            open.imports.push(None);
            return;
        };
        if open.resolved.len() <= index {
            open.resolved.resize(index + 1, None);
        }
        let import = import.to_owned();
        let resolved = open.resolved[index].get_or_insert_with(|| self.loader.resolve(&import, &open.id));
        let result = match resolved.clone() {
            Ok(id) => match self.progress.get(&id) {
                Some(Progress::Done(index)) => Some(*index),
                Some(Progress::Broken) => None,
                Some(Progress::Open) => {
                    self.report_cycle(&id, span);
                    None
                }
                None => return self.open(id, span),
            },
            Err(error) => {
                self.graph.diagnostics.push(unknown_import(&import, span, error));
                None
            }
        };
        if let Some(open) = self.path.last_mut() {
            open.imports.push(result);
        }
    }

    /// Opens a module that is imported at `span`: reuses it if it is unchanged, reads it otherwise.
    fn open(&mut self, id: String, span: Span) {
        if let Some(module) = self.previous.prefetched.swap_remove(&id) {
            return self.push(module);
        }
        let mut previous = self.previous.modules.swap_remove(&id);
        if !self.previous.may_have_changed(&id)
            && let Some(module) = previous.take()
        {
            return self.push(module.reuse());
        }
        let name = self.loader.display_name(&id);
        let text = match self.loader.read(&id) {
            Ok(text) => text,
            Err(error) => {
                let import = (!self.path.is_empty()).then_some(span);
                let message = unreadable::diagnose(error, &name, import, &mut self.graph.sources);
                self.graph.diagnostics.push(message);
                self.progress.insert(id, Progress::Broken);
                return;
            }
        };
        let file = match previous {
            None => self.graph.sources.add(name, text.clone()),
            Some(mut module) => {
                let before = self.graph.sources.get(module.file);
                if before.is_some_and(|before| *before.text == *text) {
                    module.resolved.clear();
                    return self.push(module.reuse());
                }
                self.graph.sources.replace(module.file, text.clone());
                module.file
            }
        };
        let headers = aqua_grammar::headers(file, &text);
        self.push(Module::new(id, file, headers, self.loader));
    }

    fn push(&mut self, module: Module) {
        self.progress.insert(module.id.clone(), Progress::Open);
        self.path.push(module);
    }

    fn report_cycle(&mut self, id: &str, span: Span) {
        let start = self.path.iter().position(|open| open.id == id).unwrap_or(0);
        let members = &self.path[start..];
        let names: Vec<String> = members.iter().map(|open| self.loader.display_name(&open.id)).collect();
        let mut message = match names.as_slice() {
            [only] => Diagnostic::error(codes::IMPORT_CYCLE, span, format!("`{only}` imports itself")),
            [first, ..] => {
                let cycle = format!("{} imports {first}", names.join(" imports "));
                Diagnostic::error(codes::IMPORT_CYCLE, span, "import cycle").note(cycle)
            }
            [] => return,
        };
        for pair in members.windows(2) {
            let header = &pair[0].headers[pair[0].imports.len()];
            if let Some((_, from)) = import_of(header) {
                message = message.secondary(from, "part of the cycle");
            }
        }
        let help = "move the shared declarations into another module";
        self.graph
            .diagnostics
            .push(message.label("this import closes the cycle").help(help));
    }
}

impl Module {
    /// A module that was just read.
    pub(crate) fn new(id: String, file: FileId, headers: Vec<Header>, loader: &dyn SourceLoader) -> Self {
        Self {
            is_dependency: loader.is_dependency(&id),
            id,
            file,
            headers,
            is_new: true,
            resolved: Vec::new(),
            imports: Vec::new(),
        }
    }

    /// Whether it has an `export` header.
    pub(crate) fn has_exports(&self) -> bool {
        self.headers.iter().any(|header| matches!(header, Header::Export(_)))
    }

    /// Whether an import could not be followed, which was reported.
    pub(crate) fn has_broken_imports(&self) -> bool {
        let mut headers = self.headers.iter().zip(&self.imports);
        headers.any(|(header, target)| import_of(header).is_some() && target.is_none())
    }

    /// Prepares a module of the previous graph for the next one: its imports have to be followed again.
    fn reuse(mut self) -> Self {
        self.is_new = false;
        self.imports.clear();
        self
    }
}

/// The import string of a header and its span.
fn import_of(header: &Header) -> Option<(&str, Span)> {
    match header {
        Header::Import(import) => Some((&import.file, import.file_span)),
        Header::ImportFrom(import) => Some((&import.file, import.file_span)),
        Header::Use(import) => Some((&import.file, import.file_span)),
        Header::Module(_) | Header::Export(_) | Header::Error(_) => None,
    }
}

fn unknown_import(import: &str, span: Span, error: ResolveError) -> Diagnostic {
    let message = Diagnostic::error(codes::UNKNOWN_IMPORT, span, format!("can't find module `{import}`"));
    let mut message = message.label("not found");
    if !error.tried.is_empty() {
        message = message.note(format!(
            "tried {}",
            aqua_diagnostics::suggestions::truncated_list(error.tried.iter().map(String::as_str))
        ));
    }
    match error.suggestion {
        Some(meant) => message.help(format!("did you mean `{meant}`?")).fix(
            format!("import `{meant}`"),
            span,
            format!("\"{meant}\""),
        ),
        None => message.help(
            error
                .help
                .unwrap_or_else(|| "write a path relative to this file or to an import folder".to_owned()),
        ),
    }
}
