//! What can be wrong with AIR text, as values; said in our words and in those of the deployed interpreters.

use crate::{Span, codes};
use aqua_diagnostics::{Diagnostic, FileId};
use codespan_reporting::diagnostic as official;
use codespan_reporting::files::SimpleFile;
use codespan_reporting::term;
use ecow::EcoString;
use std::fmt::{self, Write};

/// Why a text is not a valid script: at least one problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// All that was found, in the order of the text. Names are only checked in texts without syntax errors; after one of
    /// these, reading goes on behind the instruction that has it.
    pub problems: Vec<Problem>,
}

/// One mistake and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The bytes at fault.
    pub span: Span,
    /// The mistake.
    pub kind: ProblemKind,
}

/// The mistakes that are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// Something else was expected; empty after a complete script. Names are those of the official grammar.
    UnexpectedToken(Vec<&'static str>),
    /// A text without closing quote.
    UnclosedQuote,
    /// A character that no name has.
    BadCharacter,
    /// A tag without a name.
    EmptyTaggedName,
    /// A tag of two characters without a name, or a tagged name of one character with a lens.
    EmptyCanonName,
    /// A character that no lens has.
    BadCharacterInLens,
    /// `.$` alone.
    EmptyLens,
    /// A lens that can't be read, from these bytes of it on.
    NotALens {
        /// Offset in the lens.
        from: u32,
        /// Offset in the lens.
        to: u32,
    },
    /// An index above 2³²−1, at these bytes of the lens.
    IndexTooBig(u32, u32),
    /// Something after the point of a number that is not a digit.
    CharacterInNumber,
    /// A point without a digit before it.
    LeadingDot,
    /// A float of more than 11 bytes.
    FloatTooLong,
    /// A number out of range; the reason in words.
    BadNumber(String),
    /// Nothing before defines the name.
    UndefinedVariable(EcoString),
    /// `next` outside of the fold of its iterator.
    NextOutsideFold(EcoString),
    /// A second `next` for the same fold.
    SecondNext(EcoString),
    /// `new` of an iterator inside its fold.
    NewOfIterator(EcoString),
    /// A fold with the iterator of a fold around it.
    IteratorInUse(EcoString),
    /// `fail 0`.
    FailWithZero,
    /// Something follows `next` in a fold over a stream or stream map.
    InstructionAfterNext,
    /// The text has 4 GiB or more.
    TextTooLong,
}

impl ReadError {
    /// The problems as messages about a file that holds the text.
    pub fn diagnostics(&self, file: FileId) -> Vec<Diagnostic> {
        let mut messages: Vec<_> = self.problems.iter().map(|problem| problem.diagnostic(file)).collect();
        messages.dedup();
        messages
    }

    /// The report with which the official interpreter answers the same text, behind `air can't be parsed:` and a line break.
    ///
    /// It is the same to the byte, except that it tells the first syntax error only, where the official one may go on to
    /// further ones that come of it, and that it shows broken lenses in another way.
    pub fn official_report(&self, text: &str) -> String {
        let label = |problem: &Problem| {
            let span = problem.span.left as usize..problem.span.right as usize;
            official::Label::primary((), span).with_message(problem.official_text())
        };
        let told = if self.problems.first().is_some_and(Problem::is_of_syntax) {
            &self.problems[..1]
        } else {
            &self.problems
        };
        let report = official::Diagnostic::error().with_labels(told.iter().map(label).collect());
        let file = SimpleFile::new("script.air", text);
        term::emit_into_string(&term::Config::default(), &file, &report).unwrap_or_default()
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(out, "{separator}byte {}: {}", problem.span.left, problem.message())?;
        }
        Ok(())
    }
}

impl std::error::Error for ReadError {}

