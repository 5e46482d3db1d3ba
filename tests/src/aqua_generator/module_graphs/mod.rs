//! Generates graphs of modules from seeds, to compare the verdicts and scripts of two compilers.
//!
//! A graph is an entry module and the modules that it imports, directly or indirectly. Names come from small sets, so imports
//! often bring several declarations of one name; the values and members of a declaration show its module. Most graphs are
//! valid: the generator knows which names are visible, and which declaration each denotes. Some have one mistake: an unknown, a
//! private or a redeclared name, a module that does not exist, or a cycle.
//!
//! The following is not generated: what the published compiler does not have (specification §0: `declares` and `export` of
//! dotted names, dotted names after `as`); names that are both a constant and a type, which need not be imported together; and ids
//! that are assigned to a service with several visible names: the published compiler assigns the id to one of the names.

mod builder;
mod symbols;

use std::collections::{BTreeMap, BTreeSet};

/// A generated program of several modules.
#[derive(Debug, Clone)]
pub struct ModuleGraph {
    /// Its seed.
    pub seed: u64,
    /// The texts of its modules by path.
    pub files: BTreeMap<String, String>,
    /// The same modules with longer `declares`: also the names that the module imports, and its own names that a module that it
    /// imports declares, too. The published compiler treats `files` like these: there, `declares` hides no other names.
    pub open_files: BTreeMap<String, String>,
    /// What it contains.
    pub features: BTreeSet<Feature>,
}

impl ModuleGraph {
    /// The path of the entry module.
    pub const ENTRY: &str = "main.aqua";

    /// Generates the graph of a seed.
    pub fn new(seed: u64) -> Self {
        builder::Builder::new(seed).graph()
    }

    /// The modules as one text: each below a line with its path.
    pub fn text(&self) -> String {
        let files = self.files.iter();
        files.map(|(path, text)| format!("=== {path}\n{text}")).collect()
    }

    /// The modules in a text like [`Self::text`].
    pub fn files_of(text: &str) -> BTreeMap<String, String> {
        let pieces = text.split("=== ").skip(1);
        let files = pieces.filter_map(|piece| piece.split_once('\n'));
        files.map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
    }
}

macro_rules! features {
    ($($(#[$meta:meta])* $name:ident)*) => {
        /// A property of a graph.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Feature {
            $($(#[$meta])* $name,)*
        }

        impl Feature {
            /// All features.
            pub const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

features! {
    /// `import "file"`.
    ImportAll
    /// `import a from "file"`.
    ImportItems
    /// `import a as b from "file"`.
    ImportAs
    /// `use "file"`.
    Use
    /// `use "file" as Name`.
    UseAs
    /// `use a from "file" as Name`.
    UseItems
    /// `declares *`.
    DeclaresAll
    /// `declares a, b`.
    DeclaresList
    /// `declares` with a name that the module imports.
    DeclaresImported
    /// An import of a module without `declares`.
    DeclaresNothing
    /// A module that is imported by several modules.
    Diamond
    /// Imports of several declarations of one name.
    Collision
    /// A declaration of an imported name.
    Redeclaration
    /// A declaration of a name that an imported module imports, but does not declare.
    HiddenRedeclaration
    /// A constant with an imported name.
    ConstantAgain
    /// An imported function or service that is exported.
    ReExport
    /// `export f as g`.
    ExportAs
    /// The same export twice.
    ExportTwice
    /// Two declarations that are exported under one name.
    ExportTwoMeanings
    /// Two `use` headers with one qualifier.
    QualifierTwice
    /// Two modules with one name.
    SameModuleName
    /// A dotted module name.
    DottedModule
    /// A cycle of imports.
    Cycle
    /// An import of a module that does not exist.
    MissingModule
    /// A name that no module declares.
    UnknownName
    /// A name that an imported module does not declare.
    PrivateName
    /// `declares` with an unknown name.
    DeclaresUnknown
    /// An import of an item that the module does not declare.
    UnknownItem
}
