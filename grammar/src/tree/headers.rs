//! The lines at the top of a file: its own name, what it takes in and what it gives out.

use super::{Name, Path};
use aqua_diagnostics::Span;
use ecow::EcoString;

/// One header line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Header {
    /// `aqua Name declares …`.
    Module(ModuleHeader),
    /// `import "file"`: everything the file declares, unqualified.
    Import(Import),
    /// `import a, b as c from "file"`.
    ImportFrom(ImportFrom),
    /// `use "file" as Name` and `use a, b from "file" as Name`.
    Use(Use),
    /// `export f, g as h`.
    Export(Export),
    /// A header line that could not be understood; it was reported.
    Error(Span),
}

impl Header {
    /// Where the line stands, without its line break.
    pub fn span(&self) -> Span {
        match self {
            Self::Module(header) => header.span,
            Self::Import(header) => header.span,
            Self::ImportFrom(header) => header.span,
            Self::Use(header) => header.span,
            Self::Export(header) => header.span,
            Self::Error(span) => *span,
        }
    }
}

/// `aqua Some.Name declares a, B` or, in old files, `module Name declares *`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleHeader {
    /// The line.
    pub span: Span,
    /// The word `aqua`, or the old `module` (which was reported).
    pub keyword: Span,
    /// What the module calls itself.
    pub name: Path,
    /// What importers see; without it nothing can be imported.
    pub declares: Option<Declares>,
}

/// What a module makes visible to importers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declares {
    /// `declares *`: every top-level name in scope; the place of the star.
    All(Span),
    /// These names.
    Names(Vec<Path>),
}

/// `import "file"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The line.
    pub span: Span,
    /// The text between the quotes.
    pub file: EcoString,
    /// Where it stands, quotes included.
    pub file_span: Span,
}

/// `import a, B as C from "file"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFrom {
    /// The line.
    pub span: Span,
    /// What is taken in, at least one.
    pub items: Vec<HeaderItem>,
    /// The text between the quotes.
    pub file: EcoString,
    /// Where it stands, quotes included.
    pub file_span: Span,
}

/// `use "file"`, `use "file" as Name`, `use a from "file" as Name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The line.
    pub span: Span,
    /// What is taken in; empty means everything that the file declares.
    pub items: Vec<HeaderItem>,
    /// The text between the quotes.
    pub file: EcoString,
    /// Where it stands, quotes included.
    pub file_span: Span,
    /// The qualifier; without it the name in the file's own header.
    pub alias: Option<Path>,
}

/// `export f, g as h, S`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The line.
    pub span: Span,
    /// What is given out, at least one.
    pub items: Vec<HeaderItem>,
}

/// `name` or `name as other` in an `import`, `use` or `export`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderItem {
    /// From the name to the alias.
    pub span: Span,
    /// What is meant.
    pub name: Path,
    /// What it is called here.
    pub alias: Option<Path>,
}

impl HeaderItem {
    /// The last word of what it is called here: of the alias, or else of the name itself.
    pub fn visible(&self) -> &Name {
        self.alias.as_ref().unwrap_or(&self.name).last()
    }
}
