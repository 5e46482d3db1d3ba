//! Programs with mistakes, and what a person reads about them: `suites/wrong/*.aqua`, one mistake or more in each.
//!
//! A line with a mistake says so in a comment: `-- error[CODE]` or `-- warning[CODE]`. Exactly these lines get a message
//! of that code; each message has a help line or a fix; and once all fixes are applied, what they mend is gone.

use aqua_compiler::{CheckedProgram, InMemory, Options, check};
use aqua_diagnostics::Severity;
use aqua_tests::in_memory_with_std::InMemoryWithStd;

#[test]
fn each_mistake_has_a_message_that_helps() {
    insta::glob!("wrong/*.aqua", |path| {
        let text = std::fs::read_to_string(path).expect("a readable program");
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let checked = checked(&name, &text);
        assert_eq!(found(&checked), expected(&text), "{}", shown(&checked));
        for message in &checked.diagnostics {
            assert!(message.help.is_some() || message.fix.is_some(), "{message:?}");
        }
        let mended = mended(&checked, &text);
        insta::assert_snapshot!(format!("{text}\n────\n{}────\n{mended}", shown(&checked)));
    });
}

/// Lines and codes as the comments say, in order.
fn expected(text: &str) -> Vec<(u32, String)> {
    let marks = text.lines().enumerate().flat_map(|(at, line)| {
        line.split("-- ").skip(1).filter_map(move |mark| {
            let (severity, rest) = mark.split_once('[')?;
            let known = severity == "error" || severity == "warning";
            known.then(|| (at as u32 + 1, format!("{severity}[{}", rest.trim_end())))
        })
    });
    marks.collect()
}

fn found(checked: &CheckedProgram) -> Vec<(u32, String)> {
    let row = |message: &aqua_diagnostics::Diagnostic| {
        let severity = if message.severity == Severity::Error {
            "error"
        } else {
            "warning"
        };
        (
            checked.sources.location(message.span).0,
            format!("{severity}[{}]", message.code),
        )
    };
    checked.diagnostics.iter().map(row).collect()
}

/// Applies every fix, then says what is still wrong: nothing that had a fix.
fn mended(checked: &CheckedProgram, text: &str) -> String {
    let fixed: Vec<_> = checked
        .diagnostics
        .iter()
        .filter(|message| message.fix.is_some())
        .collect();
    if fixed.is_empty() {
        return "no fixes\n".to_owned();
    }
    let mut edits: Vec<_> = fixed
        .iter()
        .flat_map(|message| &message.fix.as_ref().expect("filtered").edits)
        .collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut mended = text.to_owned();
    for edit in edits.iter().rev() {
        mended.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    let again = self::checked("mended.aqua", &mended);
    // Without errors, there may be warnings that were not reported beside errors.
    let errors = again.diagnostics.iter().filter(|message| message.is_error());
    let left = checked.diagnostics.len() - fixed.len();
    assert_eq!(errors.count(), left, "after the fixes:\n{mended}\n{}", shown(&again));
    format!(
        "after {} fixes {left} messages are left\n{}",
        fixed.len(),
        difference(text, &mended)
    )
}

/// Lines that a fix changed or added.
fn difference(before: &str, after: &str) -> String {
    let before: Vec<&str> = before.lines().collect();
    after
        .lines()
        .filter(|line| !before.contains(line))
        .map(|line| format!("+ {line}\n"))
        .collect()
}

fn checked(name: &str, text: &str) -> CheckedProgram {
    let loader = InMemoryWithStd::new(InMemory::new().with(name, text));
    check(&loader, name, &Options::default())
}

fn shown(checked: &CheckedProgram) -> String {
    aqua_render::terminal(&checked.sources, &checked.diagnostics, aqua_render::Colour::Off)
}
