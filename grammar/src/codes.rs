//! Codes of syntax errors. `docs/errors` has a page for each.

use aqua_diagnostics::Code;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        $($(#[$doc])* pub const $name: Code = Code::new($code);)*

        /// All codes of this crate, in order.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    /// Unexpected or missing token.
    UNEXPECTED = "E0001";
    /// Unknown character.
    UNKNOWN_CHARACTER = "E0002";
    /// Unterminated string.
    UNTERMINATED_STRING = "E0003";
    /// Name with invalid characters.
    INVALID_NAME = "E0004";
    /// Number that is not in plain decimal notation.
    INVALID_NUMBER = "E0005";
    /// String in single quotes.
    SINGLE_QUOTES = "E0006";
    /// Comment with the syntax of another language.
    FOREIGN_COMMENT = "E0007";
    /// `\"` in a string.
    ESCAPE = "E0008";

    /// Missing `aqua` header.
    MISSING_HEADER = "E0010";
    /// The obsolete keyword `module`.
    OBSOLETE_HEADER = "E0011";
    /// `aqua` header that is not the first line.
    MISPLACED_MODULE = "E0012";
    /// `import`, `use` or `export` after a declaration.
    MISPLACED_HEADER = "E0013";
    /// Header or declaration inside a block.
    NESTED_DECLARATION = "E0014";

    /// Line whose indentation differs from that of its block.
    INCONSISTENT_INDENTATION = "E0020";
    /// Indented line outside of a block.
    UNEXPECTED_INDENTATION = "E0021";
    /// Block header without a block.
    MISSING_BODY = "E0022";
    /// Block header without a `:` at its end.
    MISSING_COLON = "E0023";
    /// Statement on the line of a block header.
    INLINE_BLOCK = "E0024";
    /// Blocks, brackets or operators that are nested too deeply.
    TOO_DEEP = "E0025";

    /// Bracket without a closing bracket.
    UNCLOSED_BRACKET = "E0030";
    /// Closing bracket without a matching opening bracket.
    UNMATCHED_BRACKET = "E0031";

    /// Misspelled keyword.
    MISSPELLED_KEYWORD = "E0040";
    /// Keyword of another language.
    FOREIGN_KEYWORD = "E0041";
    /// Name that must start with a letter of the other case.
    WRONG_CASE = "E0042";
    /// Unknown type that starts with a lowercase letter.
    UNKNOWN_TYPE = "E0043";
    /// Array type with the syntax of another language.
    FOREIGN_ARRAY = "E0044";

    /// `else` without `if`.
    ELSE_WITHOUT_IF = "E0050";
    /// `catch` without `try`.
    CATCH_WITHOUT_TRY = "E0051";
    /// `otherwise` or `par` without a statement before it.
    MISSING_STATEMENT_BEFORE = "E0052";
    /// `else if`.
    ELSE_IF = "E0053";
    /// `<-` inside a nested block.
    NESTED_RETURN = "E0054";
    /// Statement that is not allowed after `par` or `co`.
    INVALID_BRANCH = "E0055";

    /// Empty collection assigned to a name.
    EMPTY_COLLECTION = "E0060";
    /// Named arguments in a call.
    NAMED_ARGUMENT = "E0061";
    /// Field without a name in a data or ability literal.
    UNNAMED_FIELD = "E0062";
    /// Data or ability literal without fields.
    MISSING_FIELDS = "E0063";
    /// Constant that is neither a literal nor a name.
    INVALID_CONSTANT = "E0064";
    /// Chained comparison.
    COMPARISON_CHAIN = "E0065";
    /// Negative index.
    NEGATIVE_INDEX = "E0066";
    /// Unary minus before something other than a number.
    UNARY_MINUS = "E0067";
    /// Member with the wrong kind of type: an arrow in data, or a field in a service.
    INVALID_MEMBER = "E0068";
    /// Several results bound with `=`.
    RESULTS_WITH_EQUALS = "E0069";
}
