//! Local links of Markdown files: each must name a file or folder of the tree and, after `#`, a heading of that file.

use crate::{files, print};
use anyhow::{Context, Result, bail};
use std::path::Path;

/// Checks all links without a scheme. Fails with a list of broken links.
pub(crate) fn check(root: &Path) -> Result<()> {
    let (mut checked, mut broken) = (0, Vec::new());
    for file in files(root, &[".md"])? {
        let text = std::fs::read_to_string(root.join(&file)).with_context(|| file.clone())?;
        for (line, target) in links(&text) {
            checked += 1;
            if !resolves(root, &file, &text, target) {
                broken.push(format!("{file}:{line}: {target}"));
            }
        }
    }
    if broken.is_empty() {
        print(&format!("links: {checked} checked"));
        return Ok(());
    }
    bail!("broken links:\n  {}", broken.join("\n  "))
}

/// The targets of `[text](target)` outside code, with line numbers. Targets with a scheme are skipped.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (at, line) in text.lines().enumerate() {
        fenced ^= line.trim_start().starts_with("```");
        if fenced {
            continue;
        }
        // Backticks alternate between prose and code.
        for prose in line.split('`').step_by(2) {
            for rest in prose.split("](").skip(1) {
                let target = rest.split([')', ' ']).next().unwrap_or("");
                if !target.contains("://") && !target.starts_with("mailto:") && !target.is_empty() {
                    found.push((at + 1, target));
                }
            }
        }
    }
    found
}

fn resolves(root: &Path, file: &str, text: &str, target: &str) -> bool {
    let (path, heading) = target.split_once('#').unwrap_or((target, ""));
    if path.is_empty() {
        return has_heading(text, heading);
    }
    let path = root.join(file).with_file_name("").join(path);
    if heading.is_empty() {
        return path.exists();
    }
    std::fs::read_to_string(path).is_ok_and(|text| has_heading(&text, heading))
}

fn has_heading(text: &str, anchor: &str) -> bool {
    let slug = |line: &str| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title
            .chars()
            .filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_'));
        kept.map(|it| if it == ' ' { '-' } else { it }).collect::<String>()
    };
    text.lines()
        .filter(|line| line.starts_with('#'))
        .any(|line| slug(line) == anchor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_targets_with_a_scheme_are_skipped() {
        let text = "[a](x.md) `[b](y.md)`\n```\n[c](z.md)\n```\n[d](https://e.f) [g](#h-i)\n# H, i!\n";
        assert_eq!(links(text), [(1, "x.md"), (5, "#h-i")]);
        assert!(has_heading(text, "h-i"));
        assert!(!has_heading(text, "h"));
    }
}
