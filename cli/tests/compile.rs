//! `aqua compile`: what is written, and when nothing is.

use crate::transcript::Folder;

const PROGRAM: &str = "\
aqua M

export hello, bye

const WHO ?= \"you\"

func hello() -> string:
    <- WHO

func bye() -> string:
    <- \"bye\"
";

fn names(folder: &Folder, below: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path().join(below)).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn each_exported_function_becomes_a_file() {
    let folder = Folder::new(&[("main.aqua", PROGRAM)]);
    let output = folder.output(&["compile", "main.aqua", "-o", "out"]);
    assert!(output.status.success() && output.stdout.is_empty());
    assert_eq!(names(&folder, "out"), ["bye.air", "hello.air"]);
    let air = std::fs::read_to_string(folder.path().join("out/hello.air")).expect("text");
    aqua_air::read(&air).expect("AIR");
    assert!(air.contains("\"you\""), "{air}");
}

#[test]
fn an_entry_is_written_alone() {
    let folder = Folder::new(&[("main.aqua", PROGRAM)]);
    assert!(
        folder
            .output(&["compile", "main.aqua", "-o", "out", "--entry", "bye", "--air"])
            .status
            .success()
    );
    assert_eq!(names(&folder, "out"), ["bye.air"]);
}

#[test]
fn an_unknown_entry_is_told() {
    let folder = Folder::new(&[("main.aqua", PROGRAM)]);
    insta::assert_snapshot!(folder.run(&["compile", "main.aqua", "--entry", "helo"]));
    assert_eq!(names(&folder, "."), ["main.aqua"]);
}

#[test]
fn bytecode_decodes() {
    let folder = Folder::new(&[("main.aqua", PROGRAM)]);
    assert!(
        folder
            .output(&["compile", "main.aqua", "--target", "bytecode"])
            .status
            .success()
    );
    let bytes = std::fs::read(folder.path().join("hello.airb")).expect("a file");
    aqua_air::Bytecode::decode(&bytes).expect("bytecode");
}

#[test]
fn constants_are_given_from_outside() {
    let folder = Folder::new(&[("main.aqua", PROGRAM)]);
    assert!(
        folder
            .output(&["compile", "main.aqua", "--const", "WHO = \"me\""])
            .status
            .success()
    );
    let air = std::fs::read_to_string(folder.path().join("hello.air")).expect("text");
    assert!(air.contains("\"me\"") && !air.contains("\"you\""), "{air}");
}

#[test]
fn a_constant_that_is_none_is_wrong_usage() {
    let folder = Folder::new(&[("main.aqua", PROGRAM)]);
    insta::assert_snapshot!(folder.run(&["compile", "main.aqua", "--const", "who = me"]));
}

#[test]
fn a_wrong_program_writes_nothing() {
    let wrong = PROGRAM.replace("<- WHO", "<- WHOM");
    let folder = Folder::new(&[("main.aqua", &wrong)]);
    insta::assert_snapshot!(folder.run(&["compile", "main.aqua", "-o", "out"]));
    assert_eq!(names(&folder, "."), ["main.aqua"]);
}

#[test]
fn without_exports_nothing_is_written_and_that_is_told() {
    let folder = Folder::new(&[("main.aqua", "aqua M\n\nfunc hello() -> string:\n    <- \"hi\"\n")]);
    insta::assert_snapshot!(folder.run(&["compile", "main.aqua"]));
}

#[test]
fn a_folder_means_its_main_file() {
    let manifest = "[package]\nname = \"p\"\nmain = \"main.aqua\"\n[build]\nconsts = { WHO = \"all\" }\n";
    let folder = Folder::new(&[("p/main.aqua", PROGRAM), ("p/aqua.toml", manifest)]);
    let output = folder.output(&["compile", "p", "--json", "--entry", "hello"]);
    let line = String::from_utf8(output.stdout).expect("text");
    let object: serde_json::Value = serde_json::from_str(&line).expect("one object");
    assert_eq!(
        (&object["kind"], &object["function"]),
        (&"artifact".into(), &"hello".into())
    );
    assert!(std::fs::read_to_string(folder.path().join("hello.air")).is_ok_and(|air| air.contains("\"all\"")));
}
