//! Raw tokens to logical lines.
//!
//! A logical line is one header, declaration head, member or statement. It may span several lines of text inside
//! brackets, after a binary operator, and after a comma of a list of names; a keyword alone in column 0 takes the next
//! line with it, which is reported. What leaves here is always balanced: a bracket that nothing closes is reported and
//! closed where its line probably ended, a bracket that closes nothing is reported and left out. A declaration keyword in
//! column 0 always begins a new line.

use crate::report::Report;
use crate::terminals::{Terminal, Token};
use crate::tokens::{Kind, Tokens};
use crate::tree::MAX_NESTING;
use crate::{codes, lexical, words};
use aqua_diagnostics::{Diagnostic, Span};

/// One logical line, without spaces and comments. Reused from line to line.
#[derive(Debug, Default)]
pub(crate) struct Line<'a> {
    /// The text before its first token.
    pub indent: &'a str,
    /// The raw token that it begins with, which may be left out.
    pub start: usize,
    /// Its tokens, at least one.
    pub tokens: Vec<Token>,
    /// Comments on lines of their own between the line before and this one.
    pub comments: Vec<Comment<'a>>,
    /// Whether a message about its syntax was given; there is one for each line.
    pub reported: bool,
}

/// A comment on a line of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Comment<'a> {
    /// The text before it.
    pub indent: &'a str,
    /// The raw token.
    pub token: u32,
}

/// An open bracket, or the line itself.
struct Frame {
    closer: Terminal,
    /// The raw token that opened it.
    token: usize,
    /// Operators since the last comma: each may be one level of the tree.
    operators: usize,
}

/// Cuts a token table into logical lines.
pub(crate) struct Reader<'a> {
    tokens: &'a Tokens,
    text: &'a str,
    /// The next raw token.
    at: usize,
    frames: Vec<Frame>,
    /// Levels of all frames together.
    nesting: usize,
}

impl<'a> Reader<'a> {
    /// A reader of a whole text.
    pub(crate) fn new(tokens: &'a Tokens, text: &'a str) -> Self {
        Self {
            tokens,
            text,
            at: 0,
            frames: Vec::new(),
            nesting: 0,
        }
    }

    /// Reads the next line. At the end only the comments before it are set, and the answer is no.
    ///
    /// `depth` is how many blocks the line is in, for the bound on nesting.
    pub(crate) fn read(&mut self, line: &mut Line<'a>, depth: usize, report: &mut Report) -> bool {
        line.tokens.clear();
        line.comments.clear();
        line.reported = false;
        let Some(indent) = self.skip_to_code(&mut line.comments) else {
            return false;
        };
        (line.indent, line.start) = (indent, self.at);
        self.frames.clear();
        self.frames.push(Frame {
            closer: Terminal::Newline,
            token: self.at,
            operators: 0,
        });
        self.nesting = depth;
        while self.at < self.tokens.len() {
            match self.tokens.kind(self.at) {
                Kind::Space | Kind::Comment => self.at += 1,
                Kind::Newline => match self.goes_on(line) {
                    Some(next) => {
                        self.join_keyword(next, line, report);
                        self.at = next;
                    }
                    None => break,
                },
                kind if self.begins_foreign_comment(kind) => self.foreign_comment(line, report),
                kind => self.take(kind, line, report),
            }
            if self.nesting > MAX_NESTING {
                self.give_up(line, report);
                break;
            }
        }
        self.close_brackets(line, report);
        self.drop_trailing_comma(line, report);
        if line.tokens.is_empty() {
            let end = self.at as u32;
            line.tokens.push(Token {
                terminal: Terminal::Bad,
                start: end.saturating_sub(1),
                end,
            });
        }
        true
    }

