//! Checks programs on disk, once or after each change.

use crate::workers::Threads;
use crate::{BuildError, Error, FileLoader, Program, Settings, programs};
use aqua_compiler::{Changes, Workspace};
use aqua_diagnostics::{Diagnostic, Sources};
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Checks all programs in `paths` (files and folders) and their manifests.
///
/// # Errors
/// If a file can't be read or a constant is not `NAME = VALUE`.
pub fn check(paths: &[PathBuf], settings: &Settings) -> Result<CheckReport, BuildError> {
    Ok(Checker::new(paths, settings)?.check(Changes::Anything))
}

/// Checks a set of programs repeatedly and reuses results for modules that did not change.
#[derive(Debug)]
pub struct Checker {
    groups: Vec<ProgramGroup>,
}

/// Programs of one project. They share import folders and constants, so a shared module is checked once.
#[derive(Debug)]
struct ProgramGroup {
    programs: Vec<Program>,
    loader: FileLoader,
    entries: Vec<String>,
    workspace: Workspace,
}

impl Checker {
    /// Locates the programs in `paths` without checking them.
    ///
    /// # Errors
    /// If a file can't be read or a constant is not `NAME = VALUE`.
    pub fn new(paths: &[PathBuf], settings: &Settings) -> Result<Self, BuildError> {
        let mut projects: IndexMap<Option<PathBuf>, Vec<Program>> = IndexMap::new();
        for file in programs(paths)? {
            let program = Program::locate(&file)?;
            let root = program.project.as_ref().map(|project| project.root.clone());
            projects.entry(root).or_default().push(program);
        }
        let group = |programs: Vec<Program>| {
            let first = &programs[0];
            let (loader, options) = (first.loader(settings), first.options(settings)?);
            let entries: Result<_, Error> = programs.iter().map(|program| loader.entry(&program.file)).collect();
            let (entries, workspace) = (entries?, Workspace::new(options));
            Ok(ProgramGroup {
                programs,
                loader,
                entries,
                workspace,
            })
        };
        let groups: Result<_, BuildError> = projects.into_values().map(group).collect();
        Ok(Self { groups: groups? })
    }

    /// Checks the modules that `changes` may affect and returns the diagnostics of all programs.
    pub fn check(&mut self, changes: Changes) -> CheckReport {
        let mut report = CheckReport::default();
        let mut seen = BTreeSet::new();
        for group in &mut self.groups {
            if let Some(project) = &group.programs[0].project {
                report.add(&mut seen, &project.sources, &project.diagnostics);
            }
            let entries: Vec<&str> = group.entries.iter().map(String::as_str).collect();
            report.modules += group
                .workspace
                .check(&group.loader, &entries, changes.clone(), &Threads);
            report.add(&mut seen, group.workspace.sources(), &group.workspace.diagnostics());
            report.programs += group.programs.len();
        }
        report
    }

    /// Whether `file` was read as a module.
    pub fn reads(&self, file: &Path) -> bool {
        let id = file.to_string_lossy();
        self.groups.iter().any(|group| group.workspace.contains(&id))
    }

    /// The folders of all modules that were read.
    pub fn folders(&self) -> BTreeSet<PathBuf> {
        let modules = self.groups.iter().flat_map(|group| group.workspace.modules());
        let files = modules.map(Path::new).filter(|file| file.is_absolute());
        files.filter_map(Path::parent).map(Path::to_owned).collect()
    }
}

/// The result of checking a set of programs.
#[derive(Debug, Default)]
pub struct CheckReport {
    /// The number of programs.
    pub programs: usize,
    /// The number of modules that were checked; unchanged modules are not.
    pub modules: usize,
    /// The diagnostics, each once, with the source texts they refer to.
    pub diagnostics: Vec<(Sources, Vec<Diagnostic>)>,
}

impl CheckReport {
    /// Whether any diagnostic is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .flat_map(|(_, diagnostics)| diagnostics)
            .any(Diagnostic::is_error)
    }
}

impl CheckReport {
    /// Adds the diagnostics that are not in `seen`: programs share modules and manifests.
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
            self.diagnostics.push((sources.clone(), new));
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

    fn shown(checked: &CheckReport) -> String {
        let drawn = |(sources, messages): &(Sources, Vec<_>)| {
            aqua_render::terminal(sources, messages, aqua_render::Colour::Off)
        };
        checked.diagnostics.iter().map(drawn).collect()
    }

    #[test]
    fn examples_have_no_errors() {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
        let examples = std::fs::read_dir(examples).expect("the examples").flatten();
        // The services of that one must be built first.
        let complete = examples.filter(|entry| entry.file_name() != "word-counter");
        let folders: Vec<_> = complete
            .map(|entry| entry.path())
            .filter(|path| path.is_dir())
            .collect();
        let checked = check(&folders, &settings()).expect("readable examples");
        assert_eq!(shown(&checked), "");
        assert!(checked.programs >= 4, "{}", checked.programs);
    }

    #[test]
    fn standard_modules_have_no_errors() {
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
    fn a_diagnostic_in_a_shared_module_is_reported_once() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let importer = "aqua A\n\nimport \"lib.aqua\"\n";
        let lib = "aqua Lib declares *\n\nfunc half(n: u32) -> u32:\n    <- m\n";
        for (name, text) in [("a.aqua", importer), ("b.aqua", importer), ("lib.aqua", lib)] {
            std::fs::write(folder.path().join(name), text).expect("a new file");
        }
        let checked = check(&[folder.path().to_owned()], &settings()).expect("readable programs");
        let messages: usize = checked
            .diagnostics
            .iter()
            .map(|(_, diagnostics)| diagnostics.len())
            .sum();
        assert_eq!((messages, checked.programs), (1, 3), "{}", shown(&checked));
    }
}
