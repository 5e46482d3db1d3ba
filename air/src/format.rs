//! Formats AIR text and keeps its comments.

use crate::print::{Line, lines};
use crate::{ParseError, Script, parse};

/// Formats a script in the layout of [`print()`](crate::print()). A comment that follows or interrupts an instruction moves to
/// the end of its line; other comments stay on lines of their own. Formatting is idempotent.
///
/// ```
/// let text = "(seq ; first\n (null)(null))";
/// assert_eq!(aqua_air::format(text).expect("valid"), "(seq ; first\n (null)\n (null)\n)\n");
/// ```
///
/// # Errors
/// Fails if the text is not a valid script.
pub fn format(text: &str) -> Result<String, ParseError> {
    let script = parse(text)?;
    let (printed, lines) = lines(&script);
    let mut out = String::with_capacity(text.len());
    let mut comments = comments(text).into_iter().peekable();
    let mut printed_to = 0;
    for (index, line) in lines.iter().enumerate() {
        let indentation = &printed[printed_to..line.start];
        let start = source_offset(&script, line);
        while let Some(comment) = comments.next_if(|comment| !comment.is_trailing && comment.offset < start) {
            out.extend([indentation, comment.text, "\n"]);
        }
        out.push_str(printed[printed_to..line.end].trim_end_matches('\n'));
        let next = lines
            .get(index + 1)
            .map_or(usize::MAX, |next| source_offset(&script, next));
        let end = leaf_end(&script, line);
        while let Some(comment) = comments.next_if(|it| it.offset < end || (it.is_trailing && it.offset < next)) {
            out.extend([" ", comment.text]);
        }
        out.push('\n');
        printed_to = line.end;
    }
    comments.for_each(|comment| out.extend([comment.text, "\n"]));
    Ok(out)
}

/// Returns the offset in the source text of the parenthesis that the printed line starts with.
fn source_offset(script: &Script, line: &Line) -> usize {
    let span = script.span(line.instruction).expect("a parsed script has spans");
    if line.closes {
        span.end as usize - 1
    } else {
        span.start as usize
    }
}

/// Returns the end of an instruction without children in the source text: comments before it go to the same line. Returns 0
/// for other instructions, whose children are printed on their own lines.
fn leaf_end(script: &Script, line: &Line) -> usize {
    if script[line.instruction].children().next().is_some() {
        return 0;
    }
    script.span(line.instruction).map_or(0, |span| span.end as usize)
}

struct Comment<'a> {
    /// Offset of the `;`.
    offset: usize,
    /// From `;` to the end of the line.
    text: &'a str,
    /// Whether it follows code on the same line.
    is_trailing: bool,
}

/// Returns the comments of a valid script. A `;` outside of strings starts a comment.
fn comments(text: &str) -> Vec<Comment<'_>> {
    let mut comments = Vec::new();
    let (mut offset, mut line) = (0, 0);
    while let Some(distance) = text[offset..].find(['"', ';', '\n']) {
        let found = offset + distance;
        offset = match text.as_bytes()[found] {
            b'\n' => {
                line = found + 1;
                line
            }
            b'"' => text[found + 1..].find('"').map_or(text.len(), |len| found + len + 2),
            _ => {
                let len = text[found..].find('\n').unwrap_or(text.len() - found);
                comments.push(Comment {
                    offset: found,
                    text: text[found..found + len].trim_end(),
                    is_trailing: !text[line..found].trim_start().is_empty(),
                });
                found + len
            }
        };
    }
    comments
}
