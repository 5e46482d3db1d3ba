//! Messages as users see them, and the pages that explain them.

use aqua_air::{codes, read};
use aqua_diagnostics::Sources;
use aqua_render::Colour;
use std::path::Path;

/// The first fenced block below a heading of a page.
fn example<'a>(page: &'a str, heading: &str) -> &'a str {
    let section = page.split_once(&format!("\n## {heading}\n")).expect("the heading").1;
    let block = section.split_once("```air\n").expect("a block of AIR").1;
    block.split_once("\n```").expect("the end of the block").0
}

#[test]
fn every_code_has_a_page_with_a_wrong_and_a_right_script() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors");
    let mut shown = String::new();
    for code in codes::ALL {
        let page = std::fs::read_to_string(pages.join(format!("{code}.md"))).expect("the page");
        assert!(page.starts_with(&format!("# {code}: ")), "{code}");
        if let Err(error) = read(example(&page, "Right")) {
            panic!("{code}: {error}");
        }
        let wrong = example(&page, "Wrong");
        let mut sources = Sources::new();
        let file = sources.add("script.air", wrong);
        let messages = read(wrong).expect_err("wrong").diagnostics(file);
        assert!(
            messages.iter().all(|message| message.code == *code),
            "{code}: {messages:?}"
        );
        shown.push_str(&aqua_render::terminal(&sources, &messages, Colour::Off));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn official_reports_are_kept_to_the_byte() {
    let text = "(seq\n (ap x y)\n (par (next i) (fail 0 \"é\")))";
    insta::assert_snapshot!(read(text).expect_err("wrong").official_report(text));
}