impl Problem {
    /// The problem as a message about a file that holds the text.
    pub fn diagnostic(&self, file: FileId) -> Diagnostic {
        use ProblemKind as Kind;
        let span = file.span(self.span.left, self.span.right);
        let (code, label, help) = match &self.kind {
            Kind::UnexpectedToken(expected) => (codes::UNEXPECTED_TOKEN, expectation(expected), ""),
            Kind::UnclosedQuote => (codes::UNCLOSED_QUOTE, "the text starts here".into(), "end it with `\"`"),
            Kind::BadCharacter => (
                codes::BAD_WORD,
                "not part of a name".into(),
                "names consist of letters, digits, `_` and `-`",
            ),
            Kind::EmptyTaggedName => (codes::BAD_WORD, String::new(), "write a name after the tag"),
            Kind::EmptyCanonName => (
                codes::BAD_WORD,
                String::new(),
                "a tagged name needs two characters to have a lens",
            ),
            Kind::BadCharacterInLens | Kind::EmptyLens | Kind::NotALens { .. } | Kind::IndexTooBig(..) => (
                codes::BAD_LENS,
                String::new(),
                "a lens is `.length`, or `.$` followed by `.[0]`, `.[name]` or `.name`, once or more",
            ),
            Kind::CharacterInNumber => (
                codes::BAD_NUMBER,
                "not a digit".into(),
                "a number has digits and one point",
            ),
            Kind::LeadingDot => (codes::BAD_NUMBER, String::new(), "write `0` before the point"),
            Kind::FloatTooLong => (codes::BAD_NUMBER, String::new(), "write at most 11 characters"),
            Kind::BadNumber(reason) => (codes::BAD_NUMBER, reason.clone(), ""),
            Kind::UndefinedVariable(_) => (
                codes::UNDEFINED_VARIABLE,
                "used here".into(),
                "names are defined by `call`, `ap`, `canon`, `new` and `fold` that start earlier in the text",
            ),
            Kind::NextOutsideFold(_) => (
                codes::NEXT_OUTSIDE_FOLD,
                String::new(),
                "write it in the body of a `fold` with this iterator",
            ),
            Kind::SecondNext(_) => (
                codes::SECOND_NEXT,
                "the second one".into(),
                "go on in one place only, after both branches",
            ),
            Kind::NewOfIterator(_) => (codes::NEW_OF_ITERATOR, String::new(), "choose another name"),
            Kind::IteratorInUse(_) => (
                codes::ITERATOR_IN_USE,
                "the inner fold".into(),
                "choose another name for its iterator",
            ),
            Kind::FailWithZero => (
                codes::FAIL_WITH_ZERO,
                String::new(),
                "0 means success: choose another number",
            ),
            Kind::InstructionAfterNext => (
                codes::INSTRUCTION_AFTER_NEXT,
                String::new(),
                "make `next` the last thing that the body does",
            ),
            Kind::TextTooLong => (codes::UNEXPECTED_TOKEN, String::new(), ""),
        };
        let message = Diagnostic::error(code, span, self.message()).label(label);
        if help.is_empty() { message } else { message.help(help) }
    }

