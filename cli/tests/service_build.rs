//! `aqua service new` and `aqua service build`, with the tools of each language.

use crate::transcript::Folder;
use aqua_tests::{foreign, tree};
use std::ffi::OsString;
use std::path::Path;

/// What tools print about their progress is not compared.
const QUIET: (&str, &str) = ("CARGO_TERM_QUIET", "true");

/// The variables for tools, if there are all of them.
fn tools(test: &str) -> Option<Vec<(&'static str, OsString)>> {
    let mut variables = match foreign::service_tools() {
        Ok(variables) => variables,
        Err(reason) => {
            foreign::skip(test, &reason);
            return None;
        }
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("services");
    variables.extend([(QUIET.0, QUIET.1.into()), ("CARGO_TARGET_DIR", folder.into_os_string())]);
    Some(variables)
}

#[test]
fn new_services_are_built_and_called() {
    let Some(variables) = tools("new_services_are_built_and_called") else {
        return;
    };
    let folder = Folder::new(&[]);
    let mut transcript = String::new();
    for language in ["rust", "python", "js"] {
        let name = format!("my-{language}");
        let wasm = format!("{name}/{name}.wasm");
        transcript += &folder.run(&["service", "new", &name, "--lang", language]);
        let built = folder.run_with_variables(&["service", "build", &name], &variables);
        assert!(
            built.contains(&format!("{wasm}: a component, ")) && built.contains(" bytes, 1 function\n"),
            "{built}"
        );
        for argument in ["Ada", "\"\""] {
            transcript += &folder.run(&["service", "call", &wasm, "greet", argument, "--artefacts", "code"]);
        }
        transcript += &folder.run(&["service", "interface", &wasm]);
    }
    insta::assert_snapshot!("new", transcript);
}

/// The example of a service in four languages, of which the program calls each one on another peer.
#[test]
fn a_service_in_four_languages_gives_equal_results() {
    let Some(variables) = tools("a_service_in_four_languages_gives_equal_results") else {
        return;
    };
    let folder = Folder::new(&[]);
    let example = tree::at("examples/word-counter");
    for file in [
        "aqua.toml",
        "main.aqua",
        "wit/word-counter.wit",
        "rust/Cargo.toml",
        "rust/Cargo.lock",
        "rust/src/lib.rs",
        "python/app.py",
        "js/app.js",
        "marine/word-counter.wasm",
    ] {
        let target = folder.path().join(file);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("a new folder");
        std::fs::copy(example.join(file), target).expect("a file of the example");
    }
    for language in ["rust", "python", "js"] {
        let built = folder.run_with_variables(&["service", "build", language, "--wit", "wit"], &variables);
        assert!(built.ends_with("3 functions\nexit 0\n"), "{built}");
    }
    let transcript = folder.run(&["run", ".", "--artefacts", "code"]);
    let lines: Vec<_> = transcript.lines().collect();
    let [_, answers, "exit 0"] = lines[..] else {
        panic!("{transcript}");
    };
    let answers = answers.strip_prefix("out| ").expect("a result");
    let mut answers: Vec<serde_json::Value> = serde_json::from_str(answers).expect("a list");
    let languages: Vec<_> = answers.iter_mut().map(|answer| answer["language"].take()).collect();
    assert_eq!(languages, ["Rust", "Python", "JavaScript", "Marine"]);
    for answer in &answers {
        assert_eq!(
            answer,
            &serde_json::json!({
                "language": null,
                "total": 5,
                "top": [{"word": "the", "times": 2}, {"word": "and", "times": 1}],
                "found": {"word": "the", "times": 2},
                "refused": true,
            })
        );
    }
}

#[test]
fn mistakes_are_explained() {
    let folder = Folder::new(&[
        ("marine/Cargo.toml", "[package]\nname = \"plain\"\n"),
        ("python/app.py", ""),
    ]);
    let lines: [&[&str]; 6] = [
        &["service", "new", "My"],
        &["service", "new", "python"],
        &["service", "new", "a", "--lang", "go"],
        &["service", "build"],
        &["service", "build", "missing"],
        &["service", "build", "python"],
    ];
    let transcripts: Vec<_> = lines.iter().map(|line| folder.run(line)).collect();
    insta::assert_snapshot!("mistakes", transcripts.join("\n"));
}
