//! Rendered messages: snapshots of a program and its messages. Applied fixes remove the errors.

use aqua_compiler::{CheckedProgram, InMemory, Options, check};
use aqua_diagnostics::FileId;
use std::fmt::Write;

/// The common header of the programs.
const PROLOGUE: &str = "aqua Main

import decorate, Named from \"texts.aqua\"

export main

service Op(\"op\"):
    noop()
    id(text: string) -> string
    number(of: u32) -> u32

";

const TEXTS: &str = "aqua Texts declares decorate, Named

data Named:
    name: string
    tags: []string

func secret(text: string) -> string:
    <- text

func decorate(text: string) -> string:
    decorated <- secret(text)
    <- decorated
";

fn checked(program: &str) -> CheckedProgram {
    let sources = InMemory::new().with("main.aqua", program).with("texts.aqua", TEXTS);
    check(&sources, "main.aqua", &Options::default())
}

fn rendered(checked: &CheckedProgram) -> String {
    aqua_render::terminal(&checked.sources, &checked.diagnostics, aqua_render::Colour::Off)
}

/// Applies all fixes to a program.
fn fixed(program: &str, checked: &CheckedProgram) -> Option<String> {
    let fixes = checked.diagnostics.iter().filter_map(|message| message.fix.as_ref());
    let edits: Vec<_> = fixes.flat_map(|fix| fix.edits.clone()).collect();
    let fix = aqua_diagnostics::Fix {
        message: String::new(),
        edits,
    };
    (!fix.edits.is_empty()).then(|| fix.apply(FileId(0), program).expect("fixes that don't overlap"))
}

fn show(program: &str, shown: &str) -> String {
    let checked = checked(program);
    let mut out = format!("{}\n\n{}", shown.trim_end(), rendered(&checked));
    if let Some(fixed) = fixed(program, &checked) {
        let changed = fixed.lines().filter(|line| !program.lines().any(|old| old == *line));
        let _ = write!(
            out,
            "With the fixes:\n{}",
            changed.map(|line| format!("{line}\n")).collect::<String>()
        );
        let unfixed = checked
            .diagnostics
            .iter()
            .filter(|message| message.is_error() && message.fix.is_none())
            .count();
        let again = self::checked(&fixed);
        let left = again.diagnostics.iter().filter(|message| message.is_error()).count();
        assert!(left <= unfixed, "a fix leaves an error:\n{fixed}\n{}", rendered(&again));
    }
    out
}

/// Snapshots of bodies under the common prologue, or of whole programs.
macro_rules! messages {
    ($($name:ident: $body:literal)*) => {$(
        #[test]
        fn $name() {
            let program = if $body.starts_with("aqua ") { $body.to_owned() } else { format!("{PROLOGUE}{}", $body) };
            insta::with_settings!({ omit_expression => true }, {
                insta::assert_snapshot!(stringify!($name), show(&program, $body));
            });
        }
    )*};
}

messages! {
    unknown_names_with_suggestions: "func main(name: string) -> string:
    text <- decorat(nmae)
    <- text
"
    a_guess_that_would_lead_to_another_error_is_advice: "func main(who: Named, number: u32, text: string):
    fits <- Op.id(wo.name)
    field <- Op.id(wo.age)
    parameter <- Op.id(numbr)
    arguments <- Op.nuber(text)
    for item <- wo:
        Op.noop()
"
    unknown_types: "func main(a: Namd, b: string, c: sting) -> Foo:
    <- a
"
    unknown_service_method: "func main(name: string) -> string:
    Op.nop()
    text <- Op.concat(name, name)
    <- text
"
    wrong_argument_types: "func main(name: ?string, count: u64, who: Named, names: []string):
    a <- Op.id(name)
    b <- Op.number(count)
    c <- Op.id(who)
    d <- Op.id(names)
    e <- Op.number(\"1\")
"
    wrong_arity: "func greet(name: string, times: u32) -> string:
    <- name

func main(name: string):
    a <- greet(name)
    b <- greet(name, 1, 2, 3)
    Op.noop(name)
"
    returns: "func nothing() -> string:
    Op.noop()

func fewer() -> string, u32:
    <- \"a\"

func undeclared():
    <- \"a\"

func twice() -> string:
    <- \"a\"
    <- \"b\"

func main() -> string:
    <- 1
"
    fields: "func main(who: Named, all: []Named, maybe: ?Named, text: string) -> string:
    a = who.nam
    b = all.name
    c = maybe.tags
    d = text.length
    e = all.lenght
    <- who.name
"
    records: "func main(name: string) -> Named:
    a = Named(name = name)
    b = Named(name = name, tags = [name], name = name)
    c = Named(name = name, tags = name)
    d = a.copy(nam = name)
    e = Named(name = name, tags = [name], tag = name)
    <- b
"
    streams: "func main(names: []string, peer: string) -> []string:
    all: []string
    found: *string
    names <<- \"x\"
    found <<- 5
    found <- Op.number(1)
    found <<- \"key\", \"value\"
    <- found
"
    stream_maps: "func main(name: string) -> []string:
    map: %string
    map <<- name
    keys <- map.keys()
    values = map.values()
    <- keys
"
    conditions_and_operators: "func main(name: string, count: u32, fraction: f64):
    if name:
        Op.noop()
    a = name + name
    b = count + fraction
    c = count == name
    d = !count
    e = count && true
    f = count > name
    g = fraction * fraction
"
    loops_and_indices: "func main(name: string, names: []string, maybe: ?string):
    for letter <- name:
        Op.noop()
    for key, value <- names:
        Op.noop()
    a = maybe[0]
    b = name[0]
    c = names[name]
"
    peers_and_relays: "func main(peer: ?string, relays: []string, count: u32):
    on peer:
        Op.noop()
    on relays[0] via relays via count:
        Op.noop()
"
    calls: "func main(name: string) -> string:
    a <- name
    b <- Op.noop()
    c <- name()
    d, e <- Op.id(name)
    Op.id(name)
    name == \"x\"
    <- Op.noop()
"
    scopes: "func main(name: string, ready: bool) -> string:
    if ready:
        text = name
    else:
        name = \"again\"
    try:
        Op.noop()
    catch problem:
        Op.noop()
    first <- Op.id(problem.message)
    <- text
"
    predefined_names_in_old_code: "func main(name: string) -> ?string:
    nil: ?string
    <- nil

func other():
    nil: *string -- the end
    -- of the list
    Op.noop()

func last():
    HOST_PEER_ID = \"me\"
    nil: []string
"
    order_and_recursion: "func main(name: string) -> string:
    a <- later(name)
    b <- main(name)
    <- a

func later(name: string) -> string:
    <- name
"
    service_ids: "service Store:
    get() -> string

func main(id: u32) -> string:
    a <- Store.get()
    Store id
    Main \"x\"
    Op \"other\"
    <- a
"
    abilities: "ability Greeter:
    greet(name: string) -> string

func with{Greeter}(name: string) -> string:
    text <- Greeter.greet(name)
    more <- Greeter.gret(name)
    <- text

data Record:
    greet: string

func main(record: Record, callback: u32 -> string) -> string:
    a <- with{record}(\"x\")
    greeter = Greeter(greet = callback)
    b <- with{Op}(\"x\")
    <- a
"
    declarations: "data Twice:
    name: string
    name: string
    stream: *string

service Many(5):
    both() -> string, string
    both() -> string

alias Named: string
const LIMIT = 1
const LIMIT = 2
const OTHER = LIMITS
const HOST_PEER_ID = \"me\"

func main(arrays: []*string, braces: Twice):
    Op.noop()
"
    missing_export: "aqua Main

export greeet, Unknown as U, Shown

ability Shown:
    name: string

func greet(name: string) -> string:
    <- name
"
    nothing_exported: "aqua Main

func greet(name: string) -> string:
    <- name
"
    not_exportable: "aqua Main

export takes, gives

ability Shown:
    name: string

func takes{Shown}() -> string:
    <- Shown.name

func gives(name: string) -> Shown:
    shown = Shown(name = name)
    <- shown
"
    unknown_imports: "aqua Main

import \"text.aqua\"
import secret, decorat from \"texts.aqua\"
use \"texts.aqua\" as Texts

export main

func main() -> string:
    a <- secret()
    b <- Texts.decorat(a)
    c = Texts.Named(name = a, tags = [])
    d = Texts.Other(name = a)
    e <- anything_of_text(a)
    <- a
"
    declares_unknown_names: "aqua Main declares greet, grete

func greet(name: string) -> string:
    <- name
"
    syntax_errors_do_not_cascade: "func broken(name string) -> string:
    <- name

func main(name: string) -> string:
    text <- <- Op.id(name)
    other <- broken(text)
    right <- Op.idd(other)
    <- right
"
    numbers_out_of_range: "aqua Main

export main

service Lamp(\"lamp\"):
    shine(red: u8, blue: i8)

func main(big: u64, small: i8) -> i64:
    Lamp.shine(256, -129)
    Lamp.shine(255, -128)
    <- big + small
"
}

#[test]
fn errors_in_a_dependency_are_distinguished_from_its_style() {
    let old = "module Old declares *\n\nfunc f() -> string:\n    Op.noop()\n    <- 5\n";
    let sources = InMemory::new()
        .with(
            "main.aqua",
            "aqua Main\n\nimport \"lib/old.aqua\"\nimport \"lib/bare.aqua\"\n\nexport f, g\n",
        )
        .with("lib/old.aqua", old)
        .with("lib/bare.aqua", "func g():\n    unused = 1\n")
        .with_folders("", ["lib".to_owned()]);
    insta::assert_snapshot!(rendered(&check(&sources, "main.aqua", &Options::default())));
}

#[test]
fn import_cycles_are_shown_completely() {
    let module = |name: &str, next: &str| format!("aqua {name} declares *\n\nimport \"{next}.aqua\"\n");
    let sources = InMemory::new()
        .with("a.aqua", module("A", "b"))
        .with("b.aqua", module("B", "c"))
        .with("c.aqua", module("C", "a") + "\nfunc f():\n    unknown()\n");
    insta::assert_snapshot!(rendered(&check(&sources, "a.aqua", &Options::default())));
}

#[test]
fn the_entry_function_must_be_exported() {
    let program = "aqua Main\n\nexport f\n\nfunc f() -> u8:\n    <- 1\n\nfunc main() -> u8:\n    <- 1\n";
    let sources = InMemory::new().with("main.aqua", program);
    let options = Options {
        entry: Some("main".into()),
        ..Options::default()
    };
    let checked = check(&sources, "main.aqua", &options);
    let fix = checked.diagnostics[0]
        .fix
        .as_ref()
        .and_then(|fix| fix.apply(FileId(0), program));
    insta::assert_snapshot!(format!("{}With the fix:\n{}", rendered(&checked), fix.expect("a fix")));
}
