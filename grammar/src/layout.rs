//! The layout algorithm: turns the indentation of logical lines into `Indent`, `Dedent` and `Newline` terminals.
//!
//! A line that ends with `:` opens a block, which consists of the following lines with deeper indentation. Indentation is
//! compared as strings, not by width: a line is deeper than another one if the other's indentation is a proper prefix of its
//! own. The first line of a block determines the indentation of all others.
//!
//! `Indent` and `Dedent` are always balanced, and each `Indent` follows a line that opens a block. Misindented lines are
//! reported and stay in the innermost block that they may belong to.

use crate::codes;
use crate::keywords::{self, Context};
use crate::logical_lines::{self, Comment, LineReader, LogicalLine};
use crate::sink::DiagnosticSink;
use crate::terminals::{Terminal, Token};
use crate::tokens::Tokens;
use crate::tree::MAX_NESTING;
use aqua_diagnostics::{Diagnostic, Edit, Span};

/// Maximum nesting of blocks. Leaves levels up to [`MAX_NESTING`] for brackets and operators.
const MAX_BLOCKS: usize = MAX_NESTING / 2;

/// The input of the grammar for a text.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The terminals, with layout.
    pub tokens: Vec<Token>,
    /// The logical lines in order.
    pub lines: Vec<LineState>,
}

/// The state of a logical line for later stages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LineState {
    /// The first raw token.
    pub start: u32,
    /// Whether a syntax error was reported. At most one is reported per line.
    pub reported: bool,
}

/// An open block, or one that the next line may open.
struct OpenBlock<'a> {
    /// Indentation of the block header.
    header_indent: &'a str,
    /// Indentation of the lines of the block, once there is one.
    indent: Option<&'a str>,
    /// The kind of its lines.
    context: Context,
    /// Span of the block header if the block must not be empty and no error in the header was reported.
    requires_body: Option<Span>,
    /// Whether an error in the header or a misindented line was reported. Other lines of the block may be misplaced, too.
    is_unreliable: bool,
    /// The last wrong indentation and the index of its diagnostic, if there is one. Consecutive lines share a diagnostic.
    last_misindent: Option<(&'a str, Option<usize>)>,
}

/// Applies the layout algorithm to a text.
pub(crate) fn lay_out<'a>(tokens: &'a Tokens, text: &'a str, sink: &mut DiagnosticSink) -> Layout {
    let mut reader = LineReader::new(tokens, text);
    let mut line = LogicalLine::default();
    let file = OpenBlock {
        header_indent: "",
        indent: Some(""),
        context: Context::File,
        requires_body: None,
        is_unreliable: false,
        last_misindent: None,
    };
    let layout = Layout {
        tokens: Vec::with_capacity(tokens.len()),
        lines: Vec::new(),
    };
    let mut state = LayoutState {
        tokens,
        text,
        blocks: vec![file],
        layout,
        end: 0,
        skip_deeper_than: None,
        sink,
    };
    while reader.read(&mut line, state.blocks.len(), state.sink) {
        if state.is_skipped(line.indent) {
            continue;
        }
        let next_indent = reader.next_indent().unwrap_or_default();
        state.place(&mut line, next_indent);
        let context = state.innermost().context;
        let header = keywords::resolve(&mut line, context, tokens, text, state.sink);
        state.emit(&line, header);
    }
    while state.blocks.len() > 1 {
        state.close(&line.comments);
    }
    state.layout
}

struct LayoutState<'a, 'r> {
    tokens: &'a Tokens,
    text: &'a str,
    /// Open blocks; the first is the file and never closes.
    blocks: Vec<OpenBlock<'a>>,
    layout: Layout,
    /// The raw token after the last line.
    end: u32,
    /// Set if blocks are nested too deeply: lines with deeper indentation are skipped.
    skip_deeper_than: Option<&'a str>,
    sink: &'r mut DiagnosticSink,
}