    /// The indentation of the next line with code.
    pub(crate) fn next_indent(&self) -> Option<&'a str> {
        self.next_code().map(|(_, indent)| indent)
    }

    /// Skips empty lines, collecting comments; gives the indentation of the next code.
    fn skip_to_code(&mut self, comments: &mut Vec<Comment<'a>>) -> Option<&'a str> {
        let mut indent = "";
        // After a logical line that a comment ends, the reader stands at its line break.
        while self.at < self.tokens.len() {
            match self.tokens.kind(self.at) {
                Kind::Newline => indent = "",
                Kind::Space => indent = self.text_of(self.at).trim_start_matches('\u{feff}'),
                Kind::Comment => comments.push(Comment {
                    indent,
                    token: self.at as u32,
                }),
                _ => return Some(indent),
            }
            self.at += 1;
        }
        None
    }

    /// Takes one token that means something.
    fn take(&mut self, kind: Kind, line: &mut Line<'a>, report: &mut Report) {
        let at = self.at;
        self.at += 1;
        let mut terminal = terminal(kind);
        if let Some(mistake) = lexical::mistake(kind, self.text_of(at), self.tokens.span(at)) {
            line.report(report, mistake);
            if kind == Kind::OddName && self.text_of(at).trim_start_matches('_').starts_with(char::is_uppercase) {
                terminal = Some(Terminal::Class);
            }
        }
        let Some(mut terminal) = terminal else { return };
        let last = line.tokens.last().map(|token| token.terminal);
        if let Some(closer) = terminal.closer() {
            self.frames.push(Frame {
                closer,
                token: at,
                operators: 0,
            });
            self.nesting += 1;
        } else if terminal.is_closer() {
            match self.close(terminal, at, line, report) {
                Some(settled) => terminal = settled,
                None => return,
            }
            // The closing half of `[]` in a type such as `[][]u8`.
            let empty = last == Some(Terminal::BracketOpen);
            self.count_operators(usize::from(empty));
        } else if terminal == Terminal::Comma {
            let frame = self.frame();
            let operators = std::mem::take(&mut frame.operators);
            self.nesting -= operators;
        } else if self.deepens(terminal, at) {
            self.count_operators(1);
        }
        line.tokens.push(Token {
            terminal,
            start: at as u32,
            end: at as u32 + 1,
        });
    }

    /// Whether a token may be one level of the tree.
    fn deepens(&self, terminal: Terminal, at: usize) -> bool {
        match terminal {
            Terminal::Bang | Terminal::Question | Terminal::ArrowRight => true,
            Terminal::Name => matches!(self.text_of(at), "par" | "co"),
            terminal => terminal.is_binary_operator(),
        }
    }

    fn count_operators(&mut self, count: usize) {
        self.frame().operators += count;
        self.nesting += count;
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the line's own frame is never closed")
    }

    /// Settles a closing bracket: the terminal to take, or none to leave it out.
    fn close(&mut self, found: Terminal, at: usize, line: &mut Line<'a>, report: &mut Report) -> Option<Terminal> {
        let span = self.tokens.span(at);
        if self.frames.len() == 1 {
            let stray = format!("`{}` closes nothing", self.text_of(at));
            line.report(
                report,
                Diagnostic::error(codes::STRAY_BRACKET, span, stray).help("remove it"),
            );
            return None;
        }
        let expected = self.frame().closer;
        if found != expected {
            if let Some(depth) = self.frames.iter().rposition(|frame| frame.closer == found) {
                self.report_open(line, report);
                while self.frames.len() > depth + 1 {
                    self.close_frame(line, at as u32);
                }
            } else {
                let open = self.frame().token;
                let message = format!("`{}` does not close `{}`", self.text_of(at), self.text_of(open));
                let error = Diagnostic::error(codes::STRAY_BRACKET, span, message)
                    .also(self.tokens.span(open), "opened here")
                    .fix(format!("write `{}`", sign(expected)), span, sign(expected));
                line.report(report, error);
            }
        }
        drop_comma_before_closer(line);
        let frame = self.frames.pop().expect("a frame is open");
        self.nesting -= 1 + frame.operators;
        Some(frame.closer)
    }

    /// Closes the innermost bracket with a terminal that no text stands for.
    fn close_frame(&mut self, line: &mut Line<'a>, at: u32) {
        drop_comma_before_closer(line);
        let frame = self.frames.pop().expect("a frame is open");
        self.nesting -= 1 + frame.operators;
        line.tokens.push(Token::invisible(frame.closer, at));
    }

    /// Closes what the line leaves open; a `:` at its end stays last.
    fn close_brackets(&mut self, line: &mut Line<'a>, report: &mut Report) {
        if self.frames.len() == 1 {
            return;
        }
        self.report_open(line, report);
        let colon = line.tokens.pop_if(|token| token.terminal == Terminal::Colon);
        while self.frames.len() > 1 {
            let end = line.tokens.last().map_or(self.at as u32, |token| token.end);
            self.close_frame(line, end);
        }
        line.tokens.extend(colon);
    }

    fn report_open(&self, line: &mut Line<'a>, report: &mut Report) {
        let Some(frame) = self.frames.last() else { return };
        let message = format!("`{}` is not closed", self.text_of(frame.token));
        let error = Diagnostic::error(codes::OPEN_BRACKET, self.tokens.span(frame.token), message)
            .label("opened here")
            .help(format!("close it with `{}`", sign(frame.closer)));
        line.report(report, error);
    }

    /// Where the logical line goes on after the line break at hand, if it does.
    fn goes_on(&self, line: &Line<'a>) -> Option<usize> {
        let last = line.tokens.last()?.terminal;
        let in_brackets = self.frames.len() > 1;
        if !in_brackets && !self.wants_more(line) {
            return None;
        }
        let (next, indent) = self.next_code()?;
        if indent.is_empty() && self.begins_declaration(next) {
            return None;
        }
        let terminal = terminal(self.tokens.kind(next));
        if self.is_lone_keyword(line) {
            return terminal.filter(|terminal| terminal.begins_name()).map(|_| next);
        }
        let deeper = indent.len() > line.indent.len();
        let goes_on = match terminal {
            _ if !in_brackets => true,
            Some(Terminal::ArrowLeft | Terminal::Push) => false,
            Some(terminal) => deeper || !last.ends_value() || !terminal.begins_anew(),
            None => true,
        };
        goes_on.then_some(next)
    }

    /// Reports a keyword in column 0 that stands alone: what it is about begins the next line, and is taken for the rest
    /// of its own.
    fn join_keyword(&self, next: usize, line: &mut Line<'a>, report: &mut Report) {
        if let [only] = line.tokens.as_slice()
            && self.is_lone_keyword(line)
        {
            let (word, end) = (self.text_of(only.start as usize), only.end as usize);
            let gap = self.tokens.span_of(end..next);
            let comment = (end..next).any(|token| self.tokens.kind(token) == Kind::Comment);
            let error = Diagnostic::error(codes::UNEXPECTED, gap.before(), "this line ends too early")
                .label(format!("what `{word}` is about stands on the same line"));
            line.report(
                report,
                if comment {
                    error.help("write both on one line")
                } else {
                    error.fix("remove the line break", gap, " ")
                },
            );
        }
    }

    /// Whether a line is a keyword in column 0 and nothing else.
    fn is_lone_keyword(&self, line: &Line<'a>) -> bool {
        matches!(line.tokens.as_slice(), [only] if line.indent.is_empty()
            && only.terminal == Terminal::Name
            && words::begins_line_in_column_0(self.text_of(only.start as usize)))
    }

    /// Whether a line outside brackets ends in something that can't end it.
    fn wants_more(&self, line: &Line<'a>) -> bool {
        match line.tokens.as_slice() {
            [_] => self.is_lone_keyword(line),
            [.., last] if last.terminal == Terminal::Comma => self.is_list(line),
            [.., before, last] if last.terminal.is_binary_operator() => {
                let value = before.terminal.ends_value() || before.terminal == Terminal::Bang;
                // The star of `declares *` is no operator.
                value && self.text_of(before.start as usize) != "declares"
            }
            _ => false,
        }
    }

    /// Whether a line is a list that may break after its commas: a header, a result, a `join`.
    fn is_list(&self, line: &Line<'a>) -> bool {
        line.tokens.first().is_some_and(|first| {
            let word = self.text_of(first.start as usize);
            first.terminal == Terminal::ArrowLeft
                || word == "join"
                || (line.indent.is_empty() && words::HEADERS.contains(&word))
        })
    }

    /// The next token after the line break that means something, and the text before it on its line.
    fn next_code(&self) -> Option<(usize, &'a str)> {
        let mut indent = "";
        for token in self.at..self.tokens.len() {
            match self.tokens.kind(token) {
                Kind::Newline => indent = "",
                Kind::Space => indent = self.text_of(token),
                Kind::Comment => {}
                _ => return Some((token, indent)),
            }
        }
        None
    }

    /// Whether a token in column 0 begins a header line or a declaration: a keyword, a space, something it is about.
    fn begins_declaration(&self, token: usize) -> bool {
        let follows = |kind| {
            matches!(
                kind,
                Kind::Name | Kind::Class | Kind::OddName | Kind::String | Kind::OpenString
            )
        };
        self.tokens.kind(token) == Kind::Name
            && words::begins_line_in_column_0(self.text_of(token))
            && token + 2 < self.tokens.len()
            && self.tokens.kind(token + 1) == Kind::Space
            && follows(self.tokens.kind(token + 2))
    }

    fn begins_foreign_comment(&self, kind: Kind) -> bool {
        let next = self.at + 1;
        match kind {
            Kind::Slash => next < self.tokens.len() && self.tokens.kind(next) == Kind::Slash,
            Kind::Unknown => self.text_of(self.at).starts_with('#'),
            _ => false,
        }
    }

    /// Reports a comment that begins like another language's and skips it.
    fn foreign_comment(&mut self, line: &mut Line<'a>, report: &mut Report) {
        let start = self.tokens.span(self.at);
        let length = if self.tokens.kind(self.at) == Kind::Slash { 2 } else { 1 };
        line.report(
            report,
            lexical::foreign_comment(start.file.span(start.start, start.start + length)),
        );
        self.skip_to_line_break();
    }

    /// Ends a line that nests too deeply.
    fn give_up(&mut self, line: &mut Line<'a>, report: &mut Report) {
        let last = self.at - 1;
        line.report(report, too_deep(self.tokens.span(last)));
        line.tokens.clear();
        line.tokens.push(Token {
            terminal: Terminal::Bad,
            start: last as u32,
            end: last as u32 + 1,
        });
        self.frames.truncate(1);
        self.skip_to_line_break();
        // Deeper lines below are the rest of it.
        while let Some((next, indent)) = self.next_code()
            && indent.len() > line.indent.len()
        {
            self.at = next;
            self.skip_to_line_break();
        }
    }

    fn skip_to_line_break(&mut self) {
        while self.at < self.tokens.len() && self.tokens.kind(self.at) != Kind::Newline {
            self.at += 1;
        }
    }

    /// Leaves out a comma that ends a line of no list, such as one after a field of data.
    fn drop_trailing_comma(&self, line: &mut Line<'a>, report: &mut Report) {
        if let Some(comma) = line.tokens.pop_if(|token| token.terminal == Terminal::Comma) {
            let span = self.tokens.span(comma.start as usize);
            let error = Diagnostic::error(codes::UNEXPECTED, span, "nothing follows this comma");
            line.report(report, error.fix("remove it", span, ""));
        }
    }

    fn text_of(&self, token: usize) -> &'a str {
        let span = self.tokens.span(token);
        &self.text[span.start as usize..span.end as usize]
    }
}

