//! Groups raw tokens into logical lines.
//!
//! A logical line is a header, declaration head, member or statement. It continues on the next line of text inside brackets,
//! after a binary operator and after a comma of a list of names. After a keyword alone in column 0 it also continues, which is
//! reported. A declaration keyword in column 0 always starts a new logical line.
//!
//! Brackets in a logical line are balanced: unclosed brackets are reported and closed where the line probably ended, unmatched
//! closing brackets are reported and dropped.

use crate::nesting::{Excess, NestingCounter};
use crate::sink::DiagnosticSink;
use crate::terminals::{Terminal, Token};
use crate::tokens::{TokenKind, Tokens};
use crate::tree::{MAX_NESTING, MAX_OPERATORS};
use crate::{codes, keyword_sets, lexical_errors};
use aqua_diagnostics::{Diagnostic, Span};

/// A logical line without whitespace and comments. Reused for all lines to save allocations.
#[derive(Debug, Default)]
pub(crate) struct LogicalLine<'a> {
    /// The whitespace before the first token.
    pub indent: &'a str,
    /// The first raw token, which may be missing from `tokens` if it was dropped.
    pub start: usize,
    /// The tokens, at least one.
    pub tokens: Vec<Token>,
    /// Comments on lines of their own between the previous line and this one.
    pub comments: Vec<Comment<'a>>,
    /// Whether a syntax error was reported. At most one is reported per line.
    pub reported: bool,
    /// The index of that error in the sink.
    message: Option<usize>,
}

/// A comment on a line of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Comment<'a> {
    /// The whitespace before it.
    pub indent: &'a str,
    /// The raw token.
    pub token: u32,
}

/// An open bracket. The outermost frame is the line itself.
struct Frame {
    closing: Terminal,
    /// The raw token of the opening bracket.
    token: usize,
}

/// Reads logical lines from raw tokens.
pub(crate) struct LineReader<'a> {
    tokens: &'a Tokens,
    text: &'a str,
    /// Index of the next raw token.
    position: usize,
    frames: Vec<Frame>,
    nesting: NestingCounter,
}

impl<'a> LineReader<'a> {
    pub(crate) fn new(tokens: &'a Tokens, text: &'a str) -> Self {
        Self {
            tokens,
            text,
            position: 0,
            frames: Vec::new(),
            nesting: NestingCounter::default(),
        }
    }

    /// Reads the next line. Returns `false` at the end of the text, where only the comments are set.
    ///
    /// `depth` is the number of open blocks, which counts towards the nesting limit.
    pub(crate) fn read(&mut self, line: &mut LogicalLine<'a>, depth: usize, sink: &mut DiagnosticSink) -> bool {
        line.tokens.clear();
        line.comments.clear();
        (line.reported, line.message) = (false, None);
        let Some(indent) = self.skip_to_code(&mut line.comments) else {
            return false;
        };
        (line.indent, line.start) = (indent, self.position);
        if let Some(space) = self.position.checked_sub(1) {
            self.report_foreign_spaces(space, line, sink);
        }
        self.frames.clear();
        self.frames.push(Frame {
            closing: Terminal::Newline,
            token: self.position,
        });
        self.nesting.start_line(depth);
        while self.position < self.tokens.len() {
            match self.tokens.kind(self.position) {
                TokenKind::Space | TokenKind::Comment => {
                    self.report_foreign_spaces(self.position, line, sink);
                    self.position += 1;
                }
                TokenKind::Newline => match self.continuation(line) {
                    Some(next) => {
                        self.report_lone_keyword(next, line, sink);
                        self.position = next;
                    }
                    None => break,
                },
                kind if self.starts_foreign_comment(kind) => self.skip_foreign_comment(line, sink),
                kind => self.read_token(kind, line, sink),
            }
            if let Some(excess) = self.nesting.excess() {
                self.skip_too_deep(excess, line, sink);
                break;
            }
        }
        self.close_brackets(line, sink);
        self.drop_trailing_comma(line, sink);
        if line.tokens.is_empty() {
            let end = self.position as u32;
            line.tokens.push(Token {
                terminal: Terminal::Error,
                start: end.saturating_sub(1),
                end,
            });
        }
        true
    }

