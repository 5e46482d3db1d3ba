//! Fixes: an applied fix leads to no new error at the same place.
//!
//! Every fix of every message about the programs of the [`corpus`] is applied alone, and the result is compiled. The lines that the
//! fix changed, and those of its message, have only errors that they had before. Programs with a changed word are generated from
//! [seeds](Seeds).

mod corpus;

use aqua_compiler::Compilation;
use aqua_diagnostics::{Diagnostic, FileId, Fix, Sources};
use aqua_tests::suite::Seeds;
use corpus::{Project, projects};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::ops::Range;

/// The number of generated graphs.
const GRAPHS: u64 = 100;
/// The number of programs with a changed word of a full run.
const CHANGED: u64 = 5000;

#[test]
fn an_applied_fix_leads_to_no_new_error_at_its_place() {
    let seeds = Seeds::of(CHANGED);
    let originals = projects(GRAPHS);
    let valid: Vec<&Project> = originals
        .iter()
        .filter(|project| !project.compile().has_errors())
        .collect();
    let changes =
        (seeds.first()..seeds.first() + seeds.count()).map(|seed| valid[seed as usize % valid.len()].changed(seed));
    let all: Vec<Project> = originals.iter().cloned().chain(changes).collect();
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let shares = (0..threads).map(|share| all.iter().skip(share).step_by(threads));
        let work: Vec<_> = shares.map(|share| scope.spawn(|| Tally::of(share))).collect();
        work.into_iter()
            .map(|share| share.join().expect("compiling never panics"))
            .collect()
    });
    let mut tally = Tally::default();
    for other in tallies {
        tally.applied += other.applied;
        tally.codes.extend(other.codes);
        for (kind, reports) in other.wrong {
            tally.wrong.entry(kind).or_default().extend(reports);
        }
    }
    println!(
        "{} fixes of {} codes in {} programs were applied: {} lead to a new error at the same place",
        tally.applied,
        tally.codes.len(),
        all.len(),
        tally.wrong.values().map(Vec::len).sum::<usize>()
    );
    let shown = tally.wrong.iter().map(|(kind, reports)| {
        let first = reports.iter().min_by_key(|report| report.len());
        format!(
            "=== {} times: {kind}\n{}",
            reports.len(),
            first.map_or("", |report| report)
        )
    });
    let shown: Vec<String> = shown.collect();
    assert!(shown.is_empty(), "{}", shown.join("\n"));
    assert!(tally.applied > 250, "there are few fixes");
}

#[derive(Default)]
struct Tally {
    applied: usize,
    /// The codes of messages with fixes.
    codes: BTreeSet<String>,
    /// Reports about fixes with new errors, by the codes.
    wrong: BTreeMap<String, Vec<String>>,
}

impl Tally {
    fn of<'a>(projects: impl Iterator<Item = &'a Project>) -> Self {
        let mut tally = Self::default();
        for project in projects {
            let before = project.compile();
            for message in &before.diagnostics {
                let Some(fix) = &message.fix else { continue };
                let fixed = applied(project, &before.sources, fix);
                let after = fixed.compile();
                tally.applied += 1;
                tally.codes.insert(message.code.to_string());
                if let Some(new) = new_error(&before, message, fix, &after) {
                    let kind = format!("{} leads to {}", message.code, new.code);
                    let report = format!(
                        "--- {}: {}\n{}--- fixed\n{}",
                        project.name,
                        fix.message,
                        rendered(&before.sources, message),
                        rendered(&after.sources, new)
                    );
                    tally.wrong.entry(kind).or_default().push(report);
                }
            }
        }
        tally
    }
}

fn rendered(sources: &Sources, message: &Diagnostic) -> String {
    aqua_render::terminal(sources, std::slice::from_ref(message), aqua_render::Colour::Off)
}

fn applied(project: &Project, sources: &Sources, fix: &Fix) -> Project {
    let mut fixed = project.clone();
    for (file, source) in sources.iter() {
        if let Some(text) = fixed.files.get_mut(&source.name) {
            *text = fix.apply(file, &source.text).expect("edits that don't overlap");
        }
    }
    fixed
}

/// An error at the place of a fix that was not there before.
fn new_error<'a>(
    before: &Compilation,
    message: &Diagnostic,
    fix: &Fix,
    after: &'a Compilation,
) -> Option<&'a Diagnostic> {
    let known: BTreeSet<(&str, &str)> = before
        .diagnostics
        .iter()
        .filter(|known| *known != message)
        .map(|known| (known.code.name(), &known.message[..]))
        .collect();
    let name_of = |sources: &Sources, file: FileId| sources.get(file).map(|source| source.name.clone());
    let mut places: Vec<(String, Range<u32>)> = Vec::new();
    for span in fix.edits.iter().map(|edit| edit.span).chain([message.span]) {
        let (file, range) = (
            name_of(&before.sources, span.file),
            moved(fix, span.file, span.start..span.end),
        );
        places.extend(file.map(|file| (file, range)));
    }
    after.diagnostics.iter().filter(|new| new.is_error()).find(|new| {
        let Some(source) = after.sources.get(new.span.file) else {
            return false;
        };
        let lines = |start: u32, end: u32| line_of(&source.text, start)..=line_of(&source.text, end);
        let at = lines(new.span.start, new.span.start);
        let here = places.iter().any(|(file, range)| {
            let place = lines(range.start, range.end);
            *file == source.name && place.start() <= at.end() && at.start() <= place.end()
        });
        here && !known.contains(&(new.code.name(), &new.message[..]))
    })
}

/// The range in the fixed text.
fn moved(fix: &Fix, file: FileId, range: Range<u32>) -> Range<u32> {
    let moved = |offset: u32, includes_insertions: bool| {
        let edits = fix.edits.iter().filter(|edit| edit.span.file == file);
        let before = edits.filter(|edit| {
            edit.span.end < offset || edit.span.end == offset && (edit.span.start < offset || includes_insertions)
        });
        let shift: i64 = before
            .map(|edit| edit.text.len() as i64 - i64::from(edit.span.end - edit.span.start))
            .sum();
        (i64::from(offset) + shift) as u32
    };
    let start = moved(range.start, false);
    start..moved(range.end, true).max(start)
}

fn line_of(text: &str, offset: u32) -> usize {
    let end = (offset as usize).min(text.len());
    text.as_bytes()[..end].iter().filter(|byte| **byte == b'\n').count()
}
