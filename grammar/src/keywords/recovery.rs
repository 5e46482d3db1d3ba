//! Recovers from misspelled keywords, keywords of other languages and a missing `:`. Each is reported and corrected, so that the
//! line is parsed as intended.

use super::KeywordResolver;
use crate::terminals::{Terminal, Token};
use crate::{codes, keyword_sets};
use aqua_diagnostics::{Diagnostic, Span};

impl KeywordResolver<'_, '_> {
    /// Drops a keyword such as `func` before a member of `data`, `ability` or `service`.
    pub(super) fn member(&mut self) -> Option<Terminal> {
        if self.terminal(0) == Some(Terminal::Name) && self.terminal(1) == Some(Terminal::Name) {
            let (word, span) = (self.word(0), self.span(0));
            if word == "func" || keyword_sets::foreign(word, &["func"]).is_some() {
                let gap = span.file.span(span.start, self.span(1).start);
                let message = format!("unexpected `{word}` before a method");
                self.report(Diagnostic::error(codes::UNEXPECTED, span, message).fix("remove it", gap, ""));
                self.line.tokens.remove(0);
            }
        }
        None
    }

    /// Corrects `use * from "x"` to `use "x"`.
    pub(super) fn drop_star(&mut self) {
        let has_file = self.terminal(3) == Some(Terminal::String);
        if self.terminal(1) == Some(Terminal::Star) && self.word(2) == "from" && has_file {
            let (keyword, star, file) = (self.word(0).to_owned(), self.span(1), self.span(3));
            let message = Diagnostic::error(codes::UNEXPECTED, star, format!("unexpected `*` after `{keyword}`"));
            let message = message.label("all names are imported without it");
            let gap = star.file.span(star.start, file.start);
            let file = self.word(3).to_owned();
            self.report(message.fix(format!("write `{keyword} {file}`"), gap, ""));
            self.line.tokens.drain(1..3);
        }
    }

    /// Corrects `m <<- (key, value)` to `m <<- key, value`. Reports a push to a field.
    pub(super) fn correct_push(&mut self) {
        let push = self
            .line
            .tokens
            .iter()
            .position(|token| token.terminal == Terminal::Push);
        let Some(push) = push else { return };
        let is_path = |(index, token): (usize, &Token)| match index % 2 {
            0 => matches!(token.terminal, Terminal::Name | Terminal::UpperName),
            _ => token.terminal == Terminal::Dot,
        };
        if push > 1 && push % 2 == 1 && self.line.tokens[..push].iter().enumerate().all(is_path) {
            self.report_push_to_field(push);
        } else if push == 1 {
            self.drop_parentheses_of_pair(push + 1);
        }
    }

    fn report_push_to_field(&mut self, push: usize) {
        let value = self.span(0).to(self.span(push - 3));
        let value = &self.text[value.start as usize..value.end as usize];
        let field = self.word(push - 1);
        let help =
            format!("make a copy with another value of the field, such as `changed = {value}.copy({field} = …)`");
        let span = self.span(0).to(self.span(push - 1));
        let message = Diagnostic::error(codes::UNEXPECTED, span, "a value can't be pushed to a field");
        let message = message
            .label("a field, not a stream")
            .note("data can't be changed after it was created");
        self.report(message.help(help));
        self.line.tokens[0].terminal = Terminal::Error;
    }

    /// Drops the parentheses around `(key, value)` at the end of the line.
    fn drop_parentheses_of_pair(&mut self, open: usize) {
        let last = self.line.tokens.len() - 1;
        if self.terminal(open) != Some(Terminal::ParenOpen) || self.after_brackets(open) != last + 1 {
            return;
        }
        let mut depth = 0_usize;
        let has_comma = self.line.tokens[open..last].iter().any(|token| {
            if token.terminal.closing_bracket().is_some() {
                depth += 1;
            } else if token.terminal.is_closing_bracket() {
                depth -= 1;
            }
            token.terminal == Terminal::Comma && depth == 1
        });
        if has_comma {
            let (left, right) = (self.span(open), self.span(last));
            let message = Diagnostic::error(codes::UNEXPECTED, left, "unexpected `(` before a key");
            let message = message.label("a key and its value are not in parentheses");
            self.report(message.fix("remove the parentheses", left, "").fix("", right, ""));
            self.line.tokens.remove(last);
            self.line.tokens.remove(open);
        }
    }

