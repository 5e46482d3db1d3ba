//! The help pages and wrong usage.

use crate::transcript::Folder;

fn runs(lines: &[&[&str]]) -> String {
    let folder = Folder::new(&[]);
    lines
        .iter()
        .map(|arguments| folder.run(arguments))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_front_page() {
    insta::assert_snapshot!(runs(&[&["--help"]]));
}

#[test]
fn each_command() {
    for command in ["run", "check", "compile", "explain"] {
        insta::assert_snapshot!(command, runs(&[&[command, "--help"]]));
    }
    for command in ["fmt", "check", "show", "graph", "run", "asm", "disasm", "serve"] {
        insta::assert_snapshot!(format!("air_{command}"), runs(&[&["air", command, "--help"]]));
    }
    for command in ["show", "verify", "diff"] {
        insta::assert_snapshot!(format!("data_{command}"), runs(&[&["data", command, "--help"]]));
    }
    insta::assert_snapshot!("data", runs(&[&["data", "--help"]]));
    insta::assert_snapshot!("air", runs(&[&["air", "--help"]]));
    insta::assert_snapshot!("node_run", runs(&[&["node", "run", "--help"]]));
}

#[test]
fn wrong_usage_exits_with_2() {
    insta::assert_snapshot!(runs(&[
        &[],
        &["chekc"],
        &["run"],
        &["run", "main.aqua", "--peers", "0"],
        &["run", "main.aqua", "--peers", "3", "--relay", "/ip4/127.0.0.1/tcp/1"],
        &["node", "run", "--service", "greeter"],
        &["compile", "main.aqua", "--target", "wasm"],
    ]));
}
