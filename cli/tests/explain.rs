//! `aqua explain`.

use crate::transcript::Folder;

#[test]
fn codes_are_case_insensitive() {
    insta::assert_snapshot!(Folder::new(&[]).run(&["explain", "e6002"]));
}

#[test]
fn all_codes_are_listed() {
    let output = Folder::new(&[]).output(&["explain"]);
    let listed = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success());
    assert!(listed.contains("E6002  unknown key\n"));
    assert!(
        listed
            .lines()
            .all(|line| line.split_once("  ").is_some_and(|(_, title)| !title.is_empty()))
    );
}

#[test]
fn an_unknown_code_exits_with_2() {
    insta::assert_snapshot!(Folder::new(&[]).run(&["explain", "E9999"]));
}

#[test]
fn json_objects_have_a_kind() {
    let folder = Folder::new(&[]);
    for arguments in [&["explain", "--json"][..], &["explain", "E6001", "--json"]] {
        let output = folder.output(arguments);
        for line in String::from_utf8(output.stdout).expect("text").lines() {
            let object: serde_json::Value = serde_json::from_str(line).expect("an object on each line");
            assert_eq!(object["kind"], "explanation");
        }
    }
}
