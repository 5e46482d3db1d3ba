//! The verdicts of the published compiler on programs of several modules, and the standard library.

use aqua_compiler::{Changes, CheckedProgram, InMemory, Options, Sequential, Workspace, check, compile};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Programs on which we and the published compiler disagree, with the reason and the section of the Aqua language
/// specification that says so.
pub(crate) const DIFFERENT: &[(&str, &str, &str)] = &[(
    "mod-expdot",
    "names of used modules can be exported since 0.14.11",
    "§0, dotted names in `export`",
)];

#[derive(Deserialize)]
struct Vector {
    name: String,
    files: BTreeMap<String, String>,
    entry: String,
    accepted: bool,
}

#[test]
fn verdicts_agree() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/aqua-modules.json");
    let text = std::fs::read_to_string(path).expect("the vectors");
    let vectors: Vec<Vector> = serde_json::from_str(&text).expect("the vectors");
    assert_eq!(vectors.len(), 26);
    let mut differing = Vec::new();
    for vector in &vectors {
        let mut loader = InMemory::new()
            .with_folders("", ["lib".to_owned()])
            .with_folders("@x/", ["lib/@x".to_owned()]);
        for (path, text) in &vector.files {
            loader = loader.with(path, text.as_str());
        }
        let checked = check(&loader, &vector.entry, &Options::default());
        if checked.has_errors() == vector.accepted {
            println!(
                "{}",
                aqua_render::terminal(&checked.sources, &checked.diagnostics, aqua_render::Colour::Off)
            );
            differing.push(vector.name.as_str());
        }
    }
    assert_eq!(differing, DIFFERENT.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
}

/// A duplicate of an equal declaration is a warning in a dependency and an error in the user's own files. The
/// fix removes it.
#[test]
fn duplicate_types_in_a_dependency_are_warnings() {
    let ids = "aqua Ids declares *\n\nalias Id: string\n";
    let program = |again: &str| {
        format!(
            "aqua Main declares *\n\nimport \"ids.aqua\"\nexport f\n\nalias Id: {again}\n\nfunc f(id: Id) -> Id:\n    <- id\n"
        )
    };
    let compiled = |folder: &str, again: &str| {
        let loader = InMemory::new().with_folders("", ["lib".to_owned()]);
        let loader = loader
            .with(format!("{folder}ids.aqua"), ids)
            .with(format!("{folder}main.aqua"), program(again));
        check(&loader, &format!("{folder}main.aqua"), &Options::default())
    };
    assert!(compiled("lib/", "u8").has_errors());
    assert!(compiled("", "string").has_errors());
    let checked = compiled("lib/", "string");
    assert!(!checked.has_errors());
    let [message] = checked.diagnostics.as_slice() else {
        panic!("{:?}", checked.diagnostics)
    };
    let text = checked.sources.get(message.span.file).expect("a file").text.clone();
    let fix = message.fix.as_ref().expect("a fix");
    let fixed = fix.apply(message.span.file, &text).expect("it fits");
    assert!(!fixed.contains("alias"));
    let loader = InMemory::new().with("ids.aqua", ids).with("main.aqua", fixed);
    assert!(check(&loader, "main.aqua", &Options::default()).diagnostics.is_empty());
}

fn rendered(checked: &CheckedProgram) -> String {
    aqua_render::terminal(&checked.sources, &checked.diagnostics, aqua_render::Colour::Off)
}

/// The modules of a folder of `tests/vectors/reported`.
fn reported(folder: &str) -> BTreeMap<String, String> {
    let folder = format!("{}/../tests/vectors/reported/{folder}", env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(folder).expect("a reported program");
    let paths = entries.map(|entry| entry.expect("a file").path());
    paths
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("a text"))
        })
        .collect()
}

fn loader(files: &BTreeMap<String, String>) -> InMemory {
    let files = files.iter();
    files.fold(InMemory::new(), |loader, (path, text)| loader.with(path, text.as_str()))
}

