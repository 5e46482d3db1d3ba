//! Problems of AIR scripts, with their texts as our diagnostics and as errors of the official interpreter.

use crate::{TextRange, codes};
use aqua_diagnostics::{Diagnostic, FileId};
use codespan_reporting::diagnostic as official;
use codespan_reporting::files::SimpleFile;
use codespan_reporting::term;
use ecow::EcoString;
use std::fmt::{self, Write};

/// The problems of a text that is not a valid script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// At least one problem, in the order of the text. Names and folds are only verified if there is no syntax error. After a
    /// syntax error, the parser continues after the instruction that contains it.
    pub problems: Vec<Problem>,
}

/// A problem and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The bytes that the problem is about.
    pub span: TextRange,
    /// The kind of problem.
    pub kind: ProblemKind,
}

/// The kinds of problems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// An unexpected token. Lists the expected tokens, with the names of the official grammar; empty after a complete script.
    UnexpectedToken(Vec<&'static str>),
    /// A stream where a value is expected. Old scripts pass streams to calls.
    StreamAsValue {
        /// The expected tokens, as in [`UnexpectedToken`](Self::UnexpectedToken).
        expected: Vec<&'static str>,
        /// The name with its tag.
        stream: EcoString,
        /// The peer of the call.
        peer: Option<EcoString>,
    },
    /// A string without a closing quote.
    UnterminatedLiteral,
    /// A character that is not allowed in names.
    InvalidCharacter,
    /// A tag without a name.
    EmptyTaggedName,
    /// A tag of two characters without a name, or a lens on a tagged name of one character.
    EmptyCanonName,
    /// A character that is not allowed in lenses.
    InvalidCharacterInLens,
    /// `.$` alone.
    EmptyLens,
    /// A lens that is malformed at these bytes.
    InvalidLens {
        /// Offset in the lens, in bytes.
        from: u32,
        /// Offset in the lens, in bytes.
        to: u32,
    },
    /// An index greater than 2³²−1, at these bytes of the lens.
    IndexTooLarge(u32, u32),
    /// A character after the decimal point that is not a digit.
    NonDigitInFraction,
    /// A decimal point without a digit before it.
    LeadingDot,
    /// A float of more than 11 bytes.
    FloatTooLong,
    /// A number that is out of range. Holds the reason.
    InvalidNumber(String),
    /// A name that is not defined before its use.
    UndefinedVariable(EcoString),
    /// `next` outside the fold of its iterator.
    NextOutsideFold(EcoString),
    /// A second `next` in the same fold.
    SecondNext(EcoString),
    /// `new` of the iterator of an enclosing fold.
    NewOfIterator(EcoString),
    /// A fold with the iterator of an enclosing fold.
    IteratorInUse(EcoString),
    /// `fail 0`.
    FailWithZero,
    /// An instruction after `next` in a fold over a stream or stream map.
    InstructionAfterNext,
    /// The text has 4 GiB or more.
    TextTooLong,
}

impl ParseError {
    /// Returns the problems as diagnostics. `file` is the file with the text.
    pub fn diagnostics(&self, file: FileId) -> Vec<Diagnostic> {
        let mut messages: Vec<_> = self.problems.iter().map(|problem| problem.diagnostic(file)).collect();
        messages.dedup();
        messages
    }

    /// Returns the error report of the official interpreter for the same text, without the first line `air can't be parsed:`.
    ///
    /// Equal to the byte, with two exceptions: it contains the first syntax error only, where the official interpreter may
    /// report errors that result from it, and it formats malformed lenses differently.
    pub fn official_report(&self, text: &str) -> String {
        let label = |problem: &Problem| {
            let span = problem.span.start as usize..problem.span.end as usize;
            official::Label::primary((), span).with_message(problem.official_text())
        };
        let reported = if self.problems.first().is_some_and(Problem::is_syntax_error) {
            &self.problems[..1]
        } else {
            &self.problems
        };
        let report = official::Diagnostic::error().with_labels(reported.iter().map(label).collect());
        let file = SimpleFile::new("script.air", text);
        term::emit_into_string(&term::Config::default(), &file, &report).unwrap_or_default()
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(out, "{separator}byte {}: {}", problem.span.start, problem.message())?;
        }
        Ok(())
    }
}

impl std::error::Error for ParseError {}

