//! Every diagnostic code has a page, and every page has a code.

use std::collections::BTreeSet;

#[test]
fn codes_and_pages_match() {
    let lists = [
        aqua_grammar::codes::ALL,
        aqua_compiler::codes::ALL,
        aqua_air::codes::ALL,
        aqua_project::codes::ALL,
        aqua_toml::codes::ALL,
    ];
    let mut codes = BTreeSet::new();
    for code in lists.into_iter().flatten() {
        assert!(codes.insert(code.name()), "{code} is declared twice");
    }
    let pages: BTreeSet<&str> = aqua_render::codes().collect();
    assert_eq!(
        codes.difference(&pages).collect::<Vec<_>>(),
        Vec::<&&str>::new(),
        "codes without a page"
    );
    assert_eq!(
        pages.difference(&codes).collect::<Vec<_>>(),
        Vec::<&&str>::new(),
        "pages without a code"
    );
}
