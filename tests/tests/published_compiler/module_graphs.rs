//! Generated graphs of modules: both compilers accept the same ones, and their scripts are equivalent.

use aqua_compiler::{Compilation, InMemory, Options, codes, compile};
use aqua_diagnostics::Diagnostic;
use aqua_tests::aqua_generator::{Feature, ModuleGraph, smaller};
use aqua_tests::foreign;
use aqua_tests::normal_form::normal_form;
use aqua_tests::official_compiler::{Compiled, OfficialCompiler};
use aqua_tests::suite::Seeds;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The number of compared graphs of a full run. The output of the published compiler for them is cached.
const GRAPHS: u64 = 2000;

/// The number of differences that are reduced and shown.
const REPORTS: usize = 3;

/// A graph that only one compiler accepts, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    /// Two functions or services that are exported under one name are an error. The published compiler exports one of them.
    TwoMeaningsOfAnExport,
    /// Two `use` headers can have one qualifier: it has the names of both. For the published compiler, the second one replaces
    /// the first one.
    OneQualifierForTwoModules,
    /// A module sees the names that an imported module declares. For the published compiler it also sees names that the imported
    /// module imports without declaring them: they replace names of earlier imports, can't be declared, and take precedence over
    /// own constants. The graph has the same result where these names are declared ([`ModuleGraph::open_files`]).
    HiddenImports,
    /// The published compiler reports an internal error.
    InternalError,
    /// The published compiler also exports what imported modules export, and takes such a function instead of the own one of that
    /// name. See the specification, §4.4.
    ExportsOfImports,
}

/// The prefix of internal errors of the published compiler.
const CRASH: &str = "internal: ";

#[test]
fn graphs_of_modules_have_the_same_verdicts_and_scripts() {
    let name = "graphs_of_modules_have_the_same_verdicts_and_scripts";
    let seeds = Seeds::of(GRAPHS);
    let compilers = match (0..2).map(|_| OfficialCompiler::start()).collect::<Result<Vec<_>, _>>() {
        Ok(compilers) => compilers,
        Err(reason) => return foreign::skip(name, &reason),
    };
    let tally = Mutex::new(Tally::default());
    seeds.for_each(compilers, |compiler, seed| {
        let graph = ModuleGraph::new(seed);
        let compared = compare(&graph, compiler);
        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.add(&graph, compared);
    });
    let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    tally.print();
    assert!(tally.unlisted.is_empty(), "{}", reports(&tally.unlisted));
    let graphs = seeds.count();
    assert_eq!((tally.accepted + tally.rejected) as u64 + tally.listed(), graphs);
    assert!(
        graphs < 100 || tally.accepted as u64 > graphs / 2,
        "most graphs are valid"
    );
}

#[test]
fn every_feature_of_a_graph_is_generated_often_and_again() {
    let mut features: BTreeMap<Feature, usize> = BTreeMap::new();
    for seed in 0..2000 {
        let graph = ModuleGraph::new(seed);
        assert_eq!(graph.files, ModuleGraph::new(seed).files);
        assert_eq!(graph.files, ModuleGraph::files_of(&graph.text()));
        for feature in graph.features {
            *features.entry(feature).or_default() += 1;
        }
    }
    println!("{features:?}");
    let rare = Feature::ALL
        .iter()
        .filter(|feature| features.get(feature).is_none_or(|count| *count < 20));
    assert_eq!(rare.collect::<Vec<_>>(), [&Feature::Use; 0]);
}

/// The result of one comparison.
enum Compared {
    /// Both accept the graph, with that many equivalent scripts.
    Accepted(usize),
    /// Both reject it.
    Rejected,
    Listed(Difference),
    Unlisted(Found),
}

#[derive(Default)]
struct Tally {
    accepted: usize,
    rejected: usize,
    scripts: usize,
    differences: BTreeMap<Difference, usize>,
    features: BTreeMap<Feature, usize>,
    /// Seeds with differences that are not listed.
    unlisted: Vec<(u64, Found)>,
}

impl Tally {
    fn add(&mut self, graph: &ModuleGraph, compared: Compared) {
        for feature in &graph.features {
            *self.features.entry(*feature).or_default() += 1;
        }
        match compared {
            Compared::Accepted(scripts) => {
                self.accepted += 1;
                self.scripts += scripts;
            }
            Compared::Rejected => self.rejected += 1,
            Compared::Listed(difference) => *self.differences.entry(difference).or_default() += 1,
            Compared::Unlisted(found) => self.unlisted.push((graph.seed, found)),
        }
    }

    fn listed(&self) -> u64 {
        self.differences.values().sum::<usize>() as u64
    }

    fn print(&self) {
        println!(
            "{} graphs are accepted by both compilers, with {} equivalent scripts; {} are rejected by both; listed differences: {:?}; \
             {} unlisted differences",
            self.accepted,
            self.scripts,
            self.rejected,
            self.differences,
            self.unlisted.len()
        );
        println!("features: {:?}", self.features);
    }
}

fn compare(graph: &ModuleGraph, compiler: &mut OfficialCompiler) -> Compared {
    let name = (graph.seed < GRAPHS).then(|| format!("graphs/{}.json", graph.seed));
    let (ours, theirs) = (our_compilation(&graph.files), published(&graph.files, name, compiler));
    match difference(&ours, &theirs) {
        None if ours.has_errors() => Compared::Rejected,
        None => Compared::Accepted(ours.functions.len()),
        Some(found) => match listed(graph, &ours, &theirs, &found) {
            Some(difference) => Compared::Listed(difference),
            None => Compared::Unlisted(found),
        },
    }
}

