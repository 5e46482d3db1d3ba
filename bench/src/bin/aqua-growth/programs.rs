//! The inputs, by dimension and size.

use anyhow::{Result, ensure};
use aqua_air::{Bytecode, ControlFlowGraph, format, print, pseudocode};
use aqua_compiler::{InMemory, Options, check, compile};
use std::fmt::Write as _;

/// An input and what is done with it.
pub(crate) enum Input {
    /// A program that is compiled to scripts, whose text is printed and parsed again. Warnings are rendered.
    Compiled(Vec<(String, String)>),
    /// A program with errors, which are rendered.
    Wrong(String),
    /// A script in text form that goes through all tools for scripts.
    Script(String),
}

impl Input {
    /// The size of the texts.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Compiled(modules) => modules.iter().map(|(_, text)| text.len()).sum(),
            Self::Wrong(text) | Self::Script(text) => text.len(),
        }
    }

    pub(crate) fn run(&self) -> Result<()> {
        match self {
            Self::Compiled(modules) => run_compiler(modules),
            Self::Wrong(program) => run_check(program),
            Self::Script(text) => run_tools(text),
        }
    }
}

fn run_compiler(modules: &[(String, String)]) -> Result<()> {
    let sources = modules.iter().fold(InMemory::new(), |sources, (name, text)| {
        sources.with(name.as_str(), text.as_str())
    });
    let compilation = compile(&sources, "main.aqua", &Options::default());
    let rendered = aqua_render::terminal(&compilation.sources, &compilation.diagnostics, aqua_render::Colour::Off);
    let start = &rendered[..rendered.floor_char_boundary(2_000)];
    ensure!(!compilation.has_errors(), "{start}");
    ensure!(!compilation.functions.is_empty(), "nothing was compiled");
    for function in &compilation.functions {
        Bytecode::parse(&print(&function.script))?;
    }
    Ok(())
}

fn run_check(program: &str) -> Result<()> {
    let checked = check(
        &InMemory::new().with("main.aqua", program),
        "main.aqua",
        &Options::default(),
    );
    ensure!(checked.has_errors(), "the program has no errors");
    let rendered = aqua_render::terminal(&checked.sources, &checked.diagnostics, aqua_render::Colour::Off);
    let objects = aqua_render::json_lines(&checked.sources, &checked.diagnostics);
    ensure!(!rendered.is_empty() && !objects.is_empty(), "nothing was rendered");
    Ok(())
}

fn run_tools(text: &str) -> Result<()> {
    let formatted = format(text)?;
    let bytecode = Bytecode::parse(&formatted)?;
    let decoded = Bytecode::decode(&bytecode.encode())?;
    let script = decoded.disassemble();
    let listing = bytecode.listing();
    let (shown, graph) = (pseudocode(&script), ControlFlowGraph::new(&script).to_mermaid());
    ensure!(
        !listing.is_empty() && !shown.is_empty() && !graph.is_empty(),
        "nothing was printed"
    );
    Ok(())
}

/// The header of all programs, and the service that they call.
fn prologue(exported: &str) -> String {
    format!(
        "aqua Main\n\nexport {exported}\n\nservice Op(\"op\"):\n  id(n: u32) -> u32\n  text(s: string) -> string\n  noop()\n\n"
    )
}

/// A program with this module only.
fn single(text: String) -> Input {
    Input::Compiled(vec![("main.aqua".to_owned(), text)])
}

/// `prologue`, and `main` with a body and the result `last`.
fn body(lines: impl IntoIterator<Item = String>, last: &str) -> String {
    let mut text = prologue("main");
    text.push_str("func main(n: u32, p: string) -> u32:\n");
    for line in lines {
        text.push_str("  ");
        text.push_str(&line);
        text.push('\n');
    }
    let _ = writeln!(text, "  <- {last}");
    text
}

fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(", ")
}

