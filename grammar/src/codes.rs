//! The codes of syntax messages. Each has a page under `docs/errors`.

use aqua_diagnostics::Code;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        $($(#[$doc])* pub const $name: Code = Code::new($code);)*

        /// Every code of this room, in order.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    /// Something stands where it means nothing, or something is missing.
    UNEXPECTED = "E0001";
    /// A character without a meaning.
    UNKNOWN_CHARACTER = "E0002";
    /// A string that nothing closes.
    OPEN_STRING = "E0003";
    /// A name with characters that names don't have.
    ODD_NAME = "E0004";
    /// A number that is not plain decimal.
    ODD_NUMBER = "E0005";
    /// A string in single quotes.
    SINGLE_QUOTES = "E0006";
    /// A comment that begins like another language's.
    FOREIGN_COMMENT = "E0007";

    /// No `aqua` line.
    MISSING_HEADER = "E0010";
    /// The old keyword `module`.
    OLD_HEADER = "E0011";
    /// An `aqua` line that is not the first.
    LATE_MODULE = "E0012";
    /// An `import`, `use` or `export` after a declaration.
    LATE_HEADER = "E0013";
    /// A header or declaration inside a block.
    NESTED_DECLARATION = "E0014";

    /// A line that is not indented like the others of its block.
    INCONSISTENT_INDENTATION = "E0020";
    /// A line that is indented though nothing opens a block.
    UNEXPECTED_INDENTATION = "E0021";
    /// A line that opens a block without one below it.
    MISSING_BODY = "E0022";
    /// A line that opens a block without a `:` at its end.
    MISSING_COLON = "E0023";
    /// A block on the line that opens it.
    BODY_ON_HEADER_LINE = "E0024";
    /// Blocks, brackets or operators inside one another too often.
    TOO_DEEP = "E0025";

    /// A bracket that nothing closes.
    OPEN_BRACKET = "E0030";
    /// A bracket that closes nothing, or another kind.
    STRAY_BRACKET = "E0031";

    /// A keyword that is misspelt.
    MISSPELT_KEYWORD = "E0040";
    /// A keyword of another language.
    FOREIGN_KEYWORD = "E0041";
    /// A name that must begin with a small or a capital letter.
    WRONG_CASE = "E0042";
    /// A type that does not exist, spelt small.
    UNKNOWN_SCALAR = "E0043";
    /// An array type as other languages write it.
    FOREIGN_ARRAY = "E0044";

    /// `else` without `if`.
    STRAY_ELSE = "E0050";
    /// `catch` without `try`.
    STRAY_CATCH = "E0051";
    /// `otherwise` or `par` with nothing before it.
    NOTHING_BEFORE = "E0052";
    /// `else if`.
    ELSE_IF = "E0053";
    /// A result that is not given directly in the body of its function.
    NESTED_RETURN = "E0054";
    /// Something after `par` or `co` that can't stand there.
    WRONG_BRANCH = "E0055";

    /// An empty collection bound to a name.
    EMPTY_ASSIGNMENT = "E0060";
    /// Named arguments in a call.
    NAMED_ARGUMENT = "E0061";
    /// Fields without names in a literal of data or an ability.
    UNNAMED_FIELD = "E0062";
    /// A literal of data or an ability without fields, or a call of a type.
    NO_FIELDS = "E0063";
    /// A constant that is neither a literal nor a name.
    CONSTANT_VALUE = "E0064";
    /// Comparisons in a chain.
    COMPARISON_CHAIN = "E0065";
    /// A negative index.
    NEGATIVE_INDEX = "E0066";
    /// A minus before something that is not a number.
    UNARY_MINUS = "E0067";
    /// A type that can't stand where it does: an arrow in data, no arrow in a service.
    WRONG_MEMBER = "E0068";
    /// Results bound with `=`.
    RESULTS_BY_EQUALS = "E0069";
}
