//! Emitted scripts: snapshots of small programs and their scripts.

use aqua_compiler::{InMemory, Options, compile};

const SERVICES: &str = "aqua M

export f

service Op(\"op\"):
    noop()
    id(s: string) -> string

";

/// A program and its scripts.
fn emitted(program: &str, options: &Options) -> String {
    let loader = InMemory::new()
        .with("main.aqua", format!("{SERVICES}{program}"))
        .with("service:greeter.aqua", GREETER)
        .with("std/peer.aqua", include_str!("../../stdlib/std/peer.aqua"))
        .with("std/kademlia.aqua", include_str!("../../stdlib/std/kademlia.aqua"))
        .with_folders("std/", ["std".to_owned()]);
    let compilation = compile(&loader, "main.aqua", options);
    let messages = aqua_render::terminal(&compilation.sources, &compilation.diagnostics, aqua_render::Colour::Off);
    assert!(!compilation.has_errors(), "{messages}");
    let scripts: Vec<String> = compilation
        .functions
        .iter()
        .map(|function| aqua_air::print(&function.script))
        .collect();
    format!("{program}\n{:-<100}\n{}", "", scripts.join("\n"))
}

macro_rules! snapshots {
    ($($name:ident: $options:expr, $program:literal;)*) => {
        $(#[test] fn $name() {
            let emitted = emitted($program, &$options);
            insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(emitted) });
        })*
    };
}

/// Options without wrappers: the script contains only the statements.
fn bare() -> Options {
    Options {
        relay: false,
        carry_errors: false,
        ..Options::default()
    }
}

/// The declarations of the quickstart's service, which a project reads from its Wasm file.
const GREETER: &str = "aqua Greeter declares *

service Greeter(\"greeter\"):
  greet(name: string, peer: string) -> string
";

#[test]
fn quickstart() {
    let program = include_str!("../../examples/quickstart/main.aqua");
    let loader = InMemory::new()
        .with("main.aqua", program)
        .with("service:greeter.aqua", GREETER)
        .with("std/peer.aqua", include_str!("../../stdlib/std/peer.aqua"))
        .with("std/kademlia.aqua", include_str!("../../stdlib/std/kademlia.aqua"))
        .with_folders("std/", ["std".to_owned()]);
    let compilation = compile(&loader, "main.aqua", &Options::default());
    assert!(compilation.diagnostics.is_empty(), "{:?}", compilation.diagnostics);
    insta::assert_snapshot!(aqua_air::print(&compilation.functions[0].script));
}

snapshots! {
    remote_call: Options::default(), "func f(peer: string) -> string:
    on peer:
        answer <- Op.id(\"x\")
    <- answer
";
    choice: Options { relay: false, ..Options::default() }, "func f(a: string):
    if a == \"x\":
        Op.noop()
    else:
        Op.id(a)
";
    caught_error: bare(), "func f() -> string:
    words: *string
    try:
        Op.noop()
    catch error:
        words <<- error.message
    <- words!
";
    parallel_loop: Options::default(), "func f(peers: []string) -> []string:
    answers: *string
    for peer <- peers par:
        on peer via HOST_PEER_ID:
            answers <- Op.id(peer)
    join answers[1]
    <- answers
";
    data_and_collections: bare(), "data Point:
    x: u32
    label: string

func f(label: string) -> []Point, ?string:
    point = Point(x = 1, label = label)
    <- [point, point.copy(x = point.x + 1)], ?[label]
";
    closures_and_abilities: bare(), "ability Speaker:
    name: string
    say(text: string) -> string

func twice{Speaker}() -> string:
    once <- Speaker.say(Speaker.name)
    again <- Speaker.say(once)
    <- again

func f(name: string) -> string:
    say = (text: string) -> string:
        said <- Op.id(text)
        <- said
    speaker = Speaker(name = name, say = say)
    result <- twice{speaker}()
    <- result
";
    constants_behind_functions: Options::default(), "func total(count: i16, price: i16) -> i16:
    <- count * price + 1

func fits(sum: i16, wanted: bool) -> bool:
    <- sum < 100 && wanted || !wanted

func f(peer: string) -> i16, bool, i16:
    on peer:
        sum <- total(3, 4)
        ok <- fits(sum, true)
        broken = sum / (sum - 13)
    <- sum, ok, broken
";
    errors_that_leave_two_peers: Options::default(), "func f(a: string, b: string, relay: string):
    here = (text: string) -> string:
        said <- Op.id(text)
        <- said
    on a:
        said <- here(\"x\")
        if said == \"x\":
            on b via relay:
                Op.id(said)
        Op.noop()
";
    stream_map: bare(), "func f(key: string) -> []string, bool, []string:
    found: *string
    entries: %string
    entries <<- key, \"a\"
    for name, value <- entries:
        found <<- value
    <- entries.get(\"k\"), entries.contains(key), found
";
}

/// A program of `size` statements and the instructions of its script.
fn instructions(size: usize) -> usize {
    let statements: String = (0..size)
        .map(|number| {
            format!("    x{number} <- Op.id(\"a\")\n    on x{number} via x{number}:\n        s <- Op.id(x{number})\n")
        })
        .collect();
    let program = format!("{SERVICES}func f() -> []string:\n    s: *string\n{statements}    <- s\n");
    let compilation = compile(
        &InMemory::new().with("main.aqua", program),
        "main.aqua",
        &Options::default(),
    );
    assert!(!compilation.has_errors());
    compilation.functions[0].script.len()
}

#[test]
fn the_size_of_a_script_is_linear_in_the_size_of_the_program() {
    let (one, two) = (instructions(100), instructions(200));
    assert_eq!(instructions(400) - two, 2 * (two - one));
}

#[test]
fn long_programs_have_shallow_scripts() {
    let statements = "    Op.noop()\n".repeat(3_000);
    let program = format!("{SERVICES}func f():\n{statements}");
    let compilation = compile(&InMemory::new().with("main.aqua", program), "main.aqua", &bare());
    let text = aqua_air::print(&compilation.functions[0].script);
    let deepest = text.lines().map(|line| line.len() - line.trim_start().len()).max();
    assert!(deepest < Some(20), "{deepest:?}");
}

#[test]
fn long_chains_of_calls_are_inlined() {
    let mut program = format!("{SERVICES}func f0():\n    Op.noop()\n\n");
    for number in 1..1_000 {
        program.push_str(&format!(
            "func f{number}():\n    on \"p\":\n        f{}()\n\n",
            number - 1
        ));
    }
    program.push_str("func f():\n    f999()\n");
    let compilation = compile(&InMemory::new().with("main.aqua", program), "main.aqua", &bare());
    assert!(!compilation.has_errors());
}

/// Compares the messages and scripts of two compilations.
#[test]
fn a_program_compiles_to_the_same_bytes_each_time() {
    for source in crate::mutations::sources() {
        let all = || {
            let loader = InMemory::new().with("main.aqua", source.as_str());
            let compilation = compile(&loader, "main.aqua", &Options::default());
            let scripts = compilation.functions.iter().map(|it| aqua_air::print(&it.script));
            (compilation.diagnostics.clone(), scripts.collect::<Vec<_>>())
        };
        assert_eq!(all(), all(), "{source}");
    }
}
