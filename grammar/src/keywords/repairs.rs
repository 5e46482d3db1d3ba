//! What was meant: misspelt keywords, words of other languages, a missing `:`. Each is reported, and the line keeps its
//! meaning.

use super::Settling;
use crate::terminals::{Terminal, Token};
use crate::{codes, words};
use aqua_diagnostics::{Diagnostic, Span};

impl Settling<'_, '_> {
    /// A line of `data`, `ability` or `service`. There are no keywords, but people write `func`.
    pub(super) fn member(&mut self) -> Option<Terminal> {
        if self.terminal(0) == Some(Terminal::Name) && self.terminal(1) == Some(Terminal::Name) {
            let (word, span) = (self.word(0), self.span(0));
            if word == "func" || words::foreign(word, &["func"]).is_some() {
                let gap = span.file.span(span.start, self.span(1).start);
                let message = format!("there is no `{word}` in front of a method");
                self.give(Diagnostic::error(codes::UNEXPECTED, span, message).fix("remove it", gap, ""));
                self.line.tokens.remove(0);
            }
        }
        None
    }

    /// `let x = 1` and `var x = 1` are `x = 1`.
    pub(super) fn drop_foreign_definition(&mut self, at: usize) {
        let (word, span) = (self.word(at), self.span(at));
        let two_names = self.terminal(at) == Some(Terminal::Name) && self.terminal(at + 1) == Some(Terminal::Name);
        if two_names && matches!(word, "let" | "var" | "val") {
            let gap = span.file.span(span.start, self.span(at + 1).start);
            let message = Diagnostic::error(codes::FOREIGN_KEYWORD, span, format!("there is no `{word}`"));
            let message = message.label("a name is defined by `name = value` alone");
            self.give(message.fix("remove it", gap, ""));
            self.line.tokens.remove(at);
        }
    }