pub(crate) fn parameters(count: usize) -> Input {
    let parameters = list(count, |index| format!("a{index}: u32"));
    single(format!(
        "{}func main({parameters}) -> u32:\n  <- a1\n",
        prologue("main")
    ))
}

pub(crate) fn results(count: usize) -> Input {
    let types = list(count, |_| "u32".to_owned());
    let values = list(count, |index| format!("{index}"));
    let names = list(count, |index| format!("a{index}"));
    let mut text = prologue("main");
    let _ = write!(text, "func many() -> {types}:\n  <- {values}\n\n");
    let _ = write!(text, "func main() -> u32:\n  {names} <- many()\n  <- a1\n");
    single(text)
}

pub(crate) fn arguments(count: usize) -> Input {
    let parameters = list(count, |index| format!("a{index}: u32"));
    let arguments = list(count, |_| "n".to_owned());
    let mut text = prologue("main");
    let _ = write!(text, "service Wide(\"wide\"):\n  call({parameters}) -> u32\n\n");
    let _ = write!(
        text,
        "func main(n: u32) -> u32:\n  x <- Wide.call({arguments})\n  <- x\n"
    );
    single(text)
}

pub(crate) fn terms(count: usize) -> Input {
    single(body([], &vec!["n"; count].join(" + ")))
}

pub(crate) fn constant_terms(count: usize) -> Input {
    single(body(
        [format!("x <- Op.id(n + {})", vec!["1"; count - 1].join(" + "))],
        "x",
    ))
}

pub(crate) fn conditions(count: usize) -> Input {
    let condition = vec!["n > 1"; count / 2].join(" && ");
    single(body([format!("if {condition}:"), "  Op.noop()".to_owned()], "n"))
}

pub(crate) fn brackets(depth: usize) -> Input {
    let value = format!("{}n{}", "Op.id(".repeat(depth), ")".repeat(depth));
    single(body([format!("x <- {value}")], "x"))
}

/// `header` nested in itself, and a call inside.
fn nested(depth: usize, header: impl Fn(usize) -> String) -> Input {
    let mut lines: Vec<String> = (0..depth).map(|level| "  ".repeat(level) + &header(level)).collect();
    lines.push("  ".repeat(depth) + "Op.noop()");
    single(body(lines, "n"))
}

pub(crate) fn blocks(depth: usize) -> Input {
    nested(depth, |level| format!("if n > {level}:"))
}

pub(crate) fn loops(depth: usize) -> Input {
    nested(depth, |level| format!("for i{level} <- [n, n]:"))
}

pub(crate) fn nested_on(depth: usize) -> Input {
    nested(depth, |level| format!("on p via \"relay{level}\":"))
}

pub(crate) fn chain(steps: usize) -> Input {
    let copies = ".copy(n = 1)".repeat(steps - 1);
    let text = prologue("main");
    single(format!(
        "{text}data D:\n  n: u32\n\nfunc main(d: D) -> u32:\n  <- d{copies}.n\n"
    ))
}

pub(crate) fn statements(count: usize) -> Input {
    let lines = (1..count).map(|index| format!("x{index} <- Op.id(x{})", index - 1));
    single(body(
        std::iter::once("x0 <- Op.id(n)".to_owned()).chain(lines),
        &format!("x{}", count - 1),
    ))
}

pub(crate) fn unused(count: usize) -> Input {
    single(body((0..count).map(|index| format!("x{index} = n")), "n"))
}

pub(crate) fn line(count: usize) -> Input {
    let elements = list(count, |index| index.to_string());
    single(body([format!("xs = [{elements}]")], "xs[1]"))
}

pub(crate) fn string(bytes: usize) -> Input {
    single(body([format!("x <- Op.text(\"{}\")", "a".repeat(bytes))], "n"))
}

pub(crate) fn comments(bytes: usize) -> Input {
    let lines = (0..bytes / 80).map(|_| format!("-- {}", "a".repeat(76)));
    single(body(lines, "n"))
}