    /// Returns the indentation of the next line with code.
    pub(crate) fn next_indent(&self) -> Option<&'a str> {
        self.next_code().map(|(_, indent)| indent)
    }

    /// Skips empty lines and collects comments. Returns the indentation of the next line with code.
    fn skip_to_code(&mut self, comments: &mut Vec<Comment<'a>>) -> Option<&'a str> {
        let mut indent = "";
        // After a logical line that ends with a comment, the position is that of its line break.
        while self.position < self.tokens.len() {
            match self.tokens.kind(self.position) {
                TokenKind::Newline => indent = "",
                TokenKind::Space => indent = self.text_of(self.position).trim_start_matches('\u{feff}'),
                TokenKind::Comment => comments.push(Comment {
                    indent,
                    token: self.position as u32,
                }),
                _ => return Some(indent),
            }
            self.position += 1;
        }
        None
    }

    /// Reads a token that is not trivia.
    fn read_token(&mut self, kind: TokenKind, line: &mut LogicalLine<'a>, sink: &mut DiagnosticSink) {
        let token = self.position;
        self.position += 1;
        let mut terminal = terminal(kind);
        let span = self.tokens.span(token);
        let before = &self.text[..span.start as usize];
        if let Some(error) = lexical_errors::diagnose(kind, self.text_of(token), before, span) {
            line.report(sink, self.escaped_quote(token, line).unwrap_or(error));
            if kind == TokenKind::Unknown {
                terminal = meant_arrow(self.text_of(token));
            }
            if kind == TokenKind::InvalidName
                && self
                    .text_of(token)
                    .trim_start_matches('_')
                    .starts_with(char::is_uppercase)
            {
                terminal = Some(Terminal::UpperName);
            }
        }
        let Some(mut terminal) = terminal else { return };
        if terminal.is_closing_bracket() {
            let is_empty = line.tokens.last().map(|token| token.terminal) == Some(Terminal::BracketOpen);
            match self.close(terminal, token, line, sink) {
                Some(closing) => terminal = closing,
                None => return,
            }
            self.nesting.close(is_empty);
        } else {
            if let Some(closing) = terminal.closing_bracket() {
                self.frames.push(Frame { closing, token });
            }
            let is_branch = terminal == Terminal::Name && matches!(self.text_of(token), "par" | "co");
            self.nesting.add(terminal, is_branch);
        }
        line.tokens.push(Token {
            terminal,
            start: token as u32,
            end: token as u32 + 1,
        });
    }

    /// Reports spaces that are not ASCII, with a fix for all of them in the line of text.
    fn report_foreign_spaces(&self, token: usize, line: &mut LogicalLine<'a>, sink: &mut DiagnosticSink) {
        let is_foreign = |token: &usize| {
            self.tokens.kind(*token) == TokenKind::Space
                && self.text_of(*token).contains(lexical_errors::is_foreign_space)
        };
        if line.reported || !is_foreign(&token) {
            return;
        }
        let in_line = (token..self.tokens.len()).take_while(|token| self.tokens.kind(*token) != TokenKind::Newline);
        let edits = in_line.filter(is_foreign).map(|token| {
            let text = self.text_of(token).replace(lexical_errors::is_foreign_space, " ");
            (self.tokens.span(token), text)
        });
        let error = lexical_errors::foreign_spaces(self.text_of(token), self.tokens.span(token), edits);
        line.report(sink, error);
    }

    /// Returns the diagnostic for a `\"` earlier in the line, which probably caused the error in a token.
    fn escaped_quote(&self, token: usize, line: &LogicalLine<'a>) -> Option<Diagnostic> {
        let may_follow = match self.tokens.kind(token) {
            TokenKind::Unknown => self.text_of(token).starts_with('\\'),
            kind => kind == TokenKind::UnterminatedString,
        };
        if !may_follow {
            return None;
        }
        let escaped = line
            .tokens
            .iter()
            .find(|token| token.terminal == Terminal::String && self.text_of(token.start as usize).ends_with("\\\""))?;
        let string = self.tokens.span(escaped.start as usize);
        Some(lexical_errors::escaped_quote(
            string.file.span(string.end - 2, string.end),
        ))
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the line's own frame is never closed")
    }

    /// Handles a closing bracket. Returns the terminal to use for it, or `None` to drop it.
    fn close(
        &mut self,
        found: Terminal,
        token: usize,
        line: &mut LogicalLine<'a>,
        sink: &mut DiagnosticSink,
    ) -> Option<Terminal> {
        let span = self.tokens.span(token);
        if self.frames.len() == 1 {
            let message = format!("unmatched `{}`", self.text_of(token));
            line.report(
                sink,
                Diagnostic::error(codes::UNMATCHED_BRACKET, span, message).help("remove it"),
            );
            return None;
        }
        let expected = self.frame().closing;
        if found != expected {
            if let Some(depth) = self.frames.iter().rposition(|frame| frame.closing == found) {
                self.report_unclosed(line, sink);
                while self.frames.len() > depth + 1 {
                    self.close_frame(line, token as u32);
                }
            } else if self.are_closed_behind(token) {
                let message = format!("unmatched `{}`", self.text_of(token));
                let error = Diagnostic::error(codes::UNMATCHED_BRACKET, span, message).fix("remove it", span, "");
                line.report(sink, error);
                return None;
            } else {
                let open = self.frame().token;
                let message = format!("`{}` does not match `{}`", self.text_of(token), self.text_of(open));
                let error = Diagnostic::error(codes::UNMATCHED_BRACKET, span, message)
                    .secondary(self.tokens.span(open), "opened here")
                    .fix(
                        format!("write `{}`", bracket_text(expected)),
                        span,
                        bracket_text(expected),
                    );
                line.report(sink, error);
            }
        }
        drop_trailing_comma_in_brackets(line);
        self.frames.pop().map(|frame| frame.closing)
    }

    /// Whether all open brackets are closed directly behind a token.
    fn are_closed_behind(&self, token: usize) -> bool {
        let behind = (token + 1..self.tokens.len()).map(|token| self.tokens.kind(token));
        let behind = behind.filter(|kind| *kind != TokenKind::Space).map(terminal);
        let open = self.frames[1..].iter().rev().map(|frame| frame.closing);
        open.zip(behind.chain(std::iter::repeat(None)))
            .all(|(closing, found)| found == Some(closing))
    }

    /// Closes the innermost bracket with a synthetic terminal.
    fn close_frame(&mut self, line: &mut LogicalLine<'a>, token: u32) {
        drop_trailing_comma_in_brackets(line);
        let frame = self.frames.pop().expect("a frame is open");
        self.nesting.close(false);
        line.tokens.push(Token::synthetic(frame.closing, token));
    }

    /// Closes the open brackets at the end of a line, before a final `:`.
    fn close_brackets(&mut self, line: &mut LogicalLine<'a>, sink: &mut DiagnosticSink) {
        if self.frames.len() == 1 {
            return;
        }
        self.report_unclosed(line, sink);
        let colon = line.tokens.pop_if(|token| token.terminal == Terminal::Colon);
        while self.frames.len() > 1 {
            let end = line.tokens.last().map_or(self.position as u32, |token| token.end);
            self.close_frame(line, end);
        }
        line.tokens.extend(colon);
    }

    fn report_unclosed(&self, line: &mut LogicalLine<'a>, sink: &mut DiagnosticSink) {
        let Some(frame) = self.frames.last() else { return };
        if let Some(string) = self.tokens.string_over_lines(frame.token..self.position, self.text) {
            return line.report(sink, lexical_errors::unterminated_string(self.tokens.span(string)));
        }
        let message = format!("unclosed `{}`", self.text_of(frame.token));
        let error = Diagnostic::error(codes::UNCLOSED_BRACKET, self.tokens.span(frame.token), message)
            .label("opened here")
            .help(format!("close it with `{}`", bracket_text(frame.closing)));
        line.report(sink, error);
    }

    /// Returns the next token if the logical line continues after the current line break.
    fn continuation(&self, line: &LogicalLine<'a>) -> Option<usize> {
        let last = line.tokens.last()?.terminal;
        let in_brackets = self.frames.len() > 1;
        if !in_brackets && !self.requires_continuation(line) {
            return None;
        }
        let (next, indent) = self.next_code()?;
        if indent.is_empty() && self.starts_declaration(next) {
            return None;
        }
        let terminal = terminal(self.tokens.kind(next));
        if self.is_lone_keyword(line) {
            return terminal
                .filter(|terminal| terminal.can_follow_top_level_keyword())
                .map(|_| next);
        }
        let deeper = indent.len() > line.indent.len();
        let continues = match terminal {
            _ if !in_brackets => true,
            Some(Terminal::ArrowLeft | Terminal::Push) => false,
            Some(terminal) => deeper || !last.can_end_value() || !terminal.cannot_continue(),
            None => true,
        };
        continues.then_some(next)
    }

    /// Reports a keyword that is alone in column 0. The next line is read as the continuation of its line.
    fn report_lone_keyword(&self, next: usize, line: &mut LogicalLine<'a>, sink: &mut DiagnosticSink) {
        if let [only] = line.tokens.as_slice()
            && self.is_lone_keyword(line)
        {
            let (word, end) = (self.text_of(only.start as usize), only.end as usize);
            let gap = self.tokens.span_of(end..next);
            let has_comment = (end..next).any(|token| self.tokens.kind(token) == TokenKind::Comment);
            let error = Diagnostic::error(codes::UNEXPECTED, gap.before(), "unexpected end of line")
                .label(format!("expected the rest of `{word}` on this line"));
            line.report(
                sink,
                if has_comment {
                    error.help("join the two lines")
                } else {
                    error.fix("remove the line break", gap, " ")
                },
            );
        }
    }

    /// Returns whether a line consists of a keyword in column 0.
    fn is_lone_keyword(&self, line: &LogicalLine<'a>) -> bool {
        matches!(line.tokens.as_slice(), [only] if line.indent.is_empty()
            && only.terminal == Terminal::Name
            && keyword_sets::starts_top_level_line(self.text_of(only.start as usize)))
    }

    /// Returns whether a line outside of brackets ends with a token that can't end it.
    fn requires_continuation(&self, line: &LogicalLine<'a>) -> bool {
        match line.tokens.as_slice() {
            [_] => self.is_lone_keyword(line),
            [.., last] if last.terminal == Terminal::Comma => self.is_list(line),
            [.., before, last] if last.terminal.binary_operator().is_some() => {
                let value = before.terminal.can_end_value() || before.terminal == Terminal::Bang;
                // The `*` of `declares *` is not an operator.
                value && self.text_of(before.start as usize) != "declares"
            }
            _ => false,
        }
    }

    /// Returns whether a line may continue after a comma: a header, a `<-` or a `join`.
    fn is_list(&self, line: &LogicalLine<'a>) -> bool {
        line.tokens.first().is_some_and(|first| {
            let word = self.text_of(first.start as usize);
            first.terminal == Terminal::ArrowLeft
                || word == "join"
                || (line.indent.is_empty() && keyword_sets::HEADERS.contains(&word))
        })
    }

    /// Returns the next token that is not trivia and its indentation.
    fn next_code(&self) -> Option<(usize, &'a str)> {
        let mut indent = "";
        for token in self.position..self.tokens.len() {
            match self.tokens.kind(token) {
                TokenKind::Newline => indent = "",
                TokenKind::Space => indent = self.text_of(token),
                TokenKind::Comment => {}
                _ => return Some((token, indent)),
            }
        }
        None
    }

    /// Returns whether a token in column 0 starts a header or a declaration: a keyword, a space, and a name or string.
    fn starts_declaration(&self, token: usize) -> bool {
        let can_follow = |kind| {
            matches!(
                kind,
                TokenKind::Name
                    | TokenKind::UpperName
                    | TokenKind::InvalidName
                    | TokenKind::String
                    | TokenKind::UnterminatedString
            )
        };
        self.tokens.kind(token) == TokenKind::Name
            && keyword_sets::starts_top_level_line(self.text_of(token))
            && token + 2 < self.tokens.len()
            && self.tokens.kind(token + 1) == TokenKind::Space
            && can_follow(self.tokens.kind(token + 2))
    }

    fn starts_foreign_comment(&self, kind: TokenKind) -> bool {
        let next = self.position + 1;
        match kind {
            TokenKind::Slash => next < self.tokens.len() && self.tokens.kind(next) == TokenKind::Slash,
            TokenKind::Unknown => self.text_of(self.position).starts_with('#'),
            _ => false,
        }
    }

    /// Reports a comment with the syntax of another language and skips it.
    fn skip_foreign_comment(&mut self, line: &mut LogicalLine<'a>, sink: &mut DiagnosticSink) {
        let start = self.tokens.span(self.position);
        let length = if self.tokens.kind(self.position) == TokenKind::Slash {
            2
        } else {
            1
        };
        line.report(
            sink,
            lexical_errors::foreign_comment(start.file.span(start.start, start.start + length)),
        );
        self.skip_to_line_break();
    }

    /// Reports a line that is nested too deeply and replaces it by an error.
    fn skip_too_deep(&mut self, excess: Excess, line: &mut LogicalLine<'a>, sink: &mut DiagnosticSink) {
        let last = self.position - 1;
        let span = self.tokens.span(last);
        let error = match excess {
            Excess::Levels => too_deep(span),
            Excess::Operators => too_many_operators(span),
        };
        line.report(sink, error);
        line.tokens.clear();
        line.tokens.push(Token {
            terminal: Terminal::Error,
            start: last as u32,
            end: last as u32 + 1,
        });
        self.frames.truncate(1);
        self.skip_to_line_break();
        // Lines below with deeper indentation belong to it.
        while let Some((next, indent)) = self.next_code()
            && indent.len() > line.indent.len()
        {
            self.position = next;
            self.skip_to_line_break();
        }
    }

    fn skip_to_line_break(&mut self) {
        while self.position < self.tokens.len() && self.tokens.kind(self.position) != TokenKind::Newline {
            self.position += 1;
        }
    }

    /// Reports and drops a comma at the end of a line that is not a list, such as one after a field.
    fn drop_trailing_comma(&self, line: &mut LogicalLine<'a>, sink: &mut DiagnosticSink) {
        if let Some(comma) = line.tokens.pop_if(|token| token.terminal == Terminal::Comma) {
            let span = self.tokens.span(comma.start as usize);
            let error = Diagnostic::error(codes::UNEXPECTED, span, "trailing comma");
            line.report(sink, error.fix("remove it", span, ""));
        }
    }

    fn text_of(&self, token: usize) -> &'a str {
        let span = self.tokens.span(token);
        &self.text[span.start as usize..span.end as usize]
    }
}