    /// `return x`, `elif x:`, a declaration inside a block: what Aqua writes otherwise, or elsewhere.
    pub(super) fn foreign_statement(&mut self, at: usize) -> Option<&'static str> {
        let (word, span) = (self.word(at), self.span(at));
        let names = matches!(self.terminal(at + 1), Some(Terminal::Name | Terminal::Class));
        match word {
            "return" => {
                let message = Diagnostic::error(codes::FOREIGN_KEYWORD, span, "there is no `return`");
                self.give(message.label("results are given by `<-`").fix("write `<-`", span, "<-"));
                self.line.tokens[at].terminal = Terminal::ArrowLeft;
            }
            "elif" | "elseif" | "elsif" => {
                self.give_else_if(span);
                self.keep_bare_else(at);
                return Some("else");
            }
            _ if names && words::begins_line_in_column_0(word) => {
                let message = format!("`{word}` can't stand inside a block");
                let message = Diagnostic::error(codes::NESTED_DECLARATION, span, message);
                self.give(
                    message.help("begin it in column 0; a function inside a function is `name = (a: type) -> type:`"),
                );
            }
            _ => {}
        }
        None
    }

    /// Repairs the first word of a statement. The form must be that of the keyword.
    pub(super) fn repair_statement(&mut self, at: usize) -> Option<&'static str> {
        let opens = self
            .line
            .tokens
            .last()
            .is_some_and(|token| token.terminal == Terminal::Colon);
        if !opens {
            return self.repair(at, &[&["par", "join"]]);
        }
        let meant = self.repair(at, &[words::STATEMENTS]);
        if meant.is_none() && !self.line.reported {
            let message = format!("`{}` opens no block", self.word(at));
            let message = Diagnostic::error(codes::FOREIGN_KEYWORD, self.span(at), message);
            self.give(message.help("`on`, `if`, `else`, `for`, `parseq`, `try`, `catch` and `otherwise` do"));
        }
        meant
    }

    /// `for x in xs:` is `for x <- xs:`.
    pub(super) fn repair_in(&mut self, at: usize) {
        let has_arrow = self
            .line
            .tokens
            .iter()
            .any(|token| token.terminal == Terminal::ArrowLeft);
        let found = (at + 2..self.line.tokens.len().min(at + 5)).find(|at| matches!(self.word(*at), "in" | "of"));
        if let Some(at) = found.filter(|_| !has_arrow) {
            let span = self.span(at);
            let message = Diagnostic::error(codes::FOREIGN_KEYWORD, span, format!("there is no `{}`", self.word(at)));
            self.give(
                message
                    .label("what is gone through stands after `<-`")
                    .fix("write `<-`", span, "<-"),
            );
            self.line.tokens[at].terminal = Terminal::ArrowLeft;
        }
    }

    /// Turns a word into the keyword it is a slip of, or that another language's word stands for, and reports it.
    pub(super) fn repair(&mut self, at: usize, sets: &[&[&'static str]]) -> Option<&'static str> {
        let (word, span) = (self.word(at), self.span(at));
        let foreign = sets.iter().find_map(|words| words::foreign(word, words));
        let (code, meant) = match foreign {
            Some(meant) => (codes::FOREIGN_KEYWORD, meant),
            None => (
                codes::MISSPELT_KEYWORD,
                sets.iter().find_map(|words| words::misspelt(word, words))?,
            ),
        };
        let message = Diagnostic::error(code, span, format!("`{word}` is not a keyword"));
        self.give(
            message
                .label(format!("did you mean `{meant}`?"))
                .fix(format!("write `{meant}`"), span, meant),
        );
        Some(meant)
    }

    /// `else if x:` becomes `else:`.
    pub(super) fn else_if(&mut self, at: usize) {
        if self.terminal(at + 1) == Some(Terminal::Name) && self.word(at + 1) == "if" {
            self.give_else_if(self.span(at).to(self.span(at + 1)));
            self.keep_bare_else(at);
        }
    }

    fn give_else_if(&mut self, span: Span) {
        let message = Diagnostic::error(codes::ELSE_IF, span, "there is no `else if`");
        self.give(message.help("write `else:` and put the `if` into its block, indented once more"));
    }

    pub(super) fn keep_bare_else(&mut self, at: usize) {
        let colon = self
            .line
            .tokens
            .last()
            .filter(|token| token.terminal == Terminal::Colon)
            .copied();
        self.line.tokens.truncate(at + 1);
        self.line.tokens.extend(colon);
    }

    /// `data Point { … }`: the braces of other languages, in which the block is lost.
    fn braces(&mut self, last: Token) -> bool {
        let tokens = &self.line.tokens;
        let open = tokens.iter().position(|token| token.terminal == Terminal::BraceOpen);
        let Some(open) = open.filter(|_| last.terminal == Terminal::BraceClose) else {
            return false;
        };
        let brace = tokens[open];
        let message = Diagnostic::error(codes::MISSING_COLON, self.span_of(brace), "blocks have no braces");
        let help =
            "end this line with `:` instead, and put each member on an indented line of its own, without a comma";
        self.give(message.label("a block begins with `:`").help(help));
        self.line.tokens.truncate(open);
        self.line.tokens.push(Token::invisible(Terminal::Colon, brace.start));
        true
    }

    /// Supplies a missing `:` at the end of the head of a block.
    pub(super) fn final_colon(&mut self) {
        let mut depth = 0_usize;
        let mut colon = None;
        for token in &self.line.tokens {
            if token.terminal.closer().is_some() {
                depth += 1;
            } else if token.terminal.is_closer() {
                depth = depth.saturating_sub(1);
            } else if token.terminal == Terminal::Colon && depth == 0 {
                colon = Some(*token);
                break;
            }
        }
        let Some(last) = self.line.tokens.last().copied() else {
            return;
        };
        let Some(colon) = colon else {
            if self.braces(last) {
                return;
            }
            let end = self.span_of(last).after();
            let message = Diagnostic::error(codes::MISSING_COLON, end, "a `:` is missing at the end of this line");
            self.give(message.label("a block begins below").fix("add `:`", end, ":"));
            self.line.tokens.push(Token::invisible(Terminal::Colon, last.end));
            return;
        };
        if colon.start != last.start {
            let rest = self.span_of(colon).after().to(self.span_of(last));
            let message = Diagnostic::error(codes::BODY_ON_HEADER_LINE, rest, "a block begins on the next line");
            self.give(message.help("put this on a line of its own below, indented"));
            self.line.tokens.retain(|token| token.start <= colon.start);
        }
    }
}
