//! The programs whose fixes are applied: the programs of all suites, generated graphs of modules, and programs with mistakes made
//! by changing words.

use aqua_compiler::{Compilation, InMemory, Options, compile};
use aqua_tests::aqua_generator::ModuleGraph;
use aqua_tests::in_memory_with_std::InMemoryWithStd;
use aqua_tests::tree;
use fastrand::Rng;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A program of one or several modules.
#[derive(Debug, Clone)]
pub(super) struct Project {
    pub(super) name: String,
    pub(super) files: BTreeMap<String, String>,
    pub(super) entry: String,
}

impl Project {
    pub(super) fn compile(&self) -> Compilation {
        let sources = InMemory::new()
            .with_folders("", ["lib".to_owned()])
            .with_folders("@x/", ["lib/@x".to_owned()]);
        let files = self.files.iter();
        let sources = files.fold(sources, |sources, (path, text)| sources.with(path, text.as_str()));
        compile(&InMemoryWithStd::new(sources), &self.entry, &Options::default())
    }

    fn single(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            files: BTreeMap::from([("main.aqua".to_owned(), text.into())]),
            entry: "main.aqua".to_owned(),
        }
    }

    /// The program with one of its words removed, doubled, replaced or misspelled.
    pub(super) fn changed(&self, seed: u64) -> Self {
        let mut choices = Rng::with_seed(seed);
        let mut project = self.clone();
        let text = &self.files[&self.entry];
        let words = words(text);
        let word = |choices: &mut Rng| words[choices.usize(..words.len())].clone();
        let (at, other) = (word(&mut choices), word(&mut choices));
        let new = match choices.u8(..6) {
            0 => String::new(),
            1 => format!("{0} {0}", &text[at.clone()]),
            2 => text[other].to_owned(),
            3 => text[at.start + 1..at.end].to_owned(),
            4 => format!("{}{}", &text[at.clone()], &text[at.end - 1..at.end]),
            _ => format!("{}{}", &text[at.start + 1..at.end], &text[at.start..=at.start]),
        };
        let changed = format!("{}{new}{}", &text[..at.start], &text[at.end..]);
        project.files.insert(self.entry.clone(), changed);
        project.name = format!("{}, changed by {seed}", self.name);
        project
    }
}

/// The ranges of words and signs in an ASCII text. Other texts are one word.
fn words(text: &str) -> Vec<std::ops::Range<usize>> {
    if !text.is_ascii() {
        return std::iter::once(0..text.len()).collect();
    }
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bytes = text.as_bytes();
    let (mut words, mut start) = (Vec::new(), 0);
    while start < bytes.len() {
        let same = |byte: &u8| is_word(*byte) == is_word(bytes[start]) && is_word(bytes[start]);
        let length = bytes[start..].iter().take_while(|byte| same(byte)).count().max(1);
        if !bytes[start].is_ascii_whitespace() {
            words.push(start..start + length);
        }
        start += length;
    }
    words
}

/// All programs: those of the suites, and that many generated graphs.
pub(super) fn projects(graphs: u64) -> Vec<Project> {
    let mut projects = mistakes();
    projects.extend(error_pages());
    projects.extend(folder_of_programs("tests/tests/wrong"));
    projects.extend(vectors());
    projects.extend(reported());
    for folder in ["quickstart", "numbers", "parallel", "recovery"] {
        projects.extend(folder_of_programs(&format!("examples/{folder}")));
    }
    let library = texts("tests/programs/lib");
    let library = library.into_iter().map(|(name, text)| (format!("lib/{name}"), text));
    let library: BTreeMap<_, _> = library.collect();
    projects.extend(folder_of_programs("tests/programs").into_iter().map(|mut project| {
        project.files.extend(library.clone());
        project
    }));
    projects.extend((0..graphs).map(|seed| Project {
        name: format!("graph {seed}"),
        files: ModuleGraph::new(seed).files,
        entry: ModuleGraph::ENTRY.to_owned(),
    }));
    projects
}

/// The programs with mistakes of the compiler's tests.
fn mistakes() -> Vec<Project> {
    let modules = texts("compiler/tests/mistakes/modules");
    let mut projects = Vec::new();
    for entry in fs::read_dir(tree::at("compiler/tests/mistakes")).expect("the programs") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a text");
        for piece in text.split("=== ").skip(1) {
            let (title, program) = piece.split_once('\n').expect("a program below its title");
            let mut project = Project::single(title, program);
            project.files.extend(modules.clone());
            projects.push(project);
        }
    }
    projects
}

/// The wrong examples of the error pages.
fn error_pages() -> Vec<Project> {
    let mut projects = Vec::new();
    for code in aqua_render::codes() {
        let page = aqua_render::explain(code).expect("a page");
        let Some((_, examples)) = page.split_once("\n## Wrong\n") else {
            continue;
        };
        let wrong = examples.split("\n## Right\n").next().unwrap_or_default();
        let mut texts = wrong.split("```aqua\n").skip(1).map(|part| part.split("```").next());
        let Some(Some(main)) = texts.next() else { continue };
        let mut project = Project::single(code, main);
        for text in texts.flatten() {
            let name = text.trim_start_matches("-- ").lines().next().unwrap_or_default();
            project.files.insert(name.to_owned(), text.to_owned());
        }
        projects.push(project);
    }
    projects
}

/// The programs with verdicts of the published compiler.
fn vectors() -> Vec<Project> {
    let read = |name: &str| -> Vec<Value> {
        let text = fs::read_to_string(tree::at(&format!("tests/vectors/{name}"))).expect("the vectors");
        serde_json::from_str(&text).expect("the vectors")
    };
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    let singles = read("aqua-lowering.json");
    let singles = singles
        .iter()
        .map(|vector| Project::single(text(&vector["name"]), text(&vector["source"])));
    let several = read("aqua-modules.json");
    let several = several.iter().map(|vector| {
        let files = vector["files"].as_object().expect("files");
        Project {
            name: text(&vector["name"]),
            files: files
                .iter()
                .map(|(path, content)| (path.clone(), text(content)))
                .collect(),
            entry: text(&vector["entry"]),
        }
    });
    singles.chain(several).collect()
}

/// Programs that users reported.
fn reported() -> Vec<Project> {
    let folders = fs::read_dir(tree::at("tests/vectors/reported")).expect("the reported programs");
    let mut names: Vec<String> = folders
        .map(|folder| folder.expect("a folder").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort_unstable();
    let projects = names.into_iter().map(|name| Project {
        files: texts(&format!("tests/vectors/reported/{name}")),
        entry: "main.aqua".to_owned(),
        name,
    });
    projects
        .filter(|project| project.files.contains_key(&project.entry))
        .collect()
}

/// Each program in a folder, alone.
fn folder_of_programs(folder: &str) -> Vec<Project> {
    let texts = texts(folder).into_iter();
    texts
        .map(|(name, text)| Project::single(format!("{folder}/{name}"), text))
        .collect()
}

/// The Aqua files in a folder, by name.
fn texts(folder: &str) -> BTreeMap<String, String> {
    let entries = fs::read_dir(tree::at(folder)).expect("a folder of the project");
    let paths = entries.map(|entry| entry.expect("a file").path());
    let programs = paths.filter(|path| path.extension().is_some_and(|extension| extension == "aqua"));
    programs
        .map(|path| (name_of(&path), fs::read_to_string(&path).expect("a text")))
        .collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().expect("a file").to_string_lossy().into_owned()
}
