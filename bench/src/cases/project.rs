//! A large project: a full check, and checks after edits.

use crate::measure::{self, Figures};
use anyhow::{Context, Result, ensure};
use aqua_compiler::Changes;
use aqua_project::{Checker, Settings};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// The size of a project.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    modules: usize,
    /// The lines of each module.
    lines: usize,
    /// Whether each module exports a function.
    has_exports: bool,
    /// The number of measured runs.
    runs: usize,
}

impl Size {
    /// 100,000 lines.
    pub(crate) const MEDIUM: Self = Self {
        modules: 500,
        lines: 200,
        has_exports: false,
        runs: 10,
    };
    /// 1,060,000 lines.
    pub(crate) const LARGE: Self = Self {
        modules: 2_500,
        lines: 424,
        has_exports: false,
        runs: 3,
    };
    /// The same with an exported function in each module.
    pub(crate) const LARGE_WITH_EXPORTS: Self = Self {
        has_exports: true,
        ..Self::LARGE
    };
}

/// The edit before a check.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Edit {
    /// A number in the body of a function.
    Body,
    /// An empty line at the top, which moves all declarations.
    Above,
}

/// Writes a project: modules that import up to three others each.
fn write(folder: &Path, size: Size) -> Result<()> {
    for number in 0..size.modules {
        std::fs::write(folder.join(format!("m{number}.aqua")), module(number, size))?;
    }
    Ok(())
}

fn module(number: usize, size: Size) -> String {
    let functions: Vec<String> = (0..(size.lines - 20) / 21)
        .map(|at| format!("f{number}_{at}"))
        .collect();
    let declared = functions.join(", ");
    let mut text = format!("aqua Module{number} declares Data{number}, Service{number}, {declared}\n\n");
    if size.has_exports {
        let _ = writeln!(text, "export f{number}_0\n");
    }
    let before = number.saturating_sub(1);
    for other in BTreeSet::from([before, number / 2, number / 3])
        .into_iter()
        .filter(|other| *other != number)
    {
        let _ = writeln!(text, "import \"m{other}.aqua\"");
    }
    let _ = write!(
        text,
        "\ndata Data{number}:\n    name: string\n    size: u32\n    tags: []string\n
service Service{number}(\"service{number}\"):\n    get(id: string) -> Data{number}
    put(item: Data{number}) -> u32\n    list() -> []string\n\n"
    );
    for name in &functions {
        let _ = write!(
            text,
            "-- Gets and puts.
func {name}(name: string, peers: []string) -> []string, u32:
    found: *string
    for p <- peers par:
        on p:
            try:
                item <- Service{before}.get(name)
                found <<- item.name
            catch e:
                found <<- \"none\"
    total = peers.length + 1
    item = Data{number}(name = name, size = total, tags = peers)
    n <- Service{number}.put(item)
    if n > 3 && total < 100:
        others <- Service{number}.list()
        for o <- others:
            found <<- o
    join found[peers.length - 1]
    <- found, n

"
        );
    }
    while text.lines().count() < size.lines {
        text.push_str("-- The last lines say nothing.\n");
    }
    text
}

pub(crate) fn check(size: Size) -> Result<Figures> {
    let folder = tempfile::tempdir()?;
    write(folder.path(), size)?;
    let aqua = std::env::current_exe()?.with_file_name("aqua");
    ensure!(aqua.is_file(), "{} is not built", aqua.display());
    measure::children(1, size.runs, || {
        let output = Command::new(&aqua).arg("check").arg(folder.path()).output()?;
        ensure!(
            output.status.success(),
            "aqua check: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    })
}

pub(crate) fn check_again(edit: Edit) -> Result<Figures> {
    let folder = tempfile::tempdir()?;
    let size = Size::MEDIUM;
    write(folder.path(), size)?;
    let root = folder.path().canonicalize()?;
    let mut checker = Checker::new(std::slice::from_ref(&root), &Settings::default())?;
    let checked = checker.check(Changes::Anything);
    ensure!(
        !checked.has_errors() && checked.modules == size.modules,
        "{} modules",
        checked.modules
    );
    let mut round = 0;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(measure::inside(5, 50, async || {
        round += 1;
        let file = root.join(format!("m{}.aqua", (round * 7) % size.modules));
        let text = std::fs::read_to_string(&file)?;
        let (header, rest) = text.split_once('\n').context("a header")?;
        let text = match edit {
            Edit::Body => text.replacen("total < 100", &format!("total < {round}"), 1),
            Edit::Above => format!("{header}\n\n{rest}"),
        };
        std::fs::write(&file, text)?;
        let changed = BTreeSet::from([file.to_string_lossy().into_owned()]);
        let checked = checker.check(Changes::Texts(changed));
        ensure!(
            !checked.has_errors() && (1..size.modules).contains(&checked.modules),
            "{} modules",
            checked.modules
        );
        Ok(())
    }))
}
