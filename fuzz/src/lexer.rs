//! Fuzzes the lexer.

use aqua_diagnostics::FileId;
use aqua_grammar::Tokens;

/// Checks that the tokens of a text cover it.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let tokens = Tokens::scan(FileId(0), text);
    let mut end = 0;
    for (_, span) in tokens.iter() {
        assert_eq!(span.start, end, "tokens are contiguous");
        assert!(span.end > span.start, "no token is empty");
        assert!(text.is_char_boundary(span.end as usize), "tokens end on character boundaries");
        assert_eq!(tokens.covered(span).len(), 1, "a token covers itself");
        end = span.end;
    }
    assert_eq!(end as usize, text.len(), "tokens cover the text");
}