impl<'a> LayoutState<'a, '_> {
    fn innermost(&mut self) -> &mut OpenBlock<'a> {
        self.blocks.last_mut().expect("the file's block is always open")
    }

    /// Returns whether a line belongs to a block that is nested too deeply.
    fn is_skipped(&mut self, indent: &str) -> bool {
        let skipped = self.skip_deeper_than.is_some_and(|limit| is_deeper(indent, limit));
        if !skipped {
            self.skip_deeper_than = None;
        }
        skipped
    }

    /// Closes the blocks that end before a line, and opens the block that it starts.
    fn place(&mut self, line: &mut LogicalLine<'a>, next_indent: &'a str) {
        if self.recover_misindented(line, next_indent) {
            return;
        }
        loop {
            let is_top_level = self.blocks.len() == 1;
            let block = self.innermost();
            let indent = line.indent;
            if block.indent == Some(indent) {
                block.last_misindent = None;
                return;
            }
            if !is_top_level && block.header_indent.starts_with(indent) {
                self.close(&line.comments);
            } else if block.indent.is_none() {
                let is_deeper = is_deeper(indent, block.header_indent);
                block.indent = Some(indent);
                let start = line.tokens.first().map_or(self.end, |token| token.start);
                self.layout.tokens.push(Token::synthetic(Terminal::Indent, start));
                if !is_deeper {
                    self.report_ambiguous_indent(line);
                }
                return;
            } else {
                if keywords::is_declaration_head(line, self.tokens, self.text) {
                    while self.blocks.len() > 1 {
                        self.close(&line.comments);
                    }
                }
                self.report_misindented(line);
                return;
            }
        }
    }

    /// Reports the first line of a block if its indentation is neither a prefix nor an extension of that of the block header.
    fn report_ambiguous_indent(&mut self, line: &mut LogicalLine<'a>) {
        let space = self.indentation(line);
        let header_indent = self.innermost().header_indent;
        let message = "ambiguous indentation";
        let error = Diagnostic::error(codes::INCONSISTENT_INDENTATION, space, message)
            .label(format!(
                "indented with {}, but the line above is indented with {}",
                describe(line.indent),
                describe(header_indent)
            ))
            .help("start with the indentation of the line above and add to it");
        line.report(self.sink, error);
    }

    /// Returns the span of the whitespace before a line.
    fn indentation(&self, line: &LogicalLine<'a>) -> Span {
        let code = self.tokens.span_of(line.start..line.start);
        code.file
            .span(code.start.saturating_sub(line.indent.len() as u32), code.start)
    }

    /// Moves a line whose indentation matches no block of a function into the block of the next line, so that one character too
    /// many or too few does not close blocks. Returns whether the line was moved.
    fn recover_misindented(&mut self, line: &mut LogicalLine<'a>, next_indent: &'a str) -> bool {
        let was_unreliable = self.innermost().is_unreliable;
        let Some((depth, expected)) = self.intended_block(line, next_indent) else {
            return false;
        };
        while self.blocks.len() > depth + 1 {
            self.close(&line.comments);
        }
        let start = line.tokens.first().map_or(self.end, |token| token.start);
        if self.innermost().indent.replace(expected).is_none() {
            self.layout.tokens.push(Token::synthetic(Terminal::Indent, start));
        }
        let error = if line.indent.is_empty() {
            let span = self.tokens.span(start as usize);
            Diagnostic::error(codes::INCONSISTENT_INDENTATION, span, "statement outside of a function")
                .label("only declarations start in column 0")
        } else {
            let message = "inconsistent indentation";
            Diagnostic::error(codes::INCONSISTENT_INDENTATION, self.indentation(line), message).label(format!(
                "indented with {}, but the block is indented with {}",
                describe(line.indent),
                describe(expected)
            ))
        };
        let fix = format!("indent the line with {}", describe(expected));
        let space = self.indentation(line);
        // At most one misindented line is reported per block.
        line.reported |= was_unreliable;
        self.innermost().is_unreliable |= line.reported;
        let first = line.tokens.first().map(|first| first.terminal);
        let error = match first {
            // It continues the line above, which is not possible at any indentation.
            Some(Terminal::Dot) => error.help("write it at the end of the line above"),
            // The values of a function are returned on the level of its body.
            Some(Terminal::ArrowLeft) if depth > 1 => error.help(fix),
            Some(first) if !first.can_start_line() => error.help(fix),
            _ => error.fix(fix, space, expected),
        };
        line.report(self.sink, error);
        line.indent = expected;
        true
    }

    /// Returns the depth of the block that a misindented line probably belongs to, and the indentation of that block.
    fn intended_block(&mut self, line: &LogicalLine<'a>, next: &'a str) -> Option<(usize, &'a str)> {
        self.blocks.get(1).filter(|block| block.context == Context::Body)?;
        let (indent, block) = (line.indent, self.innermost());
        let is_first_of_block = block.indent.is_none() && !block.header_indent.starts_with(indent);
        if is_first_of_block || block.last_misindent.is_some_and(|(misindent, _)| misindent == indent) {
            return None;
        }
        let opens = line
            .tokens
            .last()
            .is_some_and(|token| token.terminal == Terminal::Colon);
        // A stray token that can't start a line may precede the intended line.
        let has_stray_token = line
            .tokens
            .first()
            .is_some_and(|first| !first.terminal.can_start_line());
        let rest = &line.tokens[usize::from(has_stray_token)..];
        let declares = (has_stray_token || indent.is_empty()) && keywords::is_declaration(rest, self.tokens, self.text);
        let is_garbled = has_stray_token && !declares;
        if let Some(expected) = self.intended_first_line_indent(indent, next, opens, is_garbled) {
            return Some((self.blocks.len() - 1, expected));
        }
        // A line in column 0 belongs to a block if it is a statement, or if it is not a declaration and the next line is
        // indented.
        let statement = indent.is_empty() && keywords::is_unambiguous_statement(line, self.tokens, self.text);
        let declaration = indent.is_empty() && declares;
        if !statement && (opens || declaration || next.is_empty() || self.matches_open_block(indent)) {
            return None;
        }
        let fits = |block: &OpenBlock<'_>| {
            block
                .indent
                .map_or(is_deeper(next, block.header_indent), |indent| indent == next)
        };
        let encloses = |block: &OpenBlock<'_>| is_garbled && block.indent.is_some_and(|indent| is_deeper(next, indent));
        let innermost =
            |filter: &dyn Fn(&OpenBlock<'_>) -> bool| self.blocks.iter().rposition(filter).filter(|depth| *depth > 0);
        let depth = innermost(&fits)
            .or_else(|| innermost(&encloses))
            .or(statement.then_some(1))?;
        let expected = self.blocks[depth].indent.or((!next.is_empty()).then_some(next))?;
        Some((depth, expected))
    }

    /// Returns the intended indentation of a misindented line that is the first line of the block just opened: the next line is
    /// in that block, and the line matches no other block.
    fn intended_first_line_indent(
        &mut self,
        indent: &str,
        next: &'a str,
        opens: bool,
        is_garbled: bool,
    ) -> Option<&'a str> {
        let block = self.innermost();
        let (header_indent, is_empty) = (block.header_indent, block.indent.is_none());
        if !is_empty || !is_deeper(next, header_indent) {
            return None;
        }
        if !is_garbled && (indent.is_empty() || self.matches_open_block(indent)) {
            return None;
        }
        let half = header_indent.len() + (next.len() - header_indent.len()) / 2;
        let between = next
            .get(..half)
            .filter(|between| opens && is_deeper(between, header_indent));
        Some(between.unwrap_or(next))
    }

    /// Returns whether a line with this indentation continues an open block, or starts the one just opened.
    fn matches_open_block(&mut self, indent: &str) -> bool {
        let starts = |block: &OpenBlock<'_>| block.indent.is_none() && is_deeper(indent, block.header_indent);
        !indent.is_empty() && (self.blocks.iter().any(|block| block.indent == Some(indent)) || starts(self.innermost()))
    }

    /// Reports a line whose indentation matches no block. It stays in the innermost block.
    fn report_misindented(&mut self, line: &mut LogicalLine<'a>) {
        let space = self.indentation(line);
        let is_top_level = self.blocks.len() == 1;
        let indent = line.indent;
        let index = (!line.reported).then(|| self.sink.len());
        let is_declaration = keywords::is_declaration(&line.tokens, self.tokens, self.text);
        let block = self.innermost();
        let expected = block.indent.unwrap_or_default();
        if let Some((_, index)) = block.last_misindent.filter(|(misindent, _)| *misindent == indent) {
            let text = expected.to_owned();
            if let Some(index) = index {
                self.sink.extend_fix(index, Edit { span: space, text });
            }
            line.reported = true;
            return;
        }
        if block.is_unreliable {
            line.reported = true;
            return;
        }
        block.last_misindent = Some((indent, index));
        let error = if is_top_level {
            let error = Diagnostic::error(codes::UNEXPECTED_INDENTATION, space, "unexpected indentation");
            let error = error.label("there is no open block");
            match is_declaration {
                true => error.fix("remove the indentation", space, ""),
                false => error.help("indented lines belong to a block, which starts with a line that ends with `:`"),
            }
        } else if expected.contains('\t') != indent.contains('\t') {
            let message = "inconsistent indentation";
            Diagnostic::error(codes::INCONSISTENT_INDENTATION, space, message)
                .label(format!(
                    "indented with {}, but the block is indented with {}",
                    describe(indent),
                    describe(expected)
                ))
                .fix(format!("indent with {}", describe(expected)), space, expected)
        } else {
            block.is_unreliable = true;
            let message = "inconsistent indentation";
            Diagnostic::error(codes::INCONSISTENT_INDENTATION, space, message)
                .label(format!(
                    "indented with {}, but the block is indented with {}",
                    describe(indent),
                    describe(expected)
                ))
                .help("all lines of a block have the same indentation; a line that ends with `:` starts a nested block")
        };
        line.report(self.sink, error);
    }

    /// Emits the terminals of a line and registers the block that it opens.
    fn emit(&mut self, line: &LogicalLine<'a>, header: keywords::LineHeader) {
        let (Some(first), Some(last)) = (line.tokens.first(), line.tokens.last()) else {
            return;
        };
        let (start, end) = (first.start, last.end);
        self.layout.tokens.extend_from_slice(&line.tokens);
        self.layout.tokens.push(Token {
            terminal: Terminal::Newline,
            start: end,
            end,
        });
        self.layout.lines.push(LineState {
            start,
            reported: line.reported,
        });
        self.end = end;
        if self.blocks.len() == 1 && line.indent.is_empty() {
            // Indented lines below an invalid line may be its block.
            self.blocks[0].is_unreliable = line.reported;
        }
        let Some(context) = header.opens else { return };
        let head = self.tokens.span_of(start as usize..end as usize);
        if self.blocks.len() > MAX_BLOCKS {
            self.sink.push(logical_lines::too_deep(head));
            self.skip_deeper_than = Some(line.indent);
            return;
        }
        let requires_body = (header.requires_body && !line.reported).then_some(head);
        self.blocks.push(OpenBlock {
            header_indent: line.indent,
            indent: None,
            context,
            requires_body,
            is_unreliable: line.reported,
            last_misindent: None,
        });
    }

    /// Closes the innermost block, after the comments with deeper indentation than its header.
    fn close(&mut self, comments: &[Comment<'_>]) {
        let Some(block) = self.blocks.pop() else { return };
        if block.indent.is_none() {
            if let Some(head) = block.requires_body {
                self.sink.push(missing_body(head));
                if let Some(line) = self.layout.lines.last_mut() {
                    line.reported = true;
                }
            }
            return;
        }
        let inside = comments
            .iter()
            .take_while(|comment| is_deeper(comment.indent, block.header_indent));
        let end = inside.last().map_or(self.end, |comment| comment.token + 1);
        self.layout.tokens.push(Token::synthetic(Terminal::Dedent, end));
    }
}

fn is_deeper(indent: &str, than: &str) -> bool {
    indent.len() > than.len() && indent.starts_with(than)
}

fn missing_body(head: Span) -> Diagnostic {
    Diagnostic::error(codes::MISSING_BODY, head, "missing block after this line")
        .label("starts a block")
        .help("add at least one line below with deeper indentation")
}

/// Describes an indentation, such as "2 spaces".
fn describe(indent: &str) -> String {
    let tabs = indent.chars().filter(|space| *space == '\t').count();
    let spaces = indent.chars().count() - tabs;
    let plural = |count, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match (tabs, spaces) {
        (0, 0) => "0 spaces".to_owned(),
        (0, spaces) => plural(spaces, "space"),
        (tabs, 0) => plural(tabs, "tab"),
        (tabs, spaces) => format!("{} and {}", plural(tabs, "tab"), plural(spaces, "space")),
    }
}