    /// Corrects `let x = 1` and `var x = 1` to `x = 1`.
    pub(super) fn drop_let(&mut self, index: usize) {
        let (word, span) = (self.word(index), self.span(index));
        let two_names =
            self.terminal(index) == Some(Terminal::Name) && self.terminal(index + 1) == Some(Terminal::Name);
        if two_names && matches!(word, "let" | "var" | "val") {
            let gap = span.file.span(span.start, self.span(index + 1).start);
            let message = Diagnostic::error(codes::FOREIGN_KEYWORD, span, format!("Aqua has no `{word}`"));
            let message = message.label("definitions are written `name = value`");
            self.report(message.fix("remove it", gap, ""));
            self.line.tokens.remove(index);
        }
    }

    /// Handles statements of other languages, such as `return x` and `elif x:`, and declarations inside a block.
    pub(super) fn foreign_statement(&mut self, index: usize) -> Option<&'static str> {
        let (word, span) = (self.word(index), self.span(index));
        let names = matches!(self.terminal(index + 1), Some(Terminal::Name | Terminal::UpperName));
        match word {
            "return" => {
                let message = Diagnostic::error(codes::FOREIGN_KEYWORD, span, "Aqua has no `return`");
                self.report(
                    message
                        .label("results are returned with `<-`")
                        .fix("write `<-`", span, "<-"),
                );
                self.line.tokens[index].terminal = Terminal::ArrowLeft;
            }
            "elif" | "elseif" | "elsif" => {
                self.report_else_if(span);
                self.truncate_to_else(index);
                return Some("else");
            }
            _ if names && keyword_sets::starts_top_level_line(word) => {
                let message = format!("`{word}` is not allowed inside a block");
                let message = Diagnostic::error(codes::NESTED_DECLARATION, span, message);
                self.report(message.help("move it to the top level; a closure is written `name = (a: type) -> type:`"));
            }
            _ => {}
        }
        None
    }

    /// Corrects the first word of a statement, if the line has the form of the intended keyword.
    pub(super) fn correct_statement(&mut self, index: usize) -> Option<&'static str> {
        let is_block_header = self
            .line
            .tokens
            .last()
            .is_some_and(|token| token.terminal == Terminal::Colon);
        if !is_block_header {
            return self.correct(index, &[&["par", "join"]]);
        }
        let intended = self.correct(index, &[keyword_sets::STATEMENTS]);
        if intended.is_none() && !self.line.reported {
            let message = format!("`{}` does not start a block", self.word(index));
            let message = Diagnostic::error(codes::FOREIGN_KEYWORD, self.span(index), message);
            self.report(
                message.help("blocks start with `on`, `if`, `else`, `for`, `parseq`, `try`, `catch` or `otherwise`"),
            );
        }
        intended
    }

    /// Corrects `for x in xs:` to `for x <- xs:`.
    pub(super) fn correct_in(&mut self, index: usize) {
        let has_arrow = self
            .line
            .tokens
            .iter()
            .any(|token| token.terminal == Terminal::ArrowLeft);
        let found =
            (index + 2..self.line.tokens.len().min(index + 5)).find(|index| matches!(self.word(*index), "in" | "of"));
        if let Some(index) = found.filter(|_| !has_arrow) {
            let span = self.span(index);
            let message = Diagnostic::error(
                codes::FOREIGN_KEYWORD,
                span,
                format!("unexpected `{}`", self.word(index)),
            );
            self.report(
                message
                    .label("the collection follows `<-`")
                    .fix("write `<-`", span, "<-"),
            );
            self.line.tokens[index].terminal = Terminal::ArrowLeft;
        }
    }

    /// Corrects and reports a misspelled keyword or a keyword of another language. Returns the intended keyword.
    pub(super) fn correct(&mut self, index: usize, sets: &[&[&'static str]]) -> Option<&'static str> {
        let (word, span) = (self.word(index), self.span(index));
        let foreign = sets.iter().find_map(|words| keyword_sets::foreign(word, words));
        let (code, intended) = match foreign {
            Some(intended) => (codes::FOREIGN_KEYWORD, intended),
            None => (
                codes::MISSPELLED_KEYWORD,
                sets.iter().find_map(|words| keyword_sets::misspelled(word, words))?,
            ),
        };
        let message = Diagnostic::error(code, span, format!("unknown keyword `{word}`"));
        self.report(message.label(format!("did you mean `{intended}`?")).fix(
            format!("write `{intended}`"),
            span,
            intended,
        ));
        Some(intended)
    }

    /// Corrects `else if x:` to `else:`.
    pub(super) fn else_if(&mut self, index: usize) {
        if self.terminal(index + 1) == Some(Terminal::Name) && self.word(index + 1) == "if" {
            self.report_else_if(self.span(index).to(self.span(index + 1)));
            self.truncate_to_else(index);
        }
    }

    fn report_else_if(&mut self, span: Span) {
        let message = Diagnostic::error(codes::ELSE_IF, span, "Aqua has no `else if`");
        self.report(message.help("write `else:` and put the `if` into its block, indented one level deeper"));
    }

    pub(super) fn truncate_to_else(&mut self, index: usize) {
        let colon = self
            .line
            .tokens
            .last()
            .filter(|token| token.terminal == Terminal::Colon)
            .copied();
        self.line.tokens.truncate(index + 1);
        self.line.tokens.extend(colon);
    }

    /// Recovers from a block in braces, as in `data Point { … }`: drops the content. Returns whether there was one.
    fn drop_brace_block(&mut self, last: Token) -> bool {
        let tokens = &self.line.tokens;
        let open = tokens.iter().position(|token| token.terminal == Terminal::BraceOpen);
        let Some(open) = open.filter(|_| last.terminal == Terminal::BraceClose) else {
            return false;
        };
        let brace = tokens[open];
        let message = Diagnostic::error(
            codes::MISSING_COLON,
            self.span_of(brace),
            "blocks are not written with braces",
        );
        let help = "end this line with `:` and put each member on an indented line of its own, without commas";
        self.report(message.label("expected `:`").help(help));
        self.line.tokens.truncate(open);
        self.line.tokens.push(Token::synthetic(Terminal::Colon, brace.start));
        true
    }

    /// Checks the `:` at the end of a block header: adds it if it is missing and drops tokens after it.
    pub(super) fn check_final_colon(&mut self) {
        let mut depth = 0_usize;
        let mut colon = None;
        for token in &self.line.tokens {
            if token.terminal.closing_bracket().is_some() {
                depth += 1;
            } else if token.terminal.is_closing_bracket() {
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
            if self.drop_brace_block(last) {
                return;
            }
            let end = self.span_of(last).after();
            let message = Diagnostic::error(codes::MISSING_COLON, end, "missing `:` at the end of the line");
            self.report(message.label("this line starts a block").fix("add `:`", end, ":"));
            self.line.tokens.push(Token::synthetic(Terminal::Colon, last.end));
            return;
        };
        if colon.start != last.start {
            let rest = self.span_of(colon).after().to(self.span_of(last));
            let message = Diagnostic::error(codes::INLINE_BLOCK, rest, "a block must start on the next line");
            self.report(message.help("move this to an indented line below"));
            self.line.tokens.retain(|token| token.start <= colon.start);
        }
    }
}
