//! Programs at the limits of depth, length and width.

use aqua_compiler::{CheckedProgram, InMemory, Options, check, codes};
use std::fmt::Write;

fn checked(program: String) -> CheckedProgram {
    check(
        &InMemory::new().with("main.aqua", program),
        "main.aqua",
        &Options::default(),
    )
}

fn found(checked: &CheckedProgram) -> Vec<&'static str> {
    let mut names: Vec<_> = checked.diagnostics.iter().map(|message| message.code.name()).collect();
    names.dedup();
    names
}

#[test]
fn exponential_types_are_rejected_quickly() {
    let mut program = "aqua M declares *\n\ndata D0:\n    x: u8\n\n".to_owned();
    for level in 1..=60 {
        let _ = write!(program, "data D{level}:\n    x: D{0}\n    y: D{0}\n\n", level - 1);
    }
    assert_eq!(found(&checked(program)), [codes::TYPE_TOO_LARGE.name()]);
}

#[test]
fn nested_collections_are_limited() {
    let mut program = "aqua M declares *\n\nfunc f():\n    x0 = [1]\n".to_owned();
    for level in 1..=5_000 {
        let _ = writeln!(program, "    x{level} = [x{}]", level - 1);
    }
    let checked = checked(program);
    assert_eq!(found(&checked), [codes::TYPE_TOO_LARGE.name()]);
    assert_eq!(checked.diagnostics.len(), 1);
}

#[test]
fn brackets_and_blocks_nest_up_to_the_limit_of_the_grammar() {
    for depth in [50, 190, 5_000] {
        let value = format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
        let program = format!("aqua M declares *\n\nfunc f() -> u32:\n    <- {value}\n");
        let nested = checked(program);
        assert!(nested.diagnostics.len() <= 1, "{:?}", found(&nested));
        let mut program = "aqua M declares *\n\nfunc f():\n".to_owned();
        for level in 1..=depth.min(400) {
            let _ = writeln!(program, "{}if true:", " ".repeat(level));
        }
        let _ = writeln!(program, "{}x = 1", " ".repeat(depth.min(400) + 1));
        let nested = checked(program);
        assert!(nested.diagnostics.len() <= 1, "{:?}", found(&nested));
    }
}

#[test]
fn long_chains_of_copies_are_rejected() {
    let copies = ".copy(x = 1)".repeat(3_000);
    let program = format!("aqua M declares *\n\ndata D:\n    x: u8\n\nfunc f(d: D) -> D:\n    <- d{copies}\n");
    assert_eq!(checked(program).diagnostics.len(), 1);
}

/// A message about a long line shows a part of it, so the output is linear in the number of messages.
#[test]
fn thousands_of_parameters_on_one_line_are_reported_in_linear_space() {
    const COUNT: usize = 4_000;
    let parameters: Vec<String> = (0..COUNT).map(|index| format!("a{index}: u32")).collect();
    let program = format!(
        "aqua Main\n\nexport main\n\nfunc wide({}) -> u32:\n    <- a1\n\nfunc main() -> u32:\n    <- 1\n",
        parameters.join(", ")
    );
    let checked = checked(program);
    // All parameters but one, and the function.
    assert_eq!(checked.diagnostics.len(), COUNT);
    let rendered = aqua_render::terminal(&checked.sources, &checked.diagnostics, aqua_render::Colour::Off);
    assert!(rendered.len() < COUNT * 1_000, "{} bytes", rendered.len());
}

#[test]
fn long_chains_of_operators_compile() {
    let chain = |term: &str, operator: &str| vec![term; 2_000].join(&format!(" {operator} "));
    let program = format!(
        "aqua Main\n\nexport main\n\nfunc main(a: u32, b: bool) -> u32, u32, u32, bool, bool:\n    <- {}, {}, a + {}, {}, {}\n",
        chain("a", "+"),
        chain("1", "+"),
        chain("1", "-"),
        chain("b", "&&"),
        chain("b", "||"),
    );
    let sources = InMemory::new().with("main.aqua", program);
    let compilation = aqua_compiler::compile(&sources, "main.aqua", &Options::default());
    assert_eq!(compilation.diagnostics, []);
    assert_eq!(compilation.functions.len(), 1);
}

#[test]
fn long_chains_of_imports_are_loaded() {
    let mut sources = InMemory::new();
    for number in 0..5_000 {
        let text = format!("aqua M{number} declares *\n\nimport \"m{}.aqua\"\n", number + 1);
        sources = sources.with(format!("m{number}.aqua"), text);
    }
    sources = sources.with("m5000.aqua", "aqua Last declares *\n\nconst END = 1\n");
    assert!(check(&sources, "m0.aqua", &Options::default()).diagnostics.is_empty());
}

#[test]
fn checking_is_linear_in_the_number_of_names() {
    let mut program =
        "aqua M\n\nexport f\n\nservice Op(\"op\"):\n    id(x: string) -> string\n\nfunc f(x0: string) -> string:\n"
            .to_owned();
    for number in 1..=5_000 {
        let _ = writeln!(program, "    x{number} <- Op.id(x{})", number - 1);
    }
    program.push_str("    <- x5000\n");
    assert!(checked(program).diagnostics.is_empty());
}
