//! `aqua explain`: prints the page of an error code, or lists all codes.

use crate::failure::Failure;
use crate::options::ExplainOptions;
use crate::terminal::Terminal;
use serde_json::json;

/// Prints the page, or a line for each code.
pub(crate) fn explain(options: &ExplainOptions, terminal: Terminal) -> Result<(), Failure> {
    let Some(code) = &options.code else {
        for code in aqua_render::codes() {
            let page = aqua_render::explain(code).unwrap_or_default();
            let title = page
                .lines()
                .next()
                .and_then(|line| line.split_once(": "))
                .map_or("", |(_, title)| title);
            print(terminal, code, title, page, &format!("{code}  {title}"));
        }
        return Ok(());
    };
    let Some(page) = aqua_render::explain(code) else {
        let message = format!("unknown error code `{code}`; `aqua explain` lists all codes");
        return Err(Failure::Usage(message));
    };
    let title = page
        .lines()
        .next()
        .and_then(|line| line.split_once(": "))
        .map_or("", |(_, title)| title);
    print(terminal, &code.to_ascii_uppercase(), title, page, page.trim_end());
    Ok(())
}

fn print(terminal: Terminal, code: &str, title: &str, page: &str, text: &str) {
    if terminal.is_json() {
        terminal.object(&json!({"kind": "explanation", "code": code, "title": title, "page": page}));
    } else {
        terminal.result(text);
    }
}
