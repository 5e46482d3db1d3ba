//! Tests of trees and spans.

use crate::dump::dump;
use aqua_diagnostics::FileId;
use aqua_grammar::parse;

/// Snapshots of the tree of each file in `tests/trees`.
#[test]
fn forms() {
    insta::glob!("trees/*.aqua", |path| {
        let source = std::fs::read_to_string(path).expect("a source");
        let parsed = parse(FileId(0), &source);
        assert_eq!(parsed.diagnostics, [], "{}", path.display());
        let tree = dump(&parsed.tree);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("{source}\n=====\n{tree}"));
        });
    });
}

#[test]
fn whitespace_does_not_affect_the_tree() {
    let strict = "aqua M\n\ndata A:\n  x: u32\n\nservice Say(\"x\"):\n  m(a: u8, b: u8) -> u8\n\nfunc f(a: u8) -> u8:\n  \
                  x = a + 1 + g(a, 2)\n  y = [1, 2]\n  <- x\n";
    let loose = "aqua   M\r\ndata A :\r\n  x :u32\r\nservice  Say (\"x\")  :\r\n  m(\r\na: u8,\r\nb: u8,\r\n) -> u8\r\nfunc f (a:u8)->u8:\r\n  \
                 x = a +\r\n      1 + g(a\r\n   , 2)\r\n  y =[ -- one\r\n1, 2,\r\n]\r\n\r\n  -- done\r\n  <-   x";
    let (strict, loose) = (parse(FileId(0), strict), parse(FileId(0), loose));
    assert_eq!((strict.diagnostics, loose.diagnostics), (vec![], vec![]));
    assert_eq!(dump(&strict.tree), dump(&loose.tree));
}

#[test]
fn blocks_contain_their_comments() {
    let source = "aqua M\n\nfunc f():\n  if true:\n    g()\n    -- inner\n  -- outer\n\n-- after\nfunc g():\n  f()\n";
    let parsed = parse(FileId(0), source);
    let aqua_grammar::tree::Item::Function(function) = &parsed.tree.items[0] else {
        panic!("a function")
    };
    let text = |span: aqua_diagnostics::Span| &source[span.start as usize..span.end as usize];
    assert_eq!(text(function.body.span), "if true:\n    g()\n    -- inner\n  -- outer");
    assert_eq!(
        text(function.body.statements[0].span),
        "if true:\n    g()\n    -- inner"
    );
    assert_eq!(
        parsed.tokens.comments().map(text).collect::<Vec<_>>(),
        ["-- inner", "-- outer", "-- after"]
    );
}

#[test]
fn spans_cover_exactly_the_tokens_of_their_node() {
    let source = "aqua M\n\nconst A = 12\n";
    let parsed = parse(FileId(0), source);
    let item = parsed.tree.items[0].span();
    let tokens: Vec<&str> = parsed
        .tokens
        .covered(item)
        .map(|token| parsed.tokens.span(token))
        .map(|span| &source[span.start as usize..span.end as usize])
        .collect();
    assert_eq!(tokens, ["const", " ", "A", " ", "=", " ", "12"]);
}

#[test]
fn strings_span_lines_unless_they_are_unterminated() {
    let spans = parse(FileId(0), "aqua M\n\nfunc f():\n  g(\"a\nb\")\n  g(\"c\")\n");
    assert_eq!(spans.diagnostics, []);
    let unterminated = parse(
        FileId(0),
        "aqua M\n\nfunc f():\n  g(\"a)\n  g(\"c\")\n\nfunc h():\n  g(\"d\")\n",
    );
    assert_eq!(unterminated.diagnostics.len(), 1);
    assert_eq!(unterminated.tree.items.len(), 2);
}
