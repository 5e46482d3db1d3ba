//! `aqua explain`.

use crate::transcript::Folder;

#[test]
fn a_code_is_explained_whatever_its_case() {
    insta::assert_snapshot!(Folder::new(&[]).run(&["explain", "e6002"]));
}

#[test]
fn every_code_is_listed_with_its_title() {
    let output = Folder::new(&[]).output(&["explain"]);
    let listed = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success());
    assert!(listed.contains("E6002  this key means nothing here\n"));
    assert!(
        listed
            .lines()
            .all(|line| line.split_once("  ").is_some_and(|(_, title)| !title.is_empty()))
    );
}

#[test]
fn an_unknown_code_is_wrong_usage() {
    insta::assert_snapshot!(Folder::new(&[]).run(&["explain", "E9999"]));
}

#[test]
fn json_has_a_kind_on_each_line() {
    let folder = Folder::new(&[]);
    for arguments in [&["explain", "--json"][..], &["explain", "E6001", "--json"]] {
        let output = folder.output(arguments);
        for line in String::from_utf8(output.stdout).expect("text").lines() {
            let object: serde_json::Value = serde_json::from_str(line).expect("an object on each line");
            assert_eq!(object["kind"], "explanation");
        }
    }
}