impl Problem {
    /// Returns the problem as a diagnostic. `file` is the file with the text.
    pub fn diagnostic(&self, file: FileId) -> Diagnostic {
        use ProblemKind as Kind;
        let span = file.span(self.span.start, self.span.end);
        let (code, label, help) = match &self.kind {
            Kind::UnexpectedToken(expected) => (codes::UNEXPECTED_TOKEN, expected_text(expected), ""),
            Kind::StreamAsValue { stream, peer, .. } => {
                let peer = peer.as_deref().unwrap_or("%init_peer_id%");
                let canonical = format!("#{}", stream.trim_start_matches('$'));
                let help = format!(
                    "canonicalise it before: `(canon {peer} {stream} {canonical})`, and use `{canonical}` here"
                );
                return Diagnostic::error(codes::UNEXPECTED_TOKEN, span, self.message())
                    .label("a stream, which has no value until it is canonicalised")
                    .help(help);
            }
            Kind::UnterminatedLiteral => (
                codes::UNTERMINATED_STRING,
                "the string starts here".into(),
                "add the closing `\"`",
            ),
            Kind::InvalidCharacter => (
                codes::INVALID_NAME,
                "not allowed in names".into(),
                "names consist of letters, digits, `_` and `-`",
            ),
            Kind::EmptyTaggedName => (codes::INVALID_NAME, String::new(), "write a name after the tag"),
            Kind::EmptyCanonName => (
                codes::INVALID_NAME,
                String::new(),
                "a tagged name needs at least two characters before a lens",
            ),
            Kind::InvalidCharacterInLens | Kind::EmptyLens | Kind::InvalidLens { .. } | Kind::IndexTooLarge(..) => (
                codes::INVALID_LENS,
                String::new(),
                "a lens is `.length`, or `.$` followed by one or more of `.[0]`, `.[name]` and `.name`",
            ),
            Kind::NonDigitInFraction => (
                codes::INVALID_NUMBER,
                "not a digit".into(),
                "a number consists of digits and at most one decimal point",
            ),
            Kind::LeadingDot => (
                codes::INVALID_NUMBER,
                String::new(),
                "write `0` before the decimal point",
            ),
            Kind::FloatTooLong => (codes::INVALID_NUMBER, String::new(), "use at most 11 characters"),
            Kind::InvalidNumber(reason) => (codes::INVALID_NUMBER, reason.clone(), ""),
            Kind::UndefinedVariable(_) => (
                codes::UNDEFINED_VARIABLE,
                "used here".into(),
                "a name must be defined by an earlier `call`, `ap`, `canon`, `new` or `fold`",
            ),
            Kind::NextOutsideFold(_) => (
                codes::NEXT_OUTSIDE_FOLD,
                String::new(),
                "move it into the body of a `fold` with this iterator",
            ),
            Kind::SecondNext(_) => (
                codes::SECOND_NEXT,
                "the second `next`".into(),
                "use one `next`, after both branches",
            ),
            Kind::NewOfIterator(_) => (codes::NEW_OF_ITERATOR, String::new(), "use another name"),
            Kind::IteratorInUse(_) => (
                codes::ITERATOR_IN_USE,
                "the inner fold".into(),
                "use another name for its iterator",
            ),
            Kind::FailWithZero => (
                codes::FAIL_WITH_ZERO,
                String::new(),
                "0 means success: use another error code",
            ),
            Kind::InstructionAfterNext => (
                codes::INSTRUCTION_AFTER_NEXT,
                String::new(),
                "make `next` the last instruction of the body",
            ),
            Kind::TextTooLong => (codes::UNEXPECTED_TOKEN, String::new(), ""),
        };
        let message = Diagnostic::error(code, span, self.message()).label(label);
        if help.is_empty() { message } else { message.help(help) }
    }

    /// Returns whether the parser reported the problem, rather than the verifier.
    fn is_syntax_error(&self) -> bool {
        use ProblemKind as Kind;
        match &self.kind {
            Kind::UnexpectedToken(_)
            | Kind::StreamAsValue { .. }
            | Kind::UnterminatedLiteral
            | Kind::InvalidCharacter
            | Kind::EmptyTaggedName
            | Kind::EmptyCanonName
            | Kind::InvalidCharacterInLens
            | Kind::EmptyLens
            | Kind::InvalidLens { .. }
            | Kind::IndexTooLarge(..)
            | Kind::NonDigitInFraction
            | Kind::LeadingDot
            | Kind::FloatTooLong
            | Kind::InvalidNumber(_)
            | Kind::TextTooLong => true,
            Kind::UndefinedVariable(_)
            | Kind::NextOutsideFold(_)
            | Kind::SecondNext(_)
            | Kind::NewOfIterator(_)
            | Kind::IteratorInUse(_)
            | Kind::FailWithZero
            | Kind::InstructionAfterNext => false,
        }
    }

