//! The published packages as the published compiler takes them: copies in which headers and doubled names are mended, by the
//! fixes that we offer for them.

use aqua_compiler::checked::{Function, Service};
use aqua_compiler::typing::{Arrow, Type};
use aqua_compiler::{CheckedProgram, Options, check, codes};
use aqua_diagnostics::{Diagnostic, FileId, Source};
use aqua_project::FileLoader;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
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
        let disk = FileLoader::new(vec![packages.to_owned()]);
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

fn check_file(disk: &FileLoader, path: &Path) -> CheckedProgram {
    let entry = disk.entry(path).expect("a file");
    check(disk, &entry, &Options::default())
}

/// The text of a file, and its number.
fn source_of<'a>(checked: &'a CheckedProgram, path: &Path) -> (FileId, &'a Source) {
    // Sources have the paths that symbolic links lead to.
    let path = path.canonicalize().expect("a file");
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

/// A module that imports a file, exports its functions and wraps its methods; none when there is nothing to export.
pub fn root_module(packages: &Path, file: &str) -> Option<String> {
    let disk = FileLoader::new(vec![packages.to_owned()]);
    let checked = check_file(&disk, &packages.join(file));
    let (id, _) = source_of(&checked, &packages.join(file));
    let own = |function: &&Function| function.file == id && is_exportable(&function.arrow);
    let functions = checked.program.functions().filter(own);
    let exported: Vec<String> = functions.map(|function| function.name.to_string()).collect();
    let mut wrappers = String::new();
    let mut wrapped = Vec::new();
    for service in checked.program.services().filter(|service| service.file == id) {
        for (method, arrow) in service.methods.iter().filter(|(_, arrow)| is_exportable(arrow)) {
            let name = format!("in{}_{method}", service.name);
            wrappers.push_str(&wrapper(&name, service, method, arrow));
            wrapped.push(name);
        }
    }
    let names: Vec<String> = exported.into_iter().chain(wrapped).collect();
    if names.is_empty() {
        return None;
    }
    let text = format!(
        "aqua Root declares *\n\nimport \"{file}\"\n\nexport {}\n\n{wrappers}",
        names.join(", ")
    );
    Some(text)
}

fn wrapper(name: &str, service: &Service, method: &str, arrow: &Arrow) -> String {
    let mut text = String::new();
    let parameters = arrow.parameters.iter().enumerate();
    let parameters = parameters.map(|(at, parameter)| format!(", a{at}: {}", parameter.ty));
    let results: Vec<String> = arrow.results.iter().map(Type::to_string).collect();
    let arrow_text = if results.is_empty() {
        String::new()
    } else {
        format!(" -> {}", results.join(", "))
    };
    let parameters = parameters.collect::<String>();
    writeln!(text, "func {name}(peer: string{parameters}){arrow_text}:").expect("text");
    if service.default_id.is_none() {
        writeln!(text, "    {} \"the-id\"", service.name).expect("text");
    }
    let arguments: Vec<String> = (0..arrow.parameters.len()).map(|at| format!("a{at}")).collect();
    let call = format!("{}.{method}({})", service.name, arguments.join(", "));
    writeln!(text, "    on peer:").expect("text");
    if results.is_empty() {
        writeln!(text, "        {call}\n").expect("text");
    } else {
        writeln!(text, "        r <- {call}\n    <- r\n").expect("text");
    }
    text
}

/// Whether values of the types can come from outside and go there.
fn is_exportable(arrow: &Arrow) -> bool {
    let outside = |ty: &Type| {
        !matches!(
            ty,
            Type::Stream(_) | Type::StreamMap(_) | Type::Ability(_) | Type::Service(_)
        )
    };
    let given = arrow.parameters.iter().all(|parameter| outside(&parameter.ty));
    given
        && arrow
            .results
            .iter()
            .all(|ty| outside(ty) && !matches!(ty, Type::Arrow(_)))
}
