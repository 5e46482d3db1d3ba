//! A large project: a full check, and checks after edits.

use crate::measure::{self, Figures};
use anyhow::{Context, Result, ensure};
use aqua_compiler::Changes;
use aqua_project::{Checker, Settings};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

const MODULES: usize = 500;
const LINES: usize = 200;

/// The edit before a check.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Edit {
    /// A number in the body of a function.
    Body,
    /// An empty line at the top, which moves all declarations.
    Above,
}

/// Writes the project: modules of 200 lines that import up to three others each.
fn write(folder: &Path) -> Result<()> {
    for number in 0..MODULES {
        std::fs::write(folder.join(format!("m{number}.aqua")), module(number))?;
    }
    Ok(())
}

fn module(number: usize) -> String {
    let functions: Vec<String> = (0..(LINES - 20) / 21).map(|at| format!("f{number}_{at}")).collect();
    let declared = functions.join(", ");
    let mut text = format!("aqua Module{number} declares Data{number}, Service{number}, {declared}\n\n");
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
    while text.lines().count() < LINES {
        text.push_str("-- The last lines say nothing.\n");
    }
    text
}

pub(crate) fn check() -> Result<Figures> {
    let folder = tempfile::tempdir()?;
    write(folder.path())?;
    let aqua = std::env::current_exe()?.with_file_name("aqua");
    ensure!(aqua.is_file(), "{} is not built", aqua.display());
    measure::children(1, 10, || {
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
    write(folder.path())?;
    let root = folder.path().canonicalize()?;
    let mut checker = Checker::new(std::slice::from_ref(&root), &Settings::default())?;
    let checked = checker.check(Changes::Anything);
    ensure!(
        !checked.has_errors() && checked.modules == MODULES,
        "{} modules",
        checked.modules
    );
    let mut round = 0;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(measure::inside(5, 50, async || {
        round += 1;
        let file = root.join(format!("m{}.aqua", (round * 7) % MODULES));
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
            !checked.has_errors() && (1..MODULES).contains(&checked.modules),
            "{} modules",
            checked.modules
        );
        Ok(())
    }))
}