/// How the results of the compilers differ.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    OnlyWeAccept,
    OnlyTheyAccept,
    /// The script of this function.
    Script(String),
}

fn difference(ours: &Compilation, theirs: &Compiled) -> Option<Found> {
    match (ours.has_errors(), theirs.errors.is_empty()) {
        (true, true) => Some(Found::OnlyTheyAccept),
        (true, false) => None,
        (false, false) => Some(Found::OnlyWeAccept),
        (false, true) => {
            // The published compiler also exports what imported modules export, and one of the names of a function that is
            // exported under several names.
            let theirs: BTreeMap<&str, Option<String>> = theirs
                .functions
                .iter()
                .map(|(name, air)| (&name[..], aqua_air::parse(air).ok().map(|script| normal_form(&script))))
                .collect();
            let differs = ours.functions.iter().find(|function| {
                let own = Some(normal_form(&function.script));
                match theirs.get(function.name.as_str()) {
                    Some(theirs) => *theirs != own,
                    None => !theirs.values().any(|theirs| *theirs == own),
                }
            });
            differs.map(|function| Found::Script(function.name.to_string()))
        }
    }
}

/// The listed difference that explains what was found.
fn listed(graph: &ModuleGraph, ours: &Compilation, theirs: &Compiled, found: &Found) -> Option<Difference> {
    let mut errors = ours.diagnostics.iter().filter(|message| message.is_error());
    let is_export =
        |message: &Diagnostic| message.code == codes::ALREADY_DEFINED && message.message.ends_with("is exported twice");
    let is_like_open_files = || difference(&our_compilation(&graph.open_files), theirs).is_none();
    match found {
        Found::OnlyTheyAccept if errors.all(is_export) => Some(Difference::TwoMeaningsOfAnExport),
        Found::OnlyWeAccept if graph.features.contains(&Feature::QualifierTwice) => {
            Some(Difference::OneQualifierForTwoModules)
        }
        Found::OnlyWeAccept if theirs.errors.iter().any(|error| error.starts_with(CRASH)) => {
            Some(Difference::InternalError)
        }
        Found::Script(name) if imported_modules_export(graph, name) => Some(Difference::ExportsOfImports),
        _ if is_like_open_files() => Some(Difference::HiddenImports),
        _ => None,
    }
}

/// Whether a module other than the entry exports a function under this name.
fn imported_modules_export(graph: &ModuleGraph, name: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let exports = |line: &str| line.starts_with("export ") && line.split(|it| !is_part(it)).any(|word| word == name);
    let others = graph.files.iter().filter(|(file, _)| *file != ModuleGraph::ENTRY);
    others.flat_map(|(_, text)| text.lines()).any(exports)
}

/// Describes the differences; the first ones completely.
fn reports(unlisted: &[(u64, Found)]) -> String {
    let mut compiler = OfficialCompiler::start().expect("it started before");
    let first = unlisted.iter().take(REPORTS);
    let reports = first.map(|(seed, found)| report(&ModuleGraph::new(*seed), found, &mut compiler));
    let reports: Vec<String> = reports.collect();
    format!("not listed: {unlisted:?}\n{}", reports.join("\n"))
}

/// Describes a difference with a graph that is reduced as far as it has this difference.
fn report(graph: &ModuleGraph, found: &Found, compiler: &mut OfficialCompiler) -> String {
    let small = smaller(&graph.text(), &mut |text| {
        let files = ModuleGraph::files_of(text);
        if !files.contains_key(ModuleGraph::ENTRY) {
            return false;
        }
        let theirs = published(&files, None, compiler);
        // Removing lines must not change the reason: the published compiler requires empty lines between declarations.
        let is_syntax_error = theirs.errors.iter().any(|error| error.contains("Syntax error"));
        !is_syntax_error && difference(&our_compilation(&files), &theirs).as_ref() == Some(found)
    });
    let files = ModuleGraph::files_of(&small);
    let (ours, theirs) = (our_compilation(&files), published(&files, None, compiler));
    let script = |name: &str| {
        let ours = ours.functions.iter().find(|function| function.name == name);
        ours.map(|function| aqua_air::print(&function.script))
    };
    let (ours_shown, theirs_shown) = match found {
        Found::Script(name) => (
            script(name).unwrap_or_default(),
            theirs.functions.get(name).cloned().unwrap_or_default(),
        ),
        _ => (
            aqua_render::terminal(&ours.sources, &ours.diagnostics, aqua_render::Colour::Off),
            theirs.errors.join("\n"),
        ),
    };
    format!(
        "AQUA_SEED={} AQUA_PROGRAMS=1: {found:?}, {:?}\n{small}--- ours\n{ours_shown}\n--- published\n{theirs_shown}\n",
        graph.seed, graph.features
    )
}

fn our_compilation(files: &BTreeMap<String, String>) -> Compilation {
    let loader = files
        .iter()
        .fold(InMemory::new(), |loader, (path, text)| loader.with(path, text.as_str()));
    compile(&loader, ModuleGraph::ENTRY, &Options::default())
}

fn published(files: &BTreeMap<String, String>, name: Option<String>, compiler: &mut OfficialCompiler) -> Compiled {
    let request = json!({"files": files, "entry": ModuleGraph::ENTRY});
    match name {
        Some(name) => compiler.compile_once(&name, &request),
        None => compiler.compile(&request),
    }
}
