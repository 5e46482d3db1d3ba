//! `aqua compile`: output files and errors.

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
    aqua_air::parse(&air).expect("AIR");
    assert!(air.contains("\"you\""), "{air}");
}

#[test]
fn only_the_entry_is_written() {
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
fn an_unknown_entry_is_reported() {
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
fn constants_are_overridden() {
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
fn an_invalid_constant_exits_with_2() {
    let folder = Folder::new(&[("main.aqua", PROGRAM)]);
    insta::assert_snapshot!(folder.run(&["compile", "main.aqua", "--const", "who = me"]));
    let run = |constant| folder.output(&["run", "main.aqua", "hello", "--const", constant]);
    assert!(!String::from_utf8_lossy(&run("OTHER = me").stderr).contains("W6001"));
}

#[test]
fn an_unused_constant_is_reported() {
    let other = PROGRAM.replace("WHO", "WHOM");
    let folder = Folder::new(&[("main.aqua", PROGRAM), ("all/a.aqua", PROGRAM), ("all/b.aqua", &other)]);
    insta::assert_snapshot!(folder.run(&["compile", "main.aqua", "--const", "WOH = \"me\"", "-o", "out"]));
    // It is enough that one of several programs uses it.
    let output = folder.output(&["compile", "all", "--const", "WHOM = \"me\"", "-o", "out", "--quiet"]);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn a_program_with_errors_writes_nothing() {
    let wrong = PROGRAM.replace("<- WHO", "<- WHOM");
    let folder = Folder::new(&[("main.aqua", &wrong)]);
    insta::assert_snapshot!(folder.run(&["compile", "main.aqua", "-o", "out"]));
    assert_eq!(names(&folder, "."), ["main.aqua"]);
}

#[test]
fn without_exports_nothing_is_written() {
    let folder = Folder::new(&[("main.aqua", "aqua M\n\nfunc hello() -> string:\n    <- \"hi\"\n")]);
    insta::assert_snapshot!(folder.run(&["compile", "main.aqua"]));
}

#[test]
fn a_folder_selects_its_main_file() {
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

#[test]
fn bindings_are_one_file_per_program() {
    let folder = Folder::new(&[("main.aqua", PROGRAM)]);
    for target in ["ts", "js", "rust", "json"] {
        let output = folder.output(&["compile", "main.aqua", "-o", "out", "--target", target]);
        assert!(output.status.success(), "{target}");
    }
    assert_eq!(
        names(&folder, "out"),
        ["main.d.ts", "main.js", "main.json", "main.rs", "main.ts"]
    );
    let json = std::fs::read(folder.path().join("out/main.json")).expect("a file");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(json["functions"]["bye"]["funcDef"]["functionName"], "bye");
}

#[test]
fn a_source_map_is_written_beside_its_script() {
    let folder = Folder::new(&[("main.aqua", PROGRAM)]);
    let output = folder.output(&["compile", "main.aqua", "--entry", "bye", "--source-map"]);
    assert!(output.status.success());
    assert_eq!(names(&folder, "."), ["bye.air", "bye.air.map", "main.aqua"]);
    let map = std::fs::read(folder.path().join("bye.air.map")).expect("a file");
    let map: serde_json::Value = serde_json::from_slice(&map).expect("JSON");
    assert_eq!(map["sources"], serde_json::json!(["main.aqua"]));
}

#[test]
fn output_folders_mirror_source_folders() {
    let lib = "aqua Lib declares *\n\nfunc half(n: u32) -> u32:\n    <- n\n";
    let files = [("p/a.aqua", PROGRAM), ("p/deep/b.aqua", PROGRAM), ("p/lib.aqua", lib)];
    let folder = Folder::new(&files);
    assert!(
        folder
            .output(&["compile", "p", "-o", "ts", "--target", "ts"])
            .status
            .success()
    );
    assert_eq!(names(&folder, "ts"), ["a.ts", "deep"]);
    assert!(folder.output(&["compile", "p", "-o", "air"]).status.success());
    assert_eq!(names(&folder, "air/deep/b"), ["bye.air", "hello.air"]);
}

#[test]
fn compiler_options_take_effect() {
    let program =
        "aqua M\n\nexport f\n\nservice S(\"s\"):\n    g()\n\nfunc f(peer: string):\n    on peer:\n        S.g()\n";
    let folder = Folder::new(&[("main.aqua", program)]);
    let air = |options: &[&str]| {
        let output = folder.output(&[&["compile", "main.aqua"], options].concat());
        assert!(output.status.success(), "{options:?}");
        std::fs::read_to_string(folder.path().join("f.air")).expect("text")
    };
    assert!(air(&[]).contains("-relay-") && !air(&["--no-relay"]).contains("-relay-"));
    assert!(air(&[]).contains("(fail :error:)") && !air(&["--no-xor"]).contains("(fail :error:)"));
    assert!(!air(&[]).contains("response") && air(&["--empty-response"]).contains("response"));
    assert!(!air(&[]).contains("tracingSrv") && air(&["--tracing"]).contains("tracingSrv"));
}

#[test]
fn an_imports_map_selects_package_folders() {
    let main = "aqua M\n\nimport half from \"@x/lib.aqua\"\n\nexport half\n";
    let lib = "aqua Lib declares half\n\nfunc half(n: u32) -> u32:\n    <- n\n";
    let files = [
        ("main.aqua", main),
        ("vendor/lib.aqua", lib),
        ("map.json", r#"{"/": {"@x/": "vendor"}}"#),
    ];
    let folder = Folder::new(&files);
    assert!(
        folder
            .output(&["compile", "main.aqua", "--imports-map", "map.json"])
            .status
            .success()
    );
    assert!(names(&folder, ".").contains(&"half.air".to_owned()));
    let wrong = Folder::new(&[("main.aqua", main), ("map.json", "3")]);
    insta::assert_snapshot!(wrong.run(&["compile", "main.aqua", "--imports-map", "map.json"]));
}
