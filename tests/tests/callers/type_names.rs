//! The types that TypeScript modules export: those of all vectors pass `tsc --strict`, and the types of arguments and results have
//! the names that the published compiler gives them.

use super::{PROGRAM, module_folder, typescript};
use crate::published_compiler::vectors::{VectorOptions, lowering_vectors, module_vectors};
use aqua_compiler::{InMemory, Options, callers, compile};
use aqua_tests::foreign;
use aqua_tests::official_compiler::{GeneratedModule, OfficialCompiler};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// A program whose callers are generated.
struct Program {
    name: String,
    files: BTreeMap<String, String>,
    entry: String,
    loader: InMemory,
    options: VectorOptions,
}

/// A vector that only the published compiler accepts: it contains a number that peers reject.
const REJECTED: &str = "literals";

/// All vectors with exported functions that both compilers accept, and the program of the other tests.
fn programs() -> Vec<Program> {
    let single = |name: String, source: String, options: VectorOptions| Program {
        name,
        loader: InMemory::new().with("main.aqua", source.as_str()),
        files: BTreeMap::from([("main.aqua".to_owned(), source)]),
        entry: "main.aqua".to_owned(),
        options,
    };
    let lowering = lowering_vectors().into_iter();
    let lowering = lowering.filter(|vector| vector.accepted && !vector.functions.is_empty() && vector.name != REJECTED);
    let modules = module_vectors().into_iter();
    let modules = modules.filter(|vector| vector.accepted && !vector.functions.is_empty());
    lowering
        .map(|vector| single(vector.name, vector.source, vector.options))
        .chain(modules.map(|vector| Program {
            loader: vector.loader(),
            name: vector.name,
            files: vector.files,
            entry: vector.entry,
            options: vector.options,
        }))
        .chain([single("callers".into(), PROGRAM.into(), VectorOptions::default())])
        .collect()
}

/// The TypeScript module of a program.
fn generated(program: &Program) -> String {
    let options = Options {
        relay: !program.options.no_relay,
        ..Options::default()
    };
    let compilation = compile(&program.loader, &program.entry, &options);
    assert!(
        !compilation.has_errors(),
        "{}: {:?}",
        program.name,
        compilation.diagnostics
    );
    callers::typescript(&compilation, &program.entry)
}

/// The names of the exported types of arguments and results: `export type Name`, and interfaces if `with_interfaces`.
fn type_names(module: &str, with_interfaces: bool) -> BTreeSet<&str> {
    let declared = |line| {
        let rest = str::strip_prefix(line, "export type ");
        let interface = || str::strip_prefix(line, "export interface ").filter(|_| with_interfaces);
        rest.or_else(interface)?.split([' ', '=', '<']).next()
    };
    module.lines().filter_map(|line| declared(line.trim_start())).collect()
}

/// The names of the exported functions.
fn functions(module: &str) -> BTreeSet<&str> {
    let named = |line| str::strip_prefix(line, "export function ")?.split('(').next();
    module.lines().filter_map(|line| named(line.trim_start())).collect()
}

/// A name with its first letter in upper case.
fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn typescript_of_all_vectors_is_strict() {
    let client = match foreign::js_client() {
        Ok(client) => client,
        Err(reason) => return foreign::skip("typescript_of_all_vectors_is_strict", reason),
    };
    let modules: Vec<(String, String)> = programs()
        .iter()
        .enumerate()
        .map(|(number, program)| (format!("p{number}.ts"), generated(program)))
        .collect();
    let files: Vec<(&str, &str)> = modules.iter().map(|(name, text)| (&name[..], &text[..])).collect();
    let folder = module_folder(client, &files);
    let names = files.iter().map(|(name, _)| *name);
    typescript(
        folder.path(),
        &["--strict", "--noEmit"].into_iter().chain(names).collect::<Vec<_>>(),
    );
    println!("{} modules pass `tsc --strict`", files.len());
    assert!(files.len() >= 150, "{}", files.len());
}

#[test]
fn names_of_types_are_those_of_the_published_compiler() {
    let mut published = match OfficialCompiler::start() {
        Ok(published) => published,
        Err(reason) => return foreign::skip("names_of_types_are_those_of_the_published_compiler", &reason),
    };
    let (mut compared, mut names) = (0, 0);
    for program in programs() {
        let request = json!({
            "files": program.files,
            "entry": program.entry,
            "imports": {".": {"": ["lib"], "@x/": ["lib/@x"]}},
            "options": {"targetType": "ts", "noRelay": program.options.no_relay},
        });
        let compiled = published.compile_once(&format!("callers/{}.json", program.name), &request);
        let ours = generated(&program);
        // The published compiler also generates modules for the exports of imported modules.
        let is_entry = |module: &&GeneratedModule| !functions(&module.typescript).is_disjoint(&functions(&ours));
        let theirs = compiled.generated.iter().filter(is_entry);
        let theirs: String = theirs.map(|module| module.typescript.as_str()).collect();
        assert!(!theirs.is_empty(), "{}: {:?}", program.name, compiled.errors);
        // They also contain the exports of imported modules.
        let own: Vec<String> = functions(&ours).into_iter().map(capitalised).collect();
        let is_own = |name: &&str| {
            let of_function = |function: &String| name.strip_prefix(function.as_str());
            let mut rests = own.iter().filter_map(of_function);
            rests.any(|rest| rest == "Result" || rest.starts_with("Arg"))
        };
        let expected: BTreeSet<&str> = type_names(&theirs, false).into_iter().filter(is_own).collect();
        // A structure may have the name itself.
        let missing: Vec<_> = expected.difference(&type_names(&ours, true)).copied().collect();
        let more: Vec<_> = type_names(&ours, false).difference(&expected).copied().collect();
        assert!(
            missing.is_empty() && more.is_empty(),
            "{}: missing {missing:?}, more {more:?}\nours:\n{ours}\ntheirs:\n{theirs}",
            program.name
        );
        compared += 1;
        names += expected.len();
    }
    println!("{names} names of types in {compared} programs are equal");
    assert!(compared >= 150 && names >= 20, "{names} names in {compared} programs");
}