pub(crate) fn modules(count: usize) -> Input {
    let mut main = "aqua Main\n\n".to_owned();
    let mut modules = Vec::with_capacity(count + 1);
    for index in 0..count {
        let _ = writeln!(main, "import \"m{index}.aqua\"");
        let text = format!("aqua M{index} declares f{index}\n\nfunc f{index}(n: u32) -> u32:\n  <- n + 1\n");
        modules.push((format!("m{index}.aqua"), text));
    }
    main.push_str("\nexport main\n\nfunc main(n: u32) -> u32:\n  x0 <- f0(n)\n");
    for index in 1..count {
        let _ = writeln!(main, "  x{index} <- f{index}(x{})", index - 1);
    }
    let _ = writeln!(main, "  <- x{}", count - 1);
    modules.push(("main.aqua".to_owned(), main));
    Input::Compiled(modules)
}

pub(crate) fn module_chain(count: usize) -> Input {
    let module = |index: usize| {
        let text = match index {
            0 => "aqua M0 declares f0\n\nfunc f0(n: u32) -> u32:\n  <- n\n".to_owned(),
            _ => format!(
                "aqua M{index} declares f{index}\n\nimport \"m{0}.aqua\"\n\nfunc f{index}(n: u32) -> u32:\n  x <- f{0}(n)\n  <- x\n",
                index - 1
            ),
        };
        (format!("m{index}.aqua"), text)
    };
    let mut modules: Vec<_> = (0..count).map(module).collect();
    let main = format!(
        "aqua Main\n\nimport \"m{0}.aqua\"\n\nexport main\n\nfunc main(n: u32) -> u32:\n  <- n\n",
        count - 1
    );
    modules.push(("main.aqua".to_owned(), main));
    Input::Compiled(modules)
}

pub(crate) fn imports(count: usize) -> Input {
    let mut library = "aqua Lib declares *\n\n".to_owned();
    for index in 0..count {
        let _ = writeln!(library, "const C{index} = {index}");
    }
    let names = list(count, |index| format!("C{index}"));
    let main = format!(
        "aqua Main\n\nimport {names} from \"lib.aqua\"\n\nexport main\n\nfunc main() -> u32:\n  <- C{}\n",
        count - 1
    );
    Input::Compiled(vec![("lib.aqua".to_owned(), library), ("main.aqua".to_owned(), main)])
}

pub(crate) fn exports(count: usize) -> Input {
    let mut text = prologue(&list(count, |index| format!("f{index}")));
    for index in 0..count {
        let _ = write!(text, "func f{index}(n: u32) -> u32:\n  x <- Op.id(n)\n  <- x\n\n");
    }
    single(text)
}

pub(crate) fn functions(count: usize) -> Input {
    let mut text = prologue("main");
    for index in 0..count {
        let _ = write!(text, "func f{index}(n: u32) -> u32:\n  x <- Op.id(n)\n  <- x\n\n");
    }
    text.push_str("func main(n: u32):\n");
    for index in 0..count {
        let _ = writeln!(text, "  f{index}(n)");
    }
    single(text)
}

pub(crate) fn call_depth(count: usize) -> Input {
    let mut text = prologue("main") + "func f0(n: u32) -> u32:\n  x <- Op.id(n)\n  <- x\n\n";
    for index in 1..count - 1 {
        let _ = write!(
            text,
            "func f{index}(n: u32) -> u32:\n  x <- f{}(n)\n  <- x\n\n",
            index - 1
        );
    }
    let _ = write!(text, "func main(n: u32) -> u32:\n  x <- f{}(n)\n  <- x\n", count - 2);
    single(text)
}

pub(crate) fn inlined(count: usize) -> Input {
    let mut text = prologue("main") + "func f(n: u32) -> u32:\n  x <- Op.id(n)\n  <- x\n\nfunc main(n: u32):\n";
    text.push_str(&"  f(n)\n".repeat(count));
    single(text)
}

