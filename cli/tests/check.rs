//! `aqua check`: messages, exit codes, manifests.

use crate::transcript::Folder;

const GOOD: &str = "aqua Good\n\nexport twice\n\nfunc twice(n: u32) -> u32:\n    <- n * 2\n";
const WRONG: &str = "aqua Wrong\n\nexport twice\n\nfunc twice(n: u32) -> u32:\n    <- m * 2\n";

#[test]
fn quiet_prints_nothing_for_a_valid_program() {
    insta::assert_snapshot!(Folder::new(&[("main.aqua", GOOD)]).run(&["check", "-q"]), @r"
    $ aqua check -q
    exit 0
    ");
}

#[test]
fn the_number_of_programs_is_printed() {
    let output = Folder::new(&[("a.aqua", GOOD), ("b/c.aqua", GOOD)]).output(&["check"]);
    let message = String::from_utf8(output.stderr).expect("text");
    assert!(
        message.starts_with("checked 2 programs in ") && message.ends_with(" ms\n"),
        "{message}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn errors_exit_with_3() {
    insta::assert_snapshot!(Folder::new(&[("main.aqua", WRONG)]).run(&["check", "-q", "main.aqua"]));
}

#[test]
fn a_shared_module_is_reported_once() {
    let importer = "aqua A\n\nimport \"lib.aqua\"\n";
    let lib = "aqua Lib declares *\n\nfunc half(n: u32) -> u32:\n    <- m\n";
    let folder = Folder::new(&[("a.aqua", importer), ("b.aqua", importer), ("lib.aqua", lib)]);
    let output = folder.output(&["check", "--json"]);
    let lines = String::from_utf8(output.stdout).expect("text");
    assert_eq!(lines.matches("\"kind\":\"diagnostic\"").count(), 1, "{lines}");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn errors_in_the_manifest_are_reported() {
    let manifest = "[package]\nname = \"p\"\nmian = \"main.aqua\"\n";
    insta::assert_snapshot!(Folder::new(&[("main.aqua", GOOD), ("aqua.toml", manifest)]).run(&["check", "-q"]));
}

#[test]
fn a_missing_file_exits_with_1() {
    insta::assert_snapshot!(Folder::new(&[]).run(&["check", "nowhere.aqua"]), @r"
    $ aqua check nowhere.aqua
    err| error: can't read nowhere.aqua: No such file or directory (os error 2)
    exit 1
    ");
}

#[test]
fn an_unresolved_import_lists_the_candidates() {
    let program = "aqua M\n\nimport \"lib/far.aqua\"\nimport \"std/kadmelia.aqua\"\n";
    let arguments = ["check", "-q", "main.aqua", "--import", "vendor"];
    let folder = Folder::new(&[("main.aqua", program), ("vendor/near.aqua", GOOD)]);
    insta::assert_snapshot!(folder.run(&arguments));
}

#[test]
fn files_in_other_encodings_are_recognised() {
    let main = "aqua M\n\nimport \"latin.aqua\"\nimport \"utf16.aqua\"\nimport \"utf16be.aqua\"\n";
    let folder = Folder::new(&[("main.aqua", main)]);
    let utf16: Vec<u8> = "\u{feff}aqua Wide\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let big_endian: Vec<u8> = "aqua Wide\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let files: [(&str, &[u8]); 3] = [
        ("latin.aqua", b"aqua Latin\n\n-- caf\xe9 \xe0 la carte\n"),
        ("utf16.aqua", &utf16),
        ("utf16be.aqua", &big_endian),
    ];
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).expect("a new file");
    }
    let runs = [
        folder.run(&["check", "-q", "main.aqua"]),
        folder.run(&["check", "-q", "latin.aqua"]),
    ];
    insta::assert_snapshot!(runs.join("\n"));
}

#[cfg(unix)]
#[test]
fn special_files_are_skipped() {
    let folder = Folder::new(&[("src/main.aqua", GOOD)]);
    let pipe = folder.path().join("src/pipe.aqua");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("src/zero.aqua")).expect("a link");
    let runs = [
        folder.run(&["check", "-q", "src"]),
        folder.run(&["check", "-q", "src/pipe.aqua"]),
    ];
    insta::assert_snapshot!(runs.join("\n"));
}

#[test]
fn an_import_folder_must_exist() {
    insta::assert_snapshot!(Folder::new(&[("main.aqua", GOOD)]).run(&["check", "--import", "vendor", "main.aqua"]));
}

#[test]
fn generated_imports_of_the_fluence_cli_are_explained() {
    let main = "aqua M\n\nimport \"deals.aqua\"\n";
    let generated = "aqua Deals declares *\n\nconst DEAL = \"\"\n";
    let folder =
        |files: &[(&str, &str)]| Folder::new(&[&[("src/main.aqua", main), ("fluence.yaml", "")], files].concat());
    let before = folder(&[]).run(&["check", "-q", "src/main.aqua"]);
    let after = folder(&[(".fluence/aqua/deals.aqua", generated)]).run(&["check", "-q", "src/main.aqua"]);
    insta::assert_snapshot!([before, after].join("\n"));
}

#[test]
fn errors_of_lowering_are_reported() {
    let program = "aqua Main\n\nexport most\n\nfunc most() -> u64:\n    <- 18446744073709551615\n";
    insta::assert_snapshot!(Folder::new(&[("main.aqua", program)]).run(&["check", "-q", "main.aqua"]));
}

/// The wrong examples of all pages about lowering.
#[test]
fn what_compile_refuses_is_reported() {
    for code in ["E4001", "E4002", "E4003", "E4004"] {
        let page = aqua_render::explain(code).expect("a page");
        let (_, example) = page.split_once("```aqua\n").expect("an example");
        let (program, _) = example.split_once("```").expect("its end");
        let folder = Folder::new(&[("main.aqua", program)]);
        let checked = folder.output(&["check", "-q", "main.aqua"]);
        let compiled = folder.output(&["compile", "-q", "main.aqua", "-o", "out"]);
        let message = String::from_utf8_lossy(&checked.stderr);
        assert!(message.contains(code), "{message}");
        assert_eq!(message, String::from_utf8_lossy(&compiled.stderr));
        assert_eq!((checked.status.code(), compiled.status.code()), (Some(3), Some(3)));
    }
}
