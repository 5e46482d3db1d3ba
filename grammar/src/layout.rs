//! Logical lines to blocks.
//!
//! A line that ends in `:` opens a block; the lines below that are indented deeper are its lines. Indentations are
//! compared as texts, not as widths: a line is deeper than another if its indentation begins with the other's and goes
//! on. The first line of a block sets the indentation that the others repeat. Here every block becomes an `Indent` and a
//! `Dedent`, always balanced and never without a line that opens it, and every line ends in a `Newline`; mistakes are
//! reported and the line stays in the innermost block that it may belong to.

use crate::codes;
use crate::keywords::{self, Context};
use crate::lines::{self, Comment, Line, Reader};
use crate::report::Report;
use crate::terminals::{Terminal, Token};
use crate::tokens::Tokens;
use crate::tree::MAX_NESTING;
use aqua_diagnostics::{Diagnostic, Edit, Span};

/// How deep blocks may nest, so that brackets and operators have room below [`MAX_NESTING`].
const MAX_BLOCKS: usize = MAX_NESTING / 2;

/// The symbols of the grammar for a whole text.
#[derive(Debug)]
pub(crate) struct Layout {
    /// Lines and blocks.
    pub tokens: Vec<Token>,
    /// The logical lines in order.
    pub lines: Vec<LineRecord>,
}

/// What later stages need to know of a logical line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LineRecord {
    /// Its first raw token.
    pub start: u32,
    /// Whether there is a message about its syntax; a second one is not given.
    pub reported: bool,
}

/// An open block, or one that may open with the next line.
struct Block<'a> {
    /// The indentation of the line that opens it.
    header: &'a str,
    /// The indentation of its first line, once there is one.
    child: Option<&'a str>,
    /// What its lines are.
    context: Context,
    /// The line that opens it must have a body: its place, unless it was reported.
    needs_body: Option<Span>,
    /// There is a message about the line that opens it, or about a line in it that fits nowhere: so the others may belong
    /// elsewhere.
    torn: bool,
    /// The last wrong indentation, and which message is about it, if one is: one for neighbouring lines.
    wrong: Option<(&'a str, Option<usize>)>,
}

/// Lays out a text.
pub(crate) fn lay_out<'a>(tokens: &'a Tokens, text: &'a str, report: &mut Report) -> Layout {
    let mut reader = Reader::new(tokens, text);
    let mut line = Line::default();
    let file = Block {
        header: "",
        child: Some(""),
        context: Context::File,
        needs_body: None,
        torn: false,
        wrong: None,
    };
    let layout = Layout {
        tokens: Vec::with_capacity(tokens.len()),
        lines: Vec::new(),
    };
    let mut state = State {
        tokens,
        text,
        blocks: vec![file],
        layout,
        end: 0,
        cut: None,
        report,
    };
    while reader.read(&mut line, state.blocks.len(), state.report) {
        if state.is_cut(line.indent) {
            continue;
        }
        let next = reader.next_indent().unwrap_or_default();
        state.place(&mut line, next);
        let context = state.innermost().context;
        let outlook = keywords::settle(&mut line, context, tokens, text, state.report);
        state.emit(&line, outlook);
    }
    while state.blocks.len() > 1 {
        state.close(&line.comments);
    }
    state.layout
}

struct State<'a, 'r> {
    tokens: &'a Tokens,
    text: &'a str,
    /// Open blocks; the first is the file and never closes.
    blocks: Vec<Block<'a>>,
    layout: Layout,
    /// The end of the last line, as a raw token.
    end: u32,
    /// Blocks are too deep: lines deeper than this indentation are left out.
    cut: Option<&'a str>,
    report: &'r mut Report,
}

