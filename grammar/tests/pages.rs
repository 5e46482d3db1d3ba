//! Tests of the pages about error codes: each has an example that triggers the error and a corrected one.

use aqua_diagnostics::FileId;
use aqua_grammar::{codes, parse};

/// Returns the first fenced Aqua program below a heading.
fn program<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, section) = page.split_once(heading).expect("a section");
    let (_, code) = section.split_once("```aqua\n").expect("a program");
    code.split_once("```").expect("the end of the program").0
}

#[test]
fn each_code_has_a_page_with_examples() {
    for code in codes::ALL {
        let page = aqua_render::explain(code.name()).unwrap_or_else(|| panic!("{code} has no page"));
        let wrong = parse(FileId(0), program(page, "## Wrong\n")).diagnostics;
        assert!(wrong.iter().any(|message| message.code == *code), "{code}: {wrong:?}");
        assert_eq!(wrong.len(), 1, "{code}: {wrong:?}");
        assert_eq!(parse(FileId(0), program(page, "## Right\n")).diagnostics, [], "{code}");
    }
}

#[test]
fn codes_are_sorted_and_unique() {
    assert!(codes::ALL.is_sorted_by(|left, right| left < right));
}
