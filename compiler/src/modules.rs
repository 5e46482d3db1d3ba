//! Which modules a program consists of.
//!
//! Starting from the entry, every import is resolved and read once, and modules come out in an order in which each stands
//! after those it imports. An import that can't be followed is reported and remembered as broken, so that what it would have
//! brought is not reported again.

use crate::{SourceLoader, codes};
use aqua_diagnostics::{Diagnostic, FileId, Sources, Span};
use aqua_grammar::tree::{Header, Tree};
use indexmap::IndexMap;

/// The modules of a program.
#[derive(Debug)]
pub(crate) struct Graph {
    /// Their texts.
    pub(crate) sources: Sources,
    /// The modules, each after those it imports.
    pub(crate) modules: Vec<Module>,
    /// The entries that could be read: indices into [`Self::modules`].
    pub(crate) entries: Vec<usize>,
    /// What parsing and following imports found wrong.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// One module.
#[derive(Debug)]
pub(crate) struct Module {
    /// Its text.
    pub(crate) file: FileId,
    /// What it says.
    pub(crate) tree: Tree,
    /// Whether it is somebody else's.
    pub(crate) is_dependency: bool,
    /// For each header, the module that it imports: an index into [`Graph::modules`], or none if that failed or the header
    /// imports nothing.
    pub(crate) imports: Vec<Option<usize>>,
}

/// Reads the entries and all they need, each module once.
pub(crate) fn load(loader: &dyn SourceLoader, entries: &[&str]) -> Graph {
    let mut loading = Loading {
        loader,
        graph: Graph {
            sources: Sources::new(),
            modules: Vec::new(),
            entries: Vec::new(),
            diagnostics: Vec::new(),
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
    graph: Graph,
    known: IndexMap<String, Progress>,
    path: Vec<Open>,
}

/// A module whose imports are being followed.
struct Open {
    id: String,
    module: Module,
}

impl Loading<'_> {
    /// A walk in depth with its own stack: chains of imports may be long.
    fn run(&mut self, entry: &str) {
        if !self.known.contains_key(entry) {
            let nowhere = FileId(self.graph.sources.iter().count() as u32).span(0, 0);
            self.open(entry.to_owned(), nowhere);
        }
        while let Some(open) = self.path.last() {
            let next = open.module.imports.len();
            if next < open.module.tree.headers.len() {
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
            self.known.insert(open.id, Progress::Done(self.graph.modules.len()));
            self.graph.modules.push(open.module);
        }
    }

    /// Follows header number `at` of the innermost open module. Its result is recorded once the import is done, so the
    /// header is looked at again after a module was opened for it.
    fn follow(&mut self, at: usize) {
        let Some(open) = self.path.last_mut() else { return };
        let Some((import, span)) = imported(&open.module.tree.headers[at]) else {
            open.module.imports.push(None);
            return;
        };
        let (import, importer) = (import.to_owned(), open.id.clone());
        let result = match self.loader.resolve(&import, &importer) {
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
            open.module.imports.push(result);
        }
    }

    /// Reads and parses a module, wanted at `span`.
    fn open(&mut self, id: String, span: Span) {
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
        let file = self.graph.sources.add(shown, text.clone());
        let parsed = aqua_grammar::parse(file, &text);
        let is_dependency = self.loader.is_dependency(&id);
        self.graph
            .diagnostics
            .extend(parsed.diagnostics.into_iter().map(|message| {
                if is_dependency && is_style(&message) {
                    message.as_warning()
                } else {
                    message
                }
            }));
        let module = Module {
            file,
            tree: parsed.tree,
            is_dependency,
            imports: Vec::new(),
        };
        self.known.insert(id.clone(), Progress::Open);
        self.path.push(Open { id, module });
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
            let header = &pair[0].module.tree.headers[pair[0].module.imports.len()];
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

fn unknown_import(import: &str, span: Span, unresolved: crate::Unresolved) -> Diagnostic {
    let message = Diagnostic::error(codes::UNKNOWN_IMPORT, span, format!("there is no module `{import}`"));
    let mut message = message.label("not found");
    if !unresolved.tried.is_empty() {
        message = message.note(format!(
            "tried {}",
            crate::suggestions::some(unresolved.tried.iter().map(String::as_str))
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
