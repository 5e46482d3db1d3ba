//! How long a source file may be.

use super::File;
use std::fmt::Write as _;

const MOST_LINES: usize = 800;
const SHOWN: usize = 8;

/// How many files and lines there are, and the longest files.
pub(crate) fn table(files: &[File]) -> String {
    let mut lengths: Vec<(usize, &str)> = files.iter().map(|file| (lines(file), file.path.as_str())).collect();
    lengths.sort_by(|left, right| right.cmp(left));
    let total: usize = lengths.iter().map(|(lines, _)| lines).sum();
    let mut table = format!("{} source files, {total} lines; the longest:\n", lengths.len());
    for (lines, path) in lengths.iter().take(SHOWN) {
        let _ = writeln!(table, "{lines:>6} {path}");
    }
    table
}

/// Files that are too long.
pub(crate) fn violations(files: &[File]) -> Vec<String> {
    let long = files.iter().filter(|file| lines(file) > MOST_LINES);
    long.map(|file| format!("{} has {} lines, more than {MOST_LINES}", file.path, lines(file)))
        .collect()
}

fn lines(file: &File) -> usize {
    file.text.lines().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_more_than_800_lines_is_a_violation() {
        let file = |lines: usize| File {
            path: format!("{lines}.rs"),
            text: "\n".repeat(lines),
        };
        assert_eq!(
            violations(&[file(800), file(801)]),
            ["801.rs has 801 lines, more than 800"]
        );
        assert!(table(&[file(1), file(801)]).contains("   801 801.rs\n     1 1.rs"));
    }
}