/// The messages about a program, and whether it compiles.
fn messages(files: &BTreeMap<String, String>) -> (String, bool) {
    let loader = loader(files);
    let compiled = compile(&loader, "main.aqua", &Options::default());
    let checked = check(&loader, "main.aqua", &Options::default());
    (rendered(&checked), !compiled.functions.is_empty())
}

#[test]
fn of_two_imports_of_a_name_the_later_one_is_used() {
    let files = reported("F01-import-later-wins");
    let (shown, compiles) = messages(&files);
    assert!(compiles, "{shown}");
    insta::assert_snapshot!(shown);
    let compiled = compile(&loader(&files), "main.aqua", &Options::default());
    assert!(aqua_air::print(&compiled.functions[0].script).contains("\"red\""));
}

#[test]
fn imports_of_equal_declarations_give_no_message() {
    let (shown, compiles) = messages(&reported("F01b-same-meaning-twice"));
    assert!(compiles);
    assert_eq!(shown, "");
}

#[test]
fn an_import_of_a_module_that_declares_nothing_is_unused() {
    let (shown, compiles) = messages(&reported("F03-import-of-nothing"));
    assert!(compiles, "{shown}");
    insta::assert_snapshot!(shown);
}

/// The fix for the imported file keeps its names visible; after both fixes there are no messages.
#[test]
fn fixes_for_missing_headers_name_the_modules_after_their_files() {
    let mut files = reported("F13-header-fix-of-imported-file");
    let checked = check(&loader(&files), "main.aqua", &Options::default());
    insta::assert_snapshot!(rendered(&checked));
    for message in &checked.diagnostics {
        let source = checked.sources.get(message.span.file).expect("a file");
        let fix = message.fix.as_ref().expect("a fix");
        let fixed = fix.apply(message.span.file, &source.text).expect("it fits");
        files.insert(source.name.clone(), fixed);
    }
    assert!(files["lib.aqua"].starts_with("aqua Lib declares *\n"));
    assert_eq!(messages(&files), (String::new(), true));
    // A folder has several entries; the fix is the same.
    let mut workspace = Workspace::new(Options::default());
    let files = reported("F13-header-fix-of-imported-file");
    let entries = ["lib.aqua", "main.aqua"];
    workspace.check(&loader(&files), &entries, Changes::Anything, &Sequential);
    let fixes = workspace.diagnostics().into_iter().filter_map(|message| message.fix);
    let fixes: Vec<String> = fixes.map(|fix| fix.message).collect();
    assert_eq!(
        fixes,
        [
            "start the file with `aqua Lib declares *`",
            "start the file with `aqua Main`"
        ]
    );
}

/// Warnings about replaced names are for the user's own files.
#[test]
fn dependencies_can_import_a_name_twice() {
    let with_main = |folder: &str| {
        let loader = InMemory::new()
            .with("lib/a.aqua", "aqua A declares *\n\nfunc f() -> u8:\n    <- 1\n")
            .with("lib/b.aqua", "aqua B declares *\n\nfunc f() -> u8:\n    <- 2\n")
            .with(
                format!("{folder}both.aqua"),
                "aqua Both declares f\n\nimport \"a.aqua\"\nimport \"b.aqua\"\n",
            )
            .with("main.aqua", "aqua Main\n\nimport \"both.aqua\"\n\nexport f\n");
        check(
            &loader.with_folders("", ["lib".to_owned()]),
            "main.aqua",
            &Options::default(),
        )
    };
    assert_eq!(rendered(&with_main("lib/")), "");
    let codes: Vec<_> = with_main("")
        .diagnostics
        .iter()
        .map(|message| message.code.name())
        .collect();
    assert_eq!(codes, ["W1003"]);
}