pub(crate) fn fields(count: usize) -> Input {
    let mut text = prologue("main") + "data Wide:\n";
    for index in 0..count {
        let _ = writeln!(text, "  a{index}: u32");
    }
    let values = list(count, |index| format!("a{index} = n"));
    let _ = write!(
        text,
        "\nfunc main(n: u32) -> u32:\n  w = Wide({values})\n  <- w.a{}\n",
        count - 1
    );
    single(text)
}

pub(crate) fn copied_fields(count: usize) -> Input {
    let mut text = prologue("main") + "data Wide:\n";
    for index in 0..2 * count {
        let _ = writeln!(text, "  a{index}: u32");
    }
    let values = list(count, |index| format!("a{index} = n"));
    let _ = write!(
        text,
        "\nfunc main(w: Wide, n: u32) -> Wide:\n  v = w.copy({values})\n  <- v\n"
    );
    single(text)
}

pub(crate) fn types(count: usize) -> Input {
    let mut text = prologue("main");
    for index in 0..count {
        let _ = write!(text, "data D{index}:\n  n: u32\n\nalias A{index}: D{index}\n\n");
    }
    text.push_str("func main(n: u32):\n");
    for index in 0..count {
        let _ = writeln!(text, "  x{index} = D{index}(n = n)");
    }
    single(text)
}

pub(crate) fn methods(count: usize) -> Input {
    let mut text = prologue("main") + "service Wide(\"wide\"):\n";
    for index in 0..count {
        let _ = writeln!(text, "  m{index}(n: u32)");
    }
    text.push_str("\nfunc main(n: u32):\n");
    for index in 0..count {
        let _ = writeln!(text, "  Wide.m{index}(n)");
    }
    single(text)
}

pub(crate) fn service_ids(count: usize) -> Input {
    let mut text = prologue("main");
    for index in 0..count {
        let _ = write!(text, "service S{index}:\n  m()\n\n");
    }
    text.push_str("func main(id: string):\n");
    (0..count).for_each(|index| _ = writeln!(text, "  S{index} id"));
    (0..count).for_each(|index| _ = writeln!(text, "  S{index}.m()"));
    single(text)
}

pub(crate) fn abilities(count: usize) -> Input {
    let mut text = prologue("main") + "ability Wide:\n";
    for index in 0..count {
        let _ = writeln!(text, "  m{index}(n: u32) -> u32");
    }
    text.push_str("\nfunc use_all{Wide}(n: u32):\n");
    (0..count).for_each(|index| _ = writeln!(text, "  Wide.m{index}(n)"));
    let values = list(count, |index| format!("m{index} = Op.id"));
    let _ = write!(text, "\nfunc main(n: u32):\n  w = Wide({values})\n  use_all{{w}}(n)\n");
    single(text)
}

pub(crate) fn constants(count: usize) -> Input {
    let mut text = prologue("main");
    (0..count).for_each(|index| _ = writeln!(text, "const C{index} = {index}"));
    text.push_str("\nfunc main():\n");
    (0..count).for_each(|index| _ = writeln!(text, "  Op.id(C{index})"));
    single(text)
}

pub(crate) fn closures(count: usize) -> Input {
    let lines = (0..count).flat_map(|index| {
        [
            format!("c{index} = (m: u32) -> u32:"),
            "  x <- Op.id(m)".to_owned(),
            "  <- x".to_owned(),
            format!("y{index} <- c{index}(n)"),
        ]
    });
    single(body(lines, &format!("y{}", count - 1)))
}

pub(crate) fn captures(count: usize) -> Input {
    let locals = (0..count).map(|index| format!("x{index} <- Op.id(n)"));
    let uses = (0..count).map(|index| format!("  Op.id(x{index})"));
    let closure = std::iter::once("c = (m: u32) -> u32:".to_owned()).chain(uses);
    let end = ["  <- m".to_owned(), "y <- c(n)".to_owned()];
    single(body(locals.chain(closure).chain(end), "y"))
}