impl LogicalLine<'_> {
    /// Reports a syntax error in this line. If one was reported already, its fix is not enough and is withdrawn instead.
    pub(crate) fn report(&mut self, sink: &mut DiagnosticSink, message: Diagnostic) {
        if std::mem::replace(&mut self.reported, true) {
            self.message.into_iter().for_each(|index| sink.withdraw_fix(index));
        } else {
            self.message = Some(sink.len());
            sink.push(message);
        }
    }
}

/// Returns the diagnostic for code that exceeds the nesting limit.
pub(crate) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(codes::TOO_DEEP, span, "nested too deeply")
        .label(format!("more than {MAX_NESTING} nested blocks, brackets and operators"))
        .help("assign a part of it to a name, or move a part into a function")
}

fn too_many_operators(span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::TOO_DEEP,
        span,
        format!("an expression with more than {MAX_OPERATORS} operators"),
    )
    .label("one operator too many")
    .help("assign a part of it to a name, or move a part into a function")
}

/// Drops a trailing comma before a closing bracket: `f(a, b,)` is `f(a, b)`.
fn drop_trailing_comma_in_brackets(line: &mut LogicalLine<'_>) {
    if let [.., before, last] = line.tokens.as_slice()
        && last.terminal == Terminal::Comma
        && before.terminal != Terminal::Comma
        && before.terminal.closing_bracket().is_none()
    {
        line.tokens.pop();
    }
}

