//! Checking programs on disk, once or again and again.

use crate::workers::Threads;
use crate::{BuildError, Disk, Error, Program, Settings, programs};
use aqua_compiler::{Changes, Workspace};
use aqua_diagnostics::{Diagnostic, Sources};
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Checks every program that files and folders mean, and the manifests above them.
///
/// # Errors
/// When something can't be read or a constant is not one.
pub fn check(paths: &[PathBuf], settings: &Settings) -> Result<Checked, BuildError> {
    Ok(Checker::new(paths, settings)?.check(Changes::Anything))
}

/// The programs below some paths, with what was found when they were last checked.
#[derive(Debug)]
pub struct Checker {
    projects: Vec<Together>,
}

/// Programs that are read with the same folders and constants: their modules are checked once.
#[derive(Debug)]
struct Together {
    programs: Vec<Program>,
    disk: Disk,
    entries: Vec<String>,
    workspace: Workspace,
}

impl Checker {
    /// Finds the programs; nothing is checked yet.
    ///
    /// # Errors
    /// When something can't be read or a constant is not one.
    pub fn new(paths: &[PathBuf], settings: &Settings) -> Result<Self, BuildError> {
        let mut projects: IndexMap<Option<PathBuf>, Vec<Program>> = IndexMap::new();
        for file in programs(paths)? {
            let program = Program::locate(&file)?;
            let root = program.project.as_ref().map(|project| project.root.clone());
            projects.entry(root).or_default().push(program);
        }
        let together = |programs: Vec<Program>| {
            let first = &programs[0];
            let (disk, options) = (first.disk(settings), first.options(settings)?);
            let entries: Result<_, Error> = programs.iter().map(|program| disk.entry(&program.file)).collect();
            let (entries, workspace) = (entries?, Workspace::new(options));
            Ok(Together {
                programs,
                disk,
                entries,
                workspace,
            })
        };
        let projects: Result<_, BuildError> = projects.into_values().map(together).collect();
        Ok(Self { projects: projects? })
    }

    /// Checks what may differ from the last time, and gives everything that is wrong.
    pub fn check(&mut self, changes: Changes) -> Checked {
        let mut checked = Checked::default();
        let mut seen = BTreeSet::new();
        for together in &mut self.projects {
            if let Some(project) = &together.programs[0].project {
                checked.add(&mut seen, &project.sources, &project.diagnostics);
            }
            let entries: Vec<&str> = together.entries.iter().map(String::as_str).collect();
            checked.modules += together
                .workspace
                .check(&together.disk, &entries, changes.clone(), &Threads);
            checked.add(
                &mut seen,
                together.workspace.sources(),
                &together.workspace.diagnostics(),
            );
            checked.programs += together.programs.len();
        }
        checked
    }

    /// Whether a file was read as a module.
    pub fn reads(&self, file: &Path) -> bool {
        let id = file.to_string_lossy();
        self.projects.iter().any(|together| together.workspace.contains(&id))
    }

    /// The folders of everything that was read.
    pub fn folders(&self) -> BTreeSet<PathBuf> {
        let modules = self.projects.iter().flat_map(|together| together.workspace.modules());
        let files = modules.map(Path::new).filter(|file| file.is_absolute());
        files.filter_map(Path::parent).map(Path::to_owned).collect()
    }
}

/// What checking several programs found.
#[derive(Debug, Default)]
pub struct Checked {
    /// How many programs there are.
    pub programs: usize,
    /// How many modules had to be checked for that.
    pub modules: usize,
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
