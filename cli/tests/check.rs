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
    insta::assert_snapshot!(Folder::new(&[("main.aqua", program)]).run(&arguments));
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
