//! Scripts laid out anew, with their comments.

use crate::print::{Line, lines};
use crate::{ReadError, Script, read};

/// The script in the layout of [`print()`](crate::print()), with its comments where they were: behind what they follow or stand in,
/// or on lines of their own before the next instruction or closing parenthesis. A formatted text formats to itself.
///
/// ```
/// let text = "(seq ; first\n (null)(null))";
/// assert_eq!(aqua_air::format(text).expect("valid"), "(seq ; first\n (null)\n (null)\n)\n");
/// ```
///
/// # Errors
/// When the text is not a valid script.
pub fn format(text: &str) -> Result<String, ReadError> {
    let script = read(text)?;
    let (printed, lines) = lines(&script);
    let mut out = String::with_capacity(text.len());
    let mut comments = comments(text).into_iter().peekable();
    let mut at = 0;
    for (nth, line) in lines.iter().enumerate() {
        let indentation = &printed[at..line.start];
        let left = place(&script, line);
        while let Some(comment) = comments.next_if(|comment| !comment.follows && comment.at < left) {
            out.extend([indentation, comment.text, "\n"]);
        }
        out.push_str(printed[at..line.end].trim_end_matches('\n'));
        let next = lines.get(nth + 1).map_or(usize::MAX, |next| place(&script, next));
        let end = end(&script, line);
        while let Some(comment) = comments.next_if(|it| it.at < end || (it.follows && it.at < next)) {
            out.extend([" ", comment.text]);
        }
        out.push('\n');
        at = line.end;
    }
    comments.for_each(|comment| out.extend([comment.text, "\n"]));
    Ok(out)
}

/// Where the line begins in the text that was read.
fn place(script: &Script, line: &Line) -> usize {
    let span = script.span(line.instruction).expect("a script from text has spans");
    if line.closes {
        span.right as usize - 1
    } else {
        span.left as usize
    }
}

/// Up to where comments are inside of what became the line: nested instructions have lines of their own.
fn end(script: &Script, line: &Line) -> usize {
    if script[line.instruction].children().next().is_some() {
        return 0;
    }
    script.span(line.instruction).map_or(0, |span| span.right as usize)
}

struct Comment<'a> {
    /// Where its `;` stands.
    at: usize,
    /// From `;` to the end of the line.
    text: &'a str,
    /// Whether something stands before it on its line.
    follows: bool,
}

/// The comments of a valid script: a `;` outside of texts begins one.
fn comments(text: &str) -> Vec<Comment<'_>> {
    let mut comments = Vec::new();
    let (mut at, mut line) = (0, 0);
    while let Some(found) = text[at..].find(['"', ';', '\n']) {
        let sign = at + found;
        at = match text.as_bytes()[sign] {
            b'\n' => {
                line = sign + 1;
                line
            }
            b'"' => text[sign + 1..].find('"').map_or(text.len(), |len| sign + len + 2),
            _ => {
                let len = text[sign..].find('\n').unwrap_or(text.len() - sign);
                comments.push(Comment {
                    at: sign,
                    text: text[sign..sign + len].trim_end(),
                    follows: !text[line..sign].trim_start().is_empty(),
                });
                sign + len
            }
        };
    }
    comments
}