impl Line<'_> {
    /// Gives a message about this line, unless there is one already.
    pub(crate) fn report(&mut self, report: &mut Report, message: Diagnostic) {
        if !std::mem::replace(&mut self.reported, true) {
            report.push(message);
        }
    }
}

/// The message about a place that is inside too much.
pub(crate) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(codes::TOO_DEEP, span, "this is nested too deeply")
        .label(format!(
            "more than {MAX_NESTING} blocks, brackets and operators inside one another"
        ))
        .help("give a name to a part of it, or move a part into a function")
}

/// A comma before a closing bracket separates nothing: `f(a, b,)` is `f(a, b)`.
fn drop_comma_before_closer(line: &mut Line<'_>) {
    if let [.., before, last] = line.tokens.as_slice()
        && last.terminal == Terminal::Comma
        && before.terminal != Terminal::Comma
        && before.terminal.closer().is_none()
    {
        line.tokens.pop();
    }
}

fn sign(closer: Terminal) -> &'static str {
    match closer {
        Terminal::ParenClose => ")",
        Terminal::BracketClose => "]",
        _ => "}",
    }
}

/// The terminal that a raw token is before words get their meaning; none for trivia and unknown characters.
fn terminal(kind: Kind) -> Option<Terminal> {
    Some(match kind {
        Kind::Newline | Kind::Space | Kind::Comment | Kind::Unknown => return None,
        Kind::Name | Kind::OddName => Terminal::Name,
        Kind::Class => Terminal::Class,
        Kind::Integer | Kind::OddNumber => Terminal::Integer,
        Kind::Float => Terminal::Float,
        Kind::String | Kind::OddString | Kind::OpenString => Terminal::String,
        Kind::InitPeerId => Terminal::InitPeerId,
        Kind::Top => Terminal::Top,
        Kind::Bottom => Terminal::Bottom,
        Kind::ParenOpen => Terminal::ParenOpen,
        Kind::ParenClose => Terminal::ParenClose,
        Kind::BracketOpen => Terminal::BracketOpen,
        Kind::BracketClose => Terminal::BracketClose,
        Kind::BraceOpen => Terminal::BraceOpen,
        Kind::BraceClose => Terminal::BraceClose,
        Kind::Comma => Terminal::Comma,
        Kind::Colon => Terminal::Colon,
        Kind::Dot => Terminal::Dot,
        Kind::Equals => Terminal::Equals,
        Kind::ArrowRight => Terminal::ArrowRight,
        Kind::ArrowLeft => Terminal::ArrowLeft,
        Kind::Push => Terminal::Push,
        Kind::Plus => Terminal::Plus,
        Kind::Minus => Terminal::Minus,
        Kind::Star => Terminal::Star,
        Kind::Slash => Terminal::Slash,
        Kind::Percent => Terminal::Percent,
        Kind::Power => Terminal::Power,
        Kind::Less => Terminal::Less,
        Kind::LessEqual => Terminal::LessEqual,
        Kind::Greater => Terminal::Greater,
        Kind::GreaterEqual => Terminal::GreaterEqual,
        Kind::Equal => Terminal::Equal,
        Kind::NotEqual => Terminal::NotEqual,
        Kind::And => Terminal::And,
        Kind::Or => Terminal::Or,
        Kind::Bang => Terminal::Bang,
        Kind::Question => Terminal::Question,
    })
}
