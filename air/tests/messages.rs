//! Snapshots of diagnostics, and tests of the pages about error codes.

use aqua_air::{codes, parse};
use aqua_diagnostics::Sources;
use aqua_render::Colour;
use std::path::Path;

/// Returns the first fenced block below a heading of a page.
fn example<'a>(page: &'a str, heading: &str) -> &'a str {
    let section = page.split_once(&format!("\n## {heading}\n")).expect("the heading").1;
    let block = section.split_once("```air\n").expect("a block of AIR").1;
    block.split_once("\n```").expect("the end of the block").0
}

#[test]
fn each_code_has_a_page_with_examples() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors");
    let mut rendered = String::new();
    for code in codes::ALL {
        let page = std::fs::read_to_string(pages.join(format!("{code}.md"))).expect("the page");
        assert!(page.starts_with(&format!("# {code}: ")), "{code}");
        if let Err(error) = parse(example(&page, "Right")) {
            panic!("{code}: {error}");
        }
        let wrong = example(&page, "Wrong");
        let mut sources = Sources::new();
        let file = sources.add("script.air", wrong);
        let messages = parse(wrong).expect_err("wrong").diagnostics(file);
        assert!(
            messages.iter().all(|message| message.code == *code),
            "{code}: {messages:?}"
        );
        rendered.push_str(&aqua_render::terminal(&sources, &messages, Colour::Off));
    }
    insta::assert_snapshot!(rendered);
}

#[test]
fn a_stream_as_a_value_is_explained() {
    let text =
        "(seq\n (call \"p\" (\"s\" \"f\") [] $s)\n (seq\n  (call relay (\"s\" \"g\") [$s 1])\n  (match $s 1 (null))))";
    let mut sources = Sources::new();
    let file = sources.add("old.air", text);
    let messages = parse(text).expect_err("wrong").diagnostics(file);
    insta::assert_snapshot!(aqua_render::terminal(&sources, &messages, Colour::Off));
}

#[test]
fn official_report_matches_exactly() {
    let text = "(seq\n (ap x y)\n (par (next i) (fail 0 \"é\")))";
    insta::assert_snapshot!(parse(text).expect_err("wrong").official_report(text));
}
