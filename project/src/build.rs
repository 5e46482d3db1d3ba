//! Compiling and checking programs on disk.

use crate::{Disk, Error, ImportsMap, Program, programs};
use aqua_compiler::{Changes, Compilation, InvalidConstant, Options, Workspace};
use aqua_diagnostics::{Diagnostic, Sources};
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// How programs are compiled, besides what their manifests say.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Folders searched for imports before those of the manifest.
    pub imports: Vec<PathBuf>,
    /// Folders for imports by who imports what; see [`ImportsMap`].
    pub imports_map: Option<ImportsMap>,
    /// Constants as `NAME = VALUE`; they win over those of the manifest.
    pub constants: Vec<String>,
    /// How scripts are made; its entry and constants come from here and the manifest.
    pub options: Options,
}

/// Why a program was not compiled at all.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// It can't be read.
    #[error(transparent)]
    Disk(#[from] Error),
    /// A constant is not `NAME = VALUE`.
    #[error(transparent)]
    Constant(#[from] InvalidConstant),
}

/// What checking several programs found.
#[derive(Debug, Default)]
pub struct Checked {
    /// How many programs were checked.
    pub programs: usize,
    /// Messages with the texts they point into, each message once.
    pub messages: Vec<(Sources, Vec<Diagnostic>)>,
}

impl Checked {
    /// Whether any message is an error.
    pub fn has_errors(&self) -> bool {
        self.messages
            .iter()
            .flat_map(|(_, messages)| messages)
            .any(Diagnostic::is_error)
    }
}

impl Program {
    /// Compiles the program. Its mistakes are messages of the compilation; those of its manifest are not among them.
    ///
    /// # Errors
    /// When it can't be read or a constant is not one.
    pub fn compile(&self, settings: &Settings) -> Result<Compilation, BuildError> {
        let (disk, options) = (self.disk(settings), self.options(settings)?);
        Ok(aqua_compiler::compile(&disk, &disk.entry(&self.file)?, &options))
    }

    fn options(&self, settings: &Settings) -> Result<Options, InvalidConstant> {
        let mut options = settings.options.clone();
        for constant in self.constants().iter().chain(&settings.constants) {
            options.define(constant)?;
        }
        Ok(options)
    }
}

/// Checks every program that files and folders mean, and the manifests above them.
///
/// # Errors
/// When something can't be read or a constant is not one.
pub fn check(paths: &[PathBuf], settings: &Settings) -> Result<Checked, BuildError> {
    let mut checked = Checked::default();
    let mut seen = BTreeSet::new();
    // Programs of one project are read with the same folders and constants: their modules are checked once.
    let mut groups: IndexMap<Option<PathBuf>, Vec<Program>> = IndexMap::new();
    for file in programs(paths)? {
        let program = Program::locate(&file)?;
        let root = program.project.as_ref().map(|project| project.root.clone());
        groups.entry(root).or_default().push(program);
    }
    for programs in groups.values() {
        let Some(first) = programs.first() else { continue };
        if let Some(project) = &first.project {
            checked.add(&mut seen, &project.sources, &project.diagnostics);
        }
        let disk: Disk = first.disk(settings);
        let entries: Result<Vec<String>, Error> = programs.iter().map(|program| disk.entry(&program.file)).collect();
        let entries = entries?;
        let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
        let mut workspace = Workspace::new(first.options(settings)?);
        workspace.check(&disk, &entries, Changes::Anything);
        checked.add(&mut seen, workspace.sources(), &workspace.diagnostics());
        checked.programs += programs.len();
    }
    Ok(checked)
}

impl Checked {
    /// Adds the messages that were not seen yet: programs share modules and manifests.
    fn add(&mut self, seen: &mut BTreeSet<String>, sources: &Sources, messages: &[Diagnostic]) {
        let identity = |message: &Diagnostic| {
            let name = sources.get(message.span.file).map_or("", |source| source.name.as_str());
            let (start, end) = (message.span.start, message.span.end);
            format!("{name}:{start}:{end}:{}:{}", message.code, message.message)
        };
        let new: Vec<_> = messages
            .iter()
            .filter(|message| seen.insert(identity(message)))
            .cloned()
            .collect();
        if !new.is_empty() {
            self.messages.push((sources.clone(), new));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn settings() -> Settings {
        Settings::default()
    }

    fn shown(checked: &Checked) -> String {
        let drawn = |(sources, messages): &(Sources, Vec<_>)| {
            aqua_render::terminal(sources, messages, aqua_render::Colour::Off)
        };
        checked.messages.iter().map(drawn).collect()
    }

    #[test]
    fn examples_have_no_mistakes() {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
        let checked = check(&[examples], &settings()).expect("readable examples");
        assert_eq!(shown(&checked), "");
        assert!(checked.programs >= 4, "{}", checked.programs);
    }

    #[test]
    fn standard_modules_have_no_mistakes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (at, (name, _)) in aqua_stdlib::modules().iter().enumerate() {
            let program = format!("aqua M\n\nimport \"{name}\"\n");
            std::fs::write(folder.path().join(format!("m{at}.aqua")), program).expect("a new file");
        }
        let checked = check(&[folder.path().to_owned()], &settings()).expect("readable programs");
        assert_eq!(shown(&checked), "");
        assert_eq!(checked.programs, aqua_stdlib::modules().len());
    }

    #[test]
    fn a_shared_mistake_is_told_once() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let importer = "aqua A\n\nimport \"lib.aqua\"\n";
        let lib = "aqua Lib declares *\n\nfunc half(n: u32) -> u32:\n    <- m\n";
        for (name, text) in [("a.aqua", importer), ("b.aqua", importer), ("lib.aqua", lib)] {
            std::fs::write(folder.path().join(name), text).expect("a new file");
        }
        let checked = check(&[folder.path().to_owned()], &settings()).expect("readable programs");
        let messages: usize = checked.messages.iter().map(|(_, messages)| messages.len()).sum();
        assert_eq!((messages, checked.programs), (1, 3), "{}", shown(&checked));
    }
}
