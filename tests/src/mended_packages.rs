//! The published packages as the published compiler takes them: copies in which headers and doubled names are mended, by the
//! fixes that we offer for them.

use aqua_compiler::{Checked, Options, check, codes};
use aqua_diagnostics::{Diagnostic, FileId, Source};
use aqua_project::Disk;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Copies of all files of the packages.
#[derive(Debug)]
pub struct MendedPackages {
    folder: PathBuf,
    doubled: Doubled,
}

impl MendedPackages {
    /// Copies all files, mended by the fixes of our warnings where the published compiler refuses them.
    pub fn copy(packages: &Path, folder: &Path) -> Self {
        let files = sources_of(packages);
        let disk = Disk::new(vec![packages.to_owned()]);
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        let mut doubled = Doubled::default();
        for file in &files {
            let checked = check_file(&disk, &packages.join(file));
            let (id, source) = source_of(&checked, &packages.join(file));
            let mut text = source.text.to_string();
            let mut own: Vec<&Diagnostic> = checked
                .diagnostics
                .iter()
                .filter(|message| message.span.file == id)
                .collect();
            own.sort_by_key(|message| std::cmp::Reverse(message.span.start));
            for message in own {
                if message.code == aqua_grammar::codes::MISSING_HEADER {
                    text = format!("aqua Mended declares *\n\n{text}");
                } else if let Some(fix) = &message.fix {
                    text = fix.apply(id, &text).expect("a fix fits");
                } else if message.code == codes::ALREADY_DEFINED {
                    let first = checked.sources.get(message.secondary[0].span.file).expect("a file");
                    let name = message.message.split('`').nth(1).expect("a name");
                    doubled.0.insert((PathBuf::from(&first.name), name.to_owned()));
                }
            }
            texts.insert(file.clone(), text);
        }
        for (file, text) in texts {
            write(&folder.join(&file), &doubled.renamed(&file, text));
        }
        Self {
            folder: folder.to_owned(),
            doubled,
        }
    }

    /// The text of a module that imports nothing but `file`, which gives some types under other names now.
    pub fn renamed(&self, file: &str, text: String) -> String {
        self.doubled.renamed(file, text)
    }

    /// Where the published compiler finds the imports of each package: its own packages first, then those beside it.
    pub fn imports(&self) -> Value {
        let mended = &self.folder;
        let mut imports = serde_json::Map::new();
        imports.insert(".".to_owned(), json!({"": [mended]}));
        for package in std::fs::read_dir(mended.join("@fluencelabs")).expect("packages") {
            let package = package.expect("a package").path();
            let own = package.join("node_modules");
            imports.insert(package.to_string_lossy().into_owned(), json!({"": [own, mended]}));
        }
        imports.into()
    }
}

/// The `.aqua` files below a folder, relative to it, sorted.
pub fn sources_of(packages: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![packages.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("an installed package") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "aqua") {
                let relative = path.strip_prefix(packages).expect("it lies below");
                files.push(relative.to_string_lossy().into_owned());
            }
        }
    }
    files.sort();
    files
}

/// Writes a file and the folders above it.
pub fn write(path: &Path, text: &str) -> PathBuf {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
    std::fs::write(path, text).expect("a new file");
    path.to_owned()
}

/// Checks the program that begins in a file.
pub fn check_file(disk: &Disk, path: &Path) -> Checked {
    let entry = disk.entry(path).expect("a file");
    check(disk, &entry, &Options::default())
}

/// The text of a file, and its number.
pub fn source_of<'a>(checked: &'a Checked, path: &Path) -> (FileId, &'a Source) {
    let mut found = checked
        .sources
        .iter()
        .filter(|(_, source)| path.ends_with(&source.name) || Path::new(&source.name) == path);
    found.next().expect("the file was read")
}

/// Types that one module has from two others: the file that is the first of them, and the name, which is another one in
/// copies of that file.
#[derive(Debug, Default)]
struct Doubled(BTreeSet<(PathBuf, String)>);

impl Doubled {
    /// The text of a file, or of what imports nothing but it.
    fn renamed(&self, file: &str, text: String) -> String {
        let names = self.0.iter().filter(|(path, _)| path.ends_with(file));
        names.fold(text, |text, (_, name)| text.replace(name, &format!("{name}Too")))
    }
}