/// An application imports a library and a package that contains another version of it.
#[test]
fn a_package_can_contain_another_version_of_a_library() {
    let library = |version: u8, field: &str| {
        format!(
            "aqua Library declares *\n\ndata Point:\n    x: u8\n{field}\nservice Log(\"log{version}\"):\n    add(point: Point)\n\n\
             const VERSION = {version}\n\nfunc version() -> u8:\n    <- VERSION\n"
        )
    };
    let package = "aqua Package declares *\n\nimport \"library/library.aqua\"\n\nfunc record(point: Point) -> u8:\n    \
                   Log.add(point)\n    <- version()\n";
    let main = "aqua Main\n\nimport \"package/package.aqua\"\nimport \"library.aqua\"\n\nexport main\n\n\
                func main() -> u8, u8, u8:\n    point = Point(x = 1, y = 2)\n    a <- record(point)\n    b <- version()\n    \
                <- a, b, VERSION\n";
    let files = [
        ("library.aqua", library(2, "    y: u8\n")),
        ("package/package.aqua", package.to_owned()),
        ("package/library/library.aqua", library(1, "")),
        ("main.aqua", main.to_owned()),
    ];
    let files = files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect();
    let (shown, compiles) = messages(&files);
    assert!(compiles, "{shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn the_first_part_of_a_dotted_module_name_can_be_declared() {
    let loader = InMemory::new()
        .with(
            "leaf.aqua",
            "aqua Leaf.Inner declares *\n\nfunc f() -> u8:\n    <- 1\n\ndata D:\n    x: u8\n",
        )
        .with("middle.aqua", "aqua Middle declares Leaf\n\nuse \"leaf.aqua\"\n")
        .with(
            "main.aqua",
            "aqua Main\n\nimport \"middle.aqua\"\nuse \"middle.aqua\" as M\nimport Leaf as L from \"middle.aqua\"\n\n\
             export main\n\nfunc main() -> u8, u8, u8:\n    a <- Leaf.Inner.f()\n    b <- M.Leaf.Inner.f()\n    \
             d = L.Inner.D(x = 1)\n    <- a, b, d.x\n",
        );
    let checked = check(&loader, "main.aqua", &Options::default());
    assert_eq!(rendered(&checked), "");
}

/// Names from a module that was not found, in all positions: the only message is about the import.
#[test]
fn a_failed_import_has_no_follow_up_messages() {
    let headers = [
        "import \"missing.aqua\"",
        "use \"missing.aqua\" as M",
        "use \"missing.aqua\"",
        "import f, S, T, Ab, LIMIT, unused_item from \"missing.aqua\"",
        "use f, S, T, Ab, LIMIT from \"missing.aqua\" as M",
        // Another module has the failed import.
        "import \"broken.aqua\"",
        "use \"broken.aqua\" as M",
    ];
    let body = "export main, run

data D:
    t: P.T

service Op(\"op\"):
    id(t: P.T) -> P.T

const OTHER = LIMIT

func with{P.Ab}(t: P.T) -> P.T:
    <- P.Ab.m(t)

func run(peer: string) -> P.T:
    on peer:
        P.f()
    P.S \"id\"
    a <- P.S.m(OTHER, P.LIMIT)
    b = P.T(x = a)
    c = b.y[0]!.z
    for d <- c:
        e <- P.f(d)
    try:
        P.f()
    otherwise:
        P.f()
    <- b

func main() -> D:
    unread: *P.T
    t <- P.f()
    <- D(t = t)
";
    for header in headers {
        let prefix = if header.starts_with("use") { "M." } else { "" };
        let prefix = if header.ends_with("missing.aqua\"") && header.starts_with("use") {
            "Missing."
        } else {
            prefix
        };
        let text = format!("aqua Main\n\n{header}\n\n{}", body.replace("P.", prefix));
        // Names with a qualifier can't be the value of a constant.
        let text = match prefix {
            "" => text,
            _ => text.replace("const OTHER = LIMIT", "const OTHER = 1"),
        };
        let loader = InMemory::new()
            .with("main.aqua", text)
            .with("broken.aqua", "aqua Broken declares *\n\nimport \"missing.aqua\"\n");
        let checked = check(&loader, "main.aqua", &Options::default());
        let codes: Vec<_> = checked.diagnostics.iter().map(|message| message.code.name()).collect();
        assert_eq!(codes, ["E1010"], "{header}\n{}", rendered(&checked));
    }
}
