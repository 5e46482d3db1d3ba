//! `aqua service new`: writes the source of a new service.

mod guest;

use crate::failure::Failure;
use crate::terminal::Terminal;
use anyhow::{Context as _, anyhow};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Create the source of a service
///
/// Writes a folder with a service and a README with the commands to build and call it. In Python and JavaScript, the interface of the
/// service is a file in WIT. In Rust, it follows from the functions in the source, and the crate `aqua-guest` is a part of the folder.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua service new counter                    a service in Rust, in the folder counter
  aqua service new counter --lang python

Exit codes: 1 if the folder exists, 2 for an invalid name.")]
pub(crate) struct NewOptions {
    /// The name of the service and of its folder: lower-case words with `-` between them
    name: String,
    /// The language of the service
    #[arg(long, value_enum, default_value_t = Language::Rust)]
    lang: Language,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    Rust,
    Python,
    Js,
}

/// Writes the folder.
pub(crate) fn new(options: &NewOptions, terminal: Terminal) -> Result<(), Failure> {
    let name = &options.name;
    if !is_name(name) {
        return Err(Failure::Usage(format!(
            "`{name}` can't be the name of a service: use lower-case words that begin with a letter, with `-` between them"
        )));
    }
    let folder = Path::new(name);
    if folder.exists() {
        return Err(Failure::System(anyhow!("{name} exists already")));
    }
    let files: Vec<(PathBuf, String)> = files(options.lang, name);
    for (path, text) in &files {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).with_context(|| format!("can't create {}", parent.display()))?;
        std::fs::write(&path, text).with_context(|| format!("can't write {}", path.display()))?;
    }
    if terminal.is_json() {
        for (path, text) in &files {
            let path = folder.join(path).display().to_string();
            terminal.object(&json!({"kind": "artifact", "path": path, "bytes": text.len()}));
        }
    } else {
        terminal.extra(&format!(
            "{name} is a new service; build it with `aqua service build {name}`\n"
        ));
    }
    Ok(())
}

/// The files of a new service, by their path in its folder.
fn files(language: Language, name: &str) -> Vec<(PathBuf, String)> {
    let readme = include_str!("templates/README.md.in");
    let wit = format!("wit/{name}.wit");
    let interface = (&*wit, include_str!("templates/service.wit"));
    let templates = match language {
        Language::Rust => vec![
            ("Cargo.toml", include_str!("templates/Cargo.toml.in")),
            ("src/lib.rs", include_str!("templates/lib.rs.in")),
            (".gitignore", "/target\n"),
            (
                "README.md",
                concat!(
                    include_str!("templates/README.md.in"),
                    include_str!("templates/rust.md.in")
                ),
            ),
        ],
        Language::Python => vec![
            ("app.py", include_str!("templates/app.py.in")),
            (".gitignore", "__pycache__\n"),
            ("README.md", readme),
            interface,
        ],
        Language::Js => vec![
            ("app.js", include_str!("templates/app.js.in")),
            ("README.md", readme),
            interface,
        ],
    };
    let source = match language {
        Language::Rust => "src/lib.rs",
        Language::Python | Language::Js => &wit,
    };
    let written = templates.into_iter().map(|(path, text)| {
        let text = text
            .replace("@INTERFACE@", source)
            .replace("@NAME@", name)
            .replace("@MODULE@", &name.replace('-', "_"));
        (PathBuf::from(path), text)
    });
    let guest = match language {
        Language::Rust => guest::FILES,
        Language::Python | Language::Js => &[],
    };
    let copied = guest
        .iter()
        .map(|(path, text)| (Path::new("aqua-guest").join(path), (*text).to_owned()));
    written.chain(copied).collect()
}

fn is_name(name: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|letter: char| letter.is_ascii_lowercase())
            && word
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
    };
    name.split('-').all(is_word)
}