/// Returns the arrow that an unknown character looks like.
fn meant_arrow(text: &str) -> Option<Terminal> {
    match text {
        "←" | "⟵" | "⇐" => Some(Terminal::ArrowLeft),
        "→" | "⟶" | "⇒" => Some(Terminal::ArrowRight),
        _ => None,
    }
}

fn bracket_text(closing: Terminal) -> &'static str {
    match closing {
        Terminal::ParenClose => ")",
        Terminal::BracketClose => "]",
        _ => "}",
    }
}

/// Returns the terminal of a raw token before keywords are resolved, or `None` for trivia and unknown characters.
fn terminal(kind: TokenKind) -> Option<Terminal> {
    Some(match kind {
        TokenKind::Newline | TokenKind::Space | TokenKind::Comment | TokenKind::Unknown => return None,
        TokenKind::Name | TokenKind::InvalidName => Terminal::Name,
        TokenKind::UpperName => Terminal::UpperName,
        TokenKind::Integer | TokenKind::InvalidNumber => Terminal::Integer,
        TokenKind::Float => Terminal::Float,
        TokenKind::String | TokenKind::InvalidString | TokenKind::UnterminatedString => Terminal::String,
        TokenKind::InitPeerId => Terminal::InitPeerId,
        TokenKind::Top => Terminal::Top,
        TokenKind::Bottom => Terminal::Bottom,
        TokenKind::ParenOpen => Terminal::ParenOpen,
        TokenKind::ParenClose => Terminal::ParenClose,
        TokenKind::BracketOpen => Terminal::BracketOpen,
        TokenKind::BracketClose => Terminal::BracketClose,
        TokenKind::BraceOpen => Terminal::BraceOpen,
        TokenKind::BraceClose => Terminal::BraceClose,
        TokenKind::Comma => Terminal::Comma,
        TokenKind::Colon => Terminal::Colon,
        TokenKind::Dot => Terminal::Dot,
        TokenKind::Equals => Terminal::Equals,
        TokenKind::ArrowRight => Terminal::ArrowRight,
        TokenKind::ArrowLeft => Terminal::ArrowLeft,
        TokenKind::Push => Terminal::Push,
        TokenKind::Plus => Terminal::Plus,
        TokenKind::Minus => Terminal::Minus,
        TokenKind::Star => Terminal::Star,
        TokenKind::Slash => Terminal::Slash,
        TokenKind::Percent => Terminal::Percent,
        TokenKind::Power => Terminal::Power,
        TokenKind::Less => Terminal::Less,
        TokenKind::LessEqual => Terminal::LessEqual,
        TokenKind::Greater => Terminal::Greater,
        TokenKind::GreaterEqual => Terminal::GreaterEqual,
        TokenKind::Equal => Terminal::Equal,
        TokenKind::NotEqual => Terminal::NotEqual,
        TokenKind::And => Terminal::And,
        TokenKind::Or => Terminal::Or,
        TokenKind::Bang => Terminal::Bang,
        TokenKind::Question => Terminal::Question,
    })
}
