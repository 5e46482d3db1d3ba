//! `aqua service new` and `aqua service build`, with the tools of each language.

use crate::transcript::Folder;
use aqua_tests::{foreign, tree};
use serde_json::json;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

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
        if language == "rust" {
            // It asks its peer for nothing, so it imports nothing.
            transcript += &inspected(&folder, &wasm);
        }
    }
    insta::assert_snapshot!("new", transcript);
}

/// What a component uses. Its size depends on the compiler.
fn inspected(folder: &Folder, wasm: &str) -> String {
    let size = fs::metadata(folder.path().join(wasm)).map_or(0, |metadata| metadata.len());
    let transcript = folder.run(&["service", "inspect", wasm]);
    transcript.replace(&format!(" {size} bytes"), " [size] bytes")
}

/// The crate beside a new service in Rust is that of this repository, without its tests.
#[test]
fn new_services_in_rust_have_the_whole_crate() {
    let folder = Folder::new(&[]);
    folder.run(&["service", "new", "counter"]);
    let (source, copy) = (tree::at("guest"), folder.path().join("counter/aqua-guest"));
    let is_needed = |path: &PathBuf| {
        let is_other = ["tests", "target", "README.md", "Cargo.lock", ".gitignore"];
        !is_other.iter().any(|other| path.starts_with(other))
    };
    let files: Vec<_> = files(&source, Path::new("")).into_iter().filter(is_needed).collect();
    assert_eq!(self::files(&copy, Path::new("")), files);
    for file in files {
        let text = |folder: &Path| fs::read_to_string(folder.join(&file)).expect("a text");
        assert_eq!(text(&copy), text(&source), "{}", file.display());
    }
}

/// The files below a folder, sorted.
fn files(root: &Path, below: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root.join(below)).expect("a folder").flatten();
    let mut found = Vec::new();
    for entry in entries {
        let path = below.join(entry.file_name());
        match entry.path().is_dir() {
            true => found.extend(files(root, &path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

/// The service of the tests of `aqua-guest`, as a component.
#[test]
fn every_type_of_rust_is_passed_and_returned() {
    let Some(variables) = tools("every_type_of_rust_is_passed_and_returned") else {
        return;
    };
    let folder = Folder::new(&[]);
    let source = tree::at("guest/tests/every-type");
    let source = source.to_string_lossy();
    let built = folder.run_with_variables(&["service", "build", &source, "-o", "every-type.wasm"], &variables);
    assert!(built.ends_with("11 functions\nexit 0\n"), "{built}");
    let mut transcript = folder.run(&["service", "interface", "every-type.wasm"]);
    transcript += &inspected(&folder, "every-type.wasm");
    let parameters = json!({
        "particle": {"id": "p", "init_peer_id": "Ada", "token": "t"},
        "service_id": "s",
        "tetraplets": [[], [{"service_id": "peer", "function_name": "identify"}]],
    });
    let parameters = &*parameters.to_string();
    let simple = json!({
        "truth": true,
        "small": [u8::MAX, i8::MIN],
        "medium": [u16::MAX, i16::MIN],
        "large": [u32::MAX, i32::MIN],
        "huge": [u64::MAX, i64::MIN],
        "fraction": [0.5, -0.25],
        "letter": "ж",
        "type": "мир",
    });
    // The value of a case is an option, which is a list.
    let shapes = json!([
        {"tag": "point"},
        {"tag": "circle", "circle": [0.5]},
        {"tag": "rectangle", "rectangle": [[1, 2]]},
        {"tag": "coloured", "coloured": [["dark_blue", ["a", "b"]]]},
        {"tag": "group", "group": [[simple]]},
    ]);
    let calls: [&[&str]; 12] = [
        &["starts"],
        &["echo", &simple.to_string()],
        &["shapes", &shapes.to_string()],
        &["list", "\"red\"", "7"],
        &["list", "null", "null"],
        &["digit", "7"],
        &["digit", "0"],
        &["digit", "10"],
        &["check", "false"],
        &["caller", "1", "two", "--params", parameters],
        &["folder", "--params", parameters],
        &["run", "curl"],
    ];
    for call in calls {
        let line = [&["service", "call", "--artefacts", "code", "every-type.wasm"], call].concat();
        transcript += &folder.run(&line);
    }
    insta::assert_snapshot!("every_type", transcript);
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
        "marine/Cargo.toml",
        "marine/Cargo.lock",
        "marine/src/main.rs",
    ] {
        let target = folder.path().join(file);
        fs::create_dir_all(target.parent().expect("a folder")).expect("a new folder");
        fs::copy(example.join(file), target).expect("a file of the example");
    }
    let manifest = folder.path().join("rust/Cargo.toml");
    let text = fs::read_to_string(&manifest).expect("a manifest");
    let text = text.replace("\"../../../guest\"", &format!("'{}'", tree::at("guest").display()));
    fs::write(manifest, text).expect("a manifest");
    for language in ["rust", "python", "js", "marine"] {
        let wit: &[&str] = if language == "marine" { &[] } else { &["--wit", "wit"] };
        let built = folder.run_with_variables(&[&["service", "build", language], wit].concat(), &variables);
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
            &json!({
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