    /// Whether the text was not understood there, as opposed to names and folds that break rules.
    fn is_of_syntax(&self) -> bool {
        use ProblemKind as Kind;
        match &self.kind {
            Kind::UnexpectedToken(_)
            | Kind::UnclosedQuote
            | Kind::BadCharacter
            | Kind::EmptyTaggedName
            | Kind::EmptyCanonName
            | Kind::BadCharacterInLens
            | Kind::EmptyLens
            | Kind::NotALens { .. }
            | Kind::IndexTooBig(..)
            | Kind::CharacterInNumber
            | Kind::LeadingDot
            | Kind::FloatTooLong
            | Kind::BadNumber(_)
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

    /// What is wrong, in one line.
    fn message(&self) -> String {
        use ProblemKind as Kind;
        match &self.kind {
            Kind::UnexpectedToken(expected) if expected.is_empty() => "the script ends before this".into(),
            // Only the end of the text takes no place in it.
            Kind::UnexpectedToken(_) if self.span.left == self.span.right => "the script ends too early".into(),
            Kind::UnexpectedToken(_) => "this can't stand here".into(),
            Kind::UnclosedQuote => "a text has no closing quote".into(),
            Kind::BadCharacter => "a name has a character that names can't have".into(),
            Kind::EmptyTaggedName | Kind::EmptyCanonName => "a tag has no name".into(),
            Kind::BadCharacterInLens => "a lens has a character that lenses can't have".into(),
            Kind::EmptyLens => "a lens goes nowhere".into(),
            Kind::NotALens { .. } => "a lens can't be read".into(),
            Kind::IndexTooBig(..) => "an index is above 4294967295".into(),
            Kind::CharacterInNumber => "a number has something else than digits after its point".into(),
            Kind::LeadingDot => "a number starts with a point".into(),
            Kind::FloatTooLong => "a number with a point has more than 11 characters".into(),
            Kind::BadNumber(_) => "a number can't be read".into(),
            Kind::UndefinedVariable(name) => format!("`{name}` is not defined before it is used"),
            Kind::NextOutsideFold(name) => format!("`next {name}` is outside of the fold over `{name}`"),
            Kind::SecondNext(name) => format!("the fold over `{name}` has more than one `next`"),
            Kind::NewOfIterator(name) => format!("`{name}` is the iterator of a fold, so `new` can't renew it"),
            Kind::IteratorInUse(name) => format!("a fold around this one has the same iterator `{name}`"),
            Kind::FailWithZero => "`fail` has the number 0".into(),
            Kind::InstructionAfterNext => "something follows `next` in a fold over a stream".into(),
            Kind::TextTooLong => "the script has 4 GiB or more".into(),
        }
    }

    /// What the official interpreter says about the place.
    ///
    /// Broken lenses are the exception: it prints values of its parser there, we say [`Self::diagnostic`]'s words.
    pub fn official_text(&self) -> String {
        use ProblemKind as Kind;
        let text = match &self.kind {
            Kind::UnexpectedToken(expected) if expected.is_empty() => "expected <nothing>",
            Kind::UnexpectedToken(expected) => return format!("expected {}", expected.join(" or ")),
            Kind::UnclosedQuote => "this string literal has unclosed quote",
            Kind::BadCharacter => "only alphanumeric, '_', and '-' characters are allowed in this position",
            Kind::EmptyTaggedName => "a tagged name should be non empty",
            Kind::EmptyCanonName => "a canon name should be non empty",
            Kind::BadCharacterInLens => "invalid character in lambda",
            Kind::EmptyLens => "provided lambda expression doesn't contain any accessor",
            Kind::NotALens { from, to } => return format!("User {{ error: UnexpectedSymbol({from}, {to}) }}"),
            Kind::IndexTooBig(from, to) => {
                return format!("User {{ error: ParseIntError({from}, {to}, ParseIntError {{ kind: PosOverflow }}) }}");
            }
            Kind::CharacterInNumber => "a digit could contain only digits or one dot",
            Kind::LeadingDot => {
                "leading dot without any symbols before - please write 0 if it's float or variable name if it's a lambda"
            }
            Kind::FloatTooLong => "this float is too big, a float could contain less than 12 digits",
            Kind::BadNumber(reason) => reason,
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

/// Names what was expected in words: at most three, or the construct they make up.
fn expectation(expected: &[&str]) -> String {
    match expected {
        [] => return "nothing more was expected".into(),
        ["ap", ..] => return "an instruction was expected, such as `call` or `seq`".into(),
        many if many.len() > 3 => return "a value was expected".into(),
        _ => {}
    }
    let mut out = String::new();
    for (at, name) in expected.iter().enumerate() {
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
            "Literal" => "a text in quotes",
            other => other,
        };
        let separator = if at == 0 { "" } else { " or " };
        write!(out, "{separator}{word}").expect("writing to a string succeeds");
    }
    format!("{out} was expected")
}
