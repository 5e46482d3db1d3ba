//! Shrinking: removes lines of a program as long as a property holds.

/// Removes as many lines as `shows` allows. A line is removed together with its indented block, or
/// alone, with its block moved to its place.
pub fn smaller(text: &str, shows: &mut dyn FnMut(&str) -> bool) -> String {
    let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
    let mut tries = 0;
    loop {
        let before = lines.len();
        let mut at = lines.len();
        while at > 0 {
            at -= 1;
            for candidate in without(&lines, at) {
                tries += 1;
                if tries > 150 {
                    return joined(&lines);
                }
                if shows(&joined(&candidate)) {
                    lines = candidate;
                    at = at.min(lines.len());
                    break;
                }
            }
        }
        if lines.len() == before {
            return joined(&lines);
        }
    }
}

/// The lines without the block at that line, or with the body of the block in its place.
fn without(lines: &[String], at: usize) -> Vec<Vec<String>> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let Some(line) = lines.get(at) else {
        return Vec::new();
    };
    let own = indent(line);
    let inside = lines[at + 1..]
        .iter()
        .take_while(|line| !line.trim().is_empty() && indent(line) > own)
        .count();
    let mut candidates = vec![[&lines[..at], &lines[at + 1 + inside..]].concat()];
    if inside > 0 && own > 0 {
        let freed = lines[at + 1..=at + inside]
            .iter()
            .map(|line| line[2.min(indent(line))..].to_owned());
        let freed: Vec<String> = freed.collect();
        candidates.push([&lines[..at], &freed[..], &lines[at + 1 + inside..]].concat());
    }
    candidates
}

fn joined(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}