pub(crate) fn par(count: usize) -> Input {
    let lines = (1..count).map(|_| "par Op.noop()".to_owned());
    single(body(std::iter::once("Op.noop()".to_owned()).chain(lines), "n"))
}

pub(crate) fn par_values(count: usize) -> Input {
    let lines = (0..count).map(|index| match index {
        0 => "x0 <- Op.id(n)".to_owned(),
        _ => format!("par x{index} <- Op.id(n)"),
    });
    let uses = (0..count).map(|index| format!("Op.id(x{index})"));
    single(body(lines.chain(uses), "n"))
}

pub(crate) fn on(count: usize) -> Input {
    let lines = (0..count).flat_map(|index| [format!("on \"peer{index}\":"), "  Op.noop()".to_owned()]);
    single(body(lines, "n"))
}

pub(crate) fn choices(count: usize) -> Input {
    let lines = (0..count).flat_map(|index| {
        [
            format!("if n == {index}:"),
            "  Op.noop()".to_owned(),
            "else:".to_owned(),
            "  Op.id(n)".to_owned(),
        ]
    });
    single(body(lines, "n"))
}

pub(crate) fn tries(count: usize) -> Input {
    let lines = (0..count).flat_map(|_| ["try:", "  Op.noop()", "catch e:", "  Op.text(e.message)"].map(str::to_owned));
    single(body(lines, "n"))
}

pub(crate) fn streams(count: usize) -> Input {
    let lines = (0..count).flat_map(|index| {
        [
            format!("s{index}: *u32"),
            format!("s{index} <- Op.id(n)"),
            format!("Op.id(s{index}!)"),
        ]
    });
    single(body(lines, "n"))
}

pub(crate) fn pushes(count: usize) -> Input {
    let lines = (0..count).map(|_| "s <- Op.id(n)".to_owned());
    single(body(std::iter::once("s: *u32".to_owned()).chain(lines), "s!"))
}

pub(crate) fn entries(count: usize) -> Input {
    let lines = (0..count).map(|_| "m <<- p, n".to_owned());
    let end = "xs = m.get(p)".to_owned();
    single(body(
        std::iter::once("m: %u32".to_owned()).chain(lines).chain([end]),
        "xs[0]",
    ))
}

pub(crate) fn joined(count: usize) -> Input {
    let lines = (0..count).map(|index| match index {
        0 => "x0 <- Op.id(n)".to_owned(),
        _ => format!("par x{index} <- Op.id(n)"),
    });
    let join = format!("join {}", list(count, |index| format!("x{index}")));
    single(body(lines.chain([join]), "n"))
}

pub(crate) fn errors(count: usize) -> Input {
    Input::Wrong(body((0..count).map(|index| format!("Op.id(x{index})")), "n"))
}

pub(crate) fn errors_in_line(count: usize) -> Input {
    Input::Wrong(body(
        [format!("xs = [{}]", list(count, |index| format!("x{index}")))],
        "n",
    ))
}

pub(crate) fn repeated(count: usize) -> Input {
    Input::Wrong(body((0..count).map(|_| "Op.id(x)".to_owned()), "n"))
}

pub(crate) fn duplicates(count: usize) -> Input {
    Input::Wrong(body((0..count).map(|_| "x <- Op.id(n)".to_owned()), "n"))
}

pub(crate) fn syntax_errors(count: usize) -> Input {
    Input::Wrong(body((0..count).map(|_| "x = = 1".to_owned()), "n"))
}

pub(crate) fn air(depth: usize) -> Input {
    Input::Script(format!("{}(null){}", "(seq ".repeat(depth), " (null))".repeat(depth)))
}

pub(crate) fn air_par(calls: usize) -> Input {
    let call = "(call %init_peer_id% (\"op\" \"noop\") []) ";
    Input::Script(format!(
        "{}(null){}",
        format!("(par {call}").repeat(calls),
        ")".repeat(calls)
    ))
}
