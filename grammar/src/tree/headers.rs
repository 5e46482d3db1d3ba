//! Headers: the module name, imports and exports.

use super::{Name, Path};
use aqua_diagnostics::Span;
use ecow::EcoString;

/// A header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Header {
    /// `aqua Name declares …`.
    Module(ModuleHeader),
    /// `import "file"`: imports everything that the file declares, unqualified.
    Import(Import),
    /// `import a, b as c from "file"`.
    ImportFrom(ImportFrom),
    /// `use "file" as Name` and `use a, b from "file" as Name`.
    Use(Use),
    /// `export f, g as h`.
    Export(Export),
    /// An invalid header, which was reported.
    Error(Span),
}

impl Header {
    /// Returns the span of the line, without its line break.
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

/// `aqua Some.Name declares a, B` or the obsolete `module Name declares *`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleHeader {
    /// The span of the line.
    pub span: Span,
    /// The keyword `aqua`, or the obsolete `module`, which was reported.
    pub keyword: Span,
    /// The name of the module.
    pub name: Path,
    /// The names visible to importers. If missing, nothing can be imported.
    pub declares: Option<Declares>,
}

/// The names that a module makes visible to importers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declares {
    /// `declares *`: all top-level names. Holds the span of the `*`.
    All(Span),
    /// A list of names.
    Names(Vec<Path>),
}

/// `import "file"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The span of the line.
    pub span: Span,
    /// The import path.
    pub file: EcoString,
    /// The span of the import path, including the quotes.
    pub file_span: Span,
}

/// `import a, B as C from "file"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFrom {
    /// The span of the line.
    pub span: Span,
    /// The imported names, at least one.
    pub items: Vec<HeaderItem>,
    /// The import path.
    pub file: EcoString,
    /// The span of the import path, including the quotes.
    pub file_span: Span,
}

/// `use "file"`, `use "file" as Name`, `use a from "file" as Name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The span of the line.
    pub span: Span,
    /// The imported names. If empty, everything that the file declares.
    pub items: Vec<HeaderItem>,
    /// The import path.
    pub file: EcoString,
    /// The span of the import path, including the quotes.
    pub file_span: Span,
    /// The qualifier. Defaults to the module name of the file.
    pub alias: Option<Path>,
}

/// `export f, g as h, S`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The span of the line.
    pub span: Span,
    /// The exported names, at least one.
    pub items: Vec<HeaderItem>,
}

/// `name` or `name as other` in an `import`, `use` or `export`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderItem {
    /// The span from the name to the alias.
    pub span: Span,
    /// The name in its module.
    pub name: Path,
    /// The name in this file, if it differs.
    pub alias: Option<Path>,
}

impl HeaderItem {
    /// Returns the last component of the alias, or of the name if there is no alias.
    pub fn local_name(&self) -> &Name {
        self.alias.as_ref().unwrap_or(&self.name).last()
    }
}