impl<'a> State<'a, '_> {
    fn innermost(&mut self) -> &mut Block<'a> {
        self.blocks.last_mut().expect("the file's block is always open")
    }

    /// Whether a line belongs to a block that nests too deeply.
    fn is_cut(&mut self, indent: &str) -> bool {
        let deeper = self.cut.is_some_and(|cut| is_deeper(indent, cut));
        if !deeper {
            self.cut = None;
        }
        deeper
    }

    /// Closes the blocks that a line ends and opens the one it begins.
    fn place(&mut self, line: &mut Line<'a>, next: &'a str) {
        if self.keep_torn(line, next) {
            return;
        }
        loop {
            let top = self.blocks.len() == 1;
            let block = self.innermost();
            let indent = line.indent;
            if block.child == Some(indent) {
                block.wrong = None;
                return;
            }
            if !top && block.header.starts_with(indent) {
                self.close(&line.comments);
            } else if block.child.is_none() {
                let below = is_deeper(indent, block.header);
                block.child = Some(indent);
                let at = line.tokens.first().map_or(self.end, |token| token.start);
                self.layout.tokens.push(Token::invisible(Terminal::Indent, at));
                if !below {
                    self.neither_deeper_nor_not(line);
                }
                return;
            } else {
                if keywords::is_declaration_head(line, self.tokens, self.text) {
                    while self.blocks.len() > 1 {
                        self.close(&line.comments);
                    }
                }
                self.misplaced(line);
                return;
            }
        }
    }

    /// Reports the first line of a block whose indentation shares no beginning with that of the block's head.
    fn neither_deeper_nor_not(&mut self, line: &mut Line<'a>) {
        let space = self.indentation(line);
        let header = self.innermost().header;
        let message = "it can't be told whether this line is deeper than the one that opens its block";
        let error = Diagnostic::error(codes::INCONSISTENT_INDENTATION, space, message)
            .label(format!(
                "indented with {}, the line above with {}",
                describe(line.indent),
                describe(header)
            ))
            .help("begin the indentation with that of the line above, and go on");
        line.report(self.report, error);
    }

    /// Where the spaces before a line stand.
    fn indentation(&self, line: &Line<'a>) -> Span {
        let code = self.tokens.span_of(line.start..line.start);
        code.file
            .span(code.start.saturating_sub(line.indent.len() as u32), code.start)
    }

    /// Keeps a line that fits no block where the next line is, if that is in a function: one character too many or too few
    /// must not close blocks.
    fn keep_torn(&mut self, line: &mut Line<'a>, next: &'a str) -> bool {
        let was_torn = self.innermost().torn;
        let Some((depth, expected)) = self.torn_from(line, next) else {
            return false;
        };
        while self.blocks.len() > depth + 1 {
            self.close(&line.comments);
        }
        let start = line.tokens.first().map_or(self.end, |token| token.start);
        if self.innermost().child.replace(expected).is_none() {
            self.layout.tokens.push(Token::invisible(Terminal::Indent, start));
        }
        let error = if line.indent.is_empty() {
            let span = self.tokens.span(start as usize);
            Diagnostic::error(
                codes::INCONSISTENT_INDENTATION,
                span,
                "a statement stands inside a function",
            )
            .label("in column 0 stand declarations")
        } else {
            let message = "this line is indented differently from the others of its block";
            Diagnostic::error(codes::INCONSISTENT_INDENTATION, self.indentation(line), message).label(format!(
                "indented with {}, the block with {}",
                describe(line.indent),
                describe(expected)
            ))
        };
        let fix = format!("indent it with {}, like the block", describe(expected));
        let space = self.indentation(line);
        // What else is out of shape here was told already.
        line.reported |= was_torn;
        self.innermost().torn |= line.reported;
        line.report(self.report, error.fix(fix, space, expected));
        line.indent = expected;
        true
    }

    /// The block that a line which fits none was torn from, and the indentation of its lines.
    fn torn_from(&mut self, line: &Line<'a>, next: &'a str) -> Option<(usize, &'a str)> {
        self.blocks.get(1).filter(|block| block.context == Context::Body)?;
        let (indent, block) = (line.indent, self.innermost());
        let first_of_block = block.child.is_none() && !block.header.starts_with(indent);
        if first_of_block || block.wrong.is_some_and(|(wrong, _)| wrong == indent) {
            return None;
        }
        let opens = line
            .tokens
            .last()
            .is_some_and(|token| token.terminal == Terminal::Colon);
        // Behind a sign that begins no line, what was meant may go on.
        let bad_start = line.tokens.first().is_some_and(|first| !first.terminal.begins_line());
        let rest = &line.tokens[usize::from(bad_start)..];
        let declares = keywords::is_declaration(rest, self.tokens, self.text);
        let garbled = bad_start && !declares;
        if let Some(expected) = self.torn_from_empty(indent, next, opens, garbled) {
            return Some((self.blocks.len() - 1, expected));
        }
        // In column 0, a line torn from a block is a statement, or what is no declaration and has indented lines below.
        let statement = indent.is_empty() && keywords::is_plainly_statement(line, self.tokens, self.text);
        let declaration = indent.is_empty() && declares;
        if !statement && (opens || declaration || next.is_empty() || self.fits_some_block(indent)) {
            return None;
        }
        let fits = |block: &Block<'_>| block.child.map_or(is_deeper(next, block.header), |child| child == next);
        let holds = |block: &Block<'_>| garbled && block.child.is_some_and(|child| is_deeper(next, child));
        let innermost =
            |holds: &dyn Fn(&Block<'_>) -> bool| self.blocks.iter().rposition(holds).filter(|depth| *depth > 0);
        let depth = innermost(&fits)
            .or_else(|| innermost(&holds))
            .or(statement.then_some(1))?;
        let expected = self.blocks[depth].child.or((!next.is_empty()).then_some(next))?;
        Some((depth, expected))
    }

    /// The indentation of the first line of the block just opened, if that is at hand: below it stand lines of that block,
    /// and it goes on with no other.
    fn torn_from_empty(&mut self, indent: &str, next: &'a str, opens: bool, garbled: bool) -> Option<&'a str> {
        let block = self.innermost();
        let (header, empty) = (block.header, block.child.is_none());
        if !empty || !is_deeper(next, header) {
            return None;
        }
        if !garbled && (indent.is_empty() || self.fits_some_block(indent)) {
            return None;
        }
        let half = header.len() + (next.len() - header.len()) / 2;
        let between = next.get(..half).filter(|between| opens && is_deeper(between, header));
        Some(between.unwrap_or(next))
    }

    /// Whether a line with that indentation goes on with an open block, or begins the one just opened.
    fn fits_some_block(&mut self, indent: &str) -> bool {
        let begins = |block: &Block<'_>| block.child.is_none() && is_deeper(indent, block.header);
        !indent.is_empty() && (self.blocks.iter().any(|block| block.child == Some(indent)) || begins(self.innermost()))
    }

    /// Reports a line whose indentation fits no block; it stays in the innermost.
    fn misplaced(&mut self, line: &mut Line<'a>) {
        let space = self.indentation(line);
        let top = self.blocks.len() == 1;
        let indent = line.indent;
        let message = (!line.reported).then(|| self.report.next());
        let block = self.innermost();
        let expected = block.child.unwrap_or_default();
        if let Some((_, message)) = block.wrong.filter(|(wrong, _)| *wrong == indent) {
            let text = expected.to_owned();
            if let Some(message) = message {
                self.report.extend_fix(message, Edit { span: space, text });
            }
            line.reported = true;
            return;
        }
        if block.torn {
            line.reported = true;
            return;
        }
        block.wrong = Some((indent, message));
        let error = if top {
            let error = Diagnostic::error(
                codes::UNEXPECTED_INDENTATION,
                space,
                "this line is indented, but in no block",
            );
            error
                .label("nothing above opens a block")
                .fix("remove the indentation", space, "")
        } else if expected.contains('\t') != indent.contains('\t') {
            let error = "this line is indented differently from the others of its block";
            Diagnostic::error(codes::INCONSISTENT_INDENTATION, space, error)
                .label(format!(
                    "indented with {}, the block with {}",
                    describe(indent),
                    describe(expected)
                ))
                .fix(format!("indent with {}", describe(expected)), space, expected)
        } else {
            block.torn = true;
            let error = "this line is indented differently from the others of its block";
            Diagnostic::error(codes::INCONSISTENT_INDENTATION, space, error)
                .label(format!(
                    "indented with {}, the block with {}",
                    describe(indent),
                    describe(expected)
                ))
                .help("lines of one block are indented alike; a line that ends in `:` opens a deeper one")
        };
        line.report(self.report, error);
    }

    /// Puts a line's tokens out and remembers the block it opens.
    fn emit(&mut self, line: &Line<'a>, outlook: keywords::Outlook) {
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
        self.layout.lines.push(LineRecord {
            start,
            reported: line.reported,
        });
        self.end = end;
        if self.blocks.len() == 1 && line.indent.is_empty() {
            // What is indented below a line that was not understood may be its block.
            self.blocks[0].torn = line.reported;
        }
        let Some(context) = outlook.opens else { return };
        let head = self.tokens.span_of(start as usize..end as usize);
        if self.blocks.len() > MAX_BLOCKS {
            self.report.push(lines::too_deep(head));
            self.cut = Some(line.indent);
            return;
        }
        let needs_body = (outlook.needs_body && !line.reported).then_some(head);
        self.blocks.push(Block {
            header: line.indent,
            child: None,
            context,
            needs_body,
            torn: line.reported,
            wrong: None,
        });
    }

    /// Closes the innermost block, after the comments that are indented deeper than its head.
    fn close(&mut self, comments: &[Comment<'_>]) {
        let Some(block) = self.blocks.pop() else { return };
        if block.child.is_none() {
            if let Some(head) = block.needs_body {
                self.report.push(missing_body(head));
                if let Some(line) = self.layout.lines.last_mut() {
                    line.reported = true;
                }
            }
            return;
        }
        let inside = comments
            .iter()
            .take_while(|comment| is_deeper(comment.indent, block.header));
        let end = inside.last().map_or(self.end, |comment| comment.token + 1);
        self.layout.tokens.push(Token::invisible(Terminal::Dedent, end));
    }
}

fn is_deeper(indent: &str, than: &str) -> bool {
    indent.len() > than.len() && indent.starts_with(than)
}

fn missing_body(head: Span) -> Diagnostic {
    Diagnostic::error(codes::MISSING_BODY, head, "there is nothing below this line")
        .label("opens a block")
        .help("put at least one line below it, indented deeper")
}

/// An indentation in words.
fn describe(indent: &str) -> String {
    let tabs = indent.chars().filter(|space| *space == '\t').count();
    let spaces = indent.chars().count() - tabs;
    let plural = |count, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match (tabs, spaces) {
        (0, 0) => "nothing".to_owned(),
        (0, spaces) => plural(spaces, "space"),
        (tabs, 0) => plural(tabs, "tab"),
        (tabs, spaces) => format!("{} and {}", plural(tabs, "tab"), plural(spaces, "space")),
    }
}