    fn message(&self) -> String {
        use ProblemKind as Kind;
        match &self.kind {
            Kind::UnexpectedToken(expected) if expected.is_empty() => {
                "unexpected token after the end of the script".into()
            }
            // Only the end of the text has an empty span.
            Kind::UnexpectedToken(_) if self.span.start == self.span.end => "unexpected end of the script".into(),
            Kind::UnexpectedToken(_) => "unexpected token".into(),
            Kind::StreamAsValue { stream, .. } => format!("the stream `{stream}` is used as a value"),
            Kind::UnterminatedLiteral => "unterminated string".into(),
            Kind::InvalidCharacter => "invalid character in a name".into(),
            Kind::EmptyTaggedName | Kind::EmptyCanonName => "missing name after a tag".into(),
            Kind::InvalidCharacterInLens => "invalid character in a lens".into(),
            Kind::EmptyLens => "a lens has no accessor".into(),
            Kind::InvalidLens { .. } => "invalid lens".into(),
            Kind::IndexTooLarge(..) => "an index is greater than 4294967295".into(),
            Kind::NonDigitInFraction => "invalid digit after the decimal point".into(),
            Kind::LeadingDot => "a number starts with a decimal point".into(),
            Kind::FloatTooLong => "a number with a decimal point has more than 11 characters".into(),
            Kind::InvalidNumber(_) => "invalid number".into(),
            Kind::UndefinedVariable(name) => format!("`{name}` is not defined before it is used"),
            Kind::NextOutsideFold(name) => format!("`next {name}` is outside a fold with the iterator `{name}`"),
            Kind::SecondNext(name) => format!("the fold with the iterator `{name}` has more than one `next`"),
            Kind::NewOfIterator(name) => format!("`new` can't redefine `{name}`, the iterator of an enclosing fold"),
            Kind::IteratorInUse(name) => format!("an enclosing fold already has the iterator `{name}`"),
            Kind::FailWithZero => "`fail` has the error code 0".into(),
            Kind::InstructionAfterNext => "instruction after `next` in a fold over a stream".into(),
            Kind::TextTooLong => "the script is larger than 4 GiB".into(),
        }
    }

    /// Returns the label that the official interpreter puts on the span.
    ///
    /// Malformed lenses are an exception: their label is not reproduced exactly.
    pub fn official_text(&self) -> String {
        use ProblemKind as Kind;
        let text = match &self.kind {
            Kind::UnexpectedToken(expected) if expected.is_empty() => "expected <nothing>",
            Kind::UnexpectedToken(expected) | Kind::StreamAsValue { expected, .. } => {
                return format!("expected {}", expected.join(" or "));
            }
            Kind::UnterminatedLiteral => "this string literal has unclosed quote",
            Kind::InvalidCharacter => "only alphanumeric, '_', and '-' characters are allowed in this position",
            Kind::EmptyTaggedName => "a tagged name should be non empty",
            Kind::EmptyCanonName => "a canon name should be non empty",
            Kind::InvalidCharacterInLens => "invalid character in lambda",
            Kind::EmptyLens => "provided lambda expression doesn't contain any accessor",
            Kind::InvalidLens { from, to } => return format!("User {{ error: UnexpectedSymbol({from}, {to}) }}"),
            Kind::IndexTooLarge(from, to) => {
                return format!("User {{ error: ParseIntError({from}, {to}, ParseIntError {{ kind: PosOverflow }}) }}");
            }
            Kind::NonDigitInFraction => "a digit could contain only digits or one dot",
            Kind::LeadingDot => {
                "leading dot without any symbols before - please write 0 if it's float or variable name if it's a lambda"
            }
            Kind::FloatTooLong => "this float is too big, a float could contain less than 12 digits",
            Kind::InvalidNumber(reason) => reason,
            Kind::UndefinedVariable(name) => return format!("variable '{name}' wasn't defined"),
            Kind::NextOutsideFold(name) => return format!("iterable '{name}' wasn't defined"),
            Kind::SecondNext(name) => {
                return format!(
                    "multiple next instructions for iterator '{name}' found for one fold, that is prohibited"
                );
            }
            Kind::NewOfIterator(name) => return format!("new can't be applied to a '{name}' because it's an iterator"),
            Kind::IteratorInUse(name) => return format!("multiple iterable values found for iterator name '{name}'"),
            Kind::FailWithZero => "error code 0 with fail is unsupported",
            Kind::InstructionAfterNext => "fold can not have instructions after next",
            Kind::TextTooLong => "the script is too long",
        };
        text.to_owned()
    }
}

/// Describes the expected tokens: at most three of them, or the construct they start.
fn expected_text(expected: &[&str]) -> String {
    match expected {
        [] => return "expected the end of the script".into(),
        ["ap", ..] => return "expected an instruction, such as `call` or `seq`".into(),
        many if many.len() > 3 => return "expected a value".into(),
        _ => {}
    }
    let mut out = "expected ".to_owned();
    for (index, name) in expected.iter().enumerate() {
        let word = match *name {
            "\"(\"" => "`(`",
            "\")\"" => "`)`",
            "\"[\"" => "`[`",
            "\"]\"" => "`]`",
            "Scalar" => "a scalar",
            "Stream" => "a stream (`$name`)",
            "StreamMap" => "a stream map (`%name`)",
            "CanonStream" => "a canonical stream (`#name`)",
            "CanonStreamMap" => "a canonical map (`#%name`)",
            "Literal" => "a string",
            other => other,
        };
        let separator = if index == 0 { "" } else { " or " };
        write!(out, "{separator}{word}").expect("writing to a string succeeds");
    }
    out
}
