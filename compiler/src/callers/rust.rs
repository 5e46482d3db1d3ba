//! Rust for programs that embed a client of this project: structures with serde, an asynchronous function for each function
//! over `aqua_client::Caller`, and a trait with a registration for each service.

use super::names::{Taken, capitalised, snake};
use super::structures::{Structures, arguments, methods, results};
use crate::Compilation;
use crate::compilation::{CompiledFunction, CompiledService};
use crate::definition::{ArrowDefinition, TypeDefinition};
use std::fmt::Write;

/// Words that can't name a function, an argument or a field.
const RESERVED: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Types that stand in what is generated.
const RESERVED_TYPES: &[&str] = &[
    "Self", "Send", "Sync", "Fn", "String", "Vec", "Result", "Option", "Clone", "Debug", "Into", "From",
];

/// A Rust module for everything that a program exports; `origin` names the program in its first line.
///
/// It uses the crates `aqua_client`, `serde` (with `derive`) and `serde_json`. Functions without results end when the script
/// says so: compile with [`empty_response`](crate::Options::empty_response).
pub fn rust(compilation: &Compilation, origin: &str) -> String {
    let mut writer = Writer {
        structures: Structures::of(compilation, RESERVED_TYPES),
        out: String::new(),
    };
    let version = env!("CARGO_PKG_VERSION");
    writer.line(format!(
        "//! Made by aqua {version} from {origin}. Changes are lost when it is made again."
    ));
    writer.structures();
    let mut taken = Taken::with(RESERVED);
    for (name, service) in &compilation.services {
        let register = taken.take(&format!("register_{}", snake(name)));
        writer.service(name, service, &register);
    }
    for function in &compilation.functions {
        let name = taken.take(&snake(&function.name));
        writer.function(function, &name);
    }
    writer.out
}

struct Writer {
    structures: Structures,
    out: String,
}

impl Writer {
    fn line(&mut self, line: impl AsRef<str>) {
        self.out.push_str(line.as_ref());
        self.out.push('\n');
    }

    fn comment(&mut self, indent: &str, documentation: &str) {
        for line in documentation.lines() {
            self.line(format!("{indent}/// {line}").trim_end());
        }
    }

    fn structures(&mut self) {
        let declared: Vec<String> = self
            .structures
            .iter()
            .map(|(name, fields)| {
                let mut text = format!(
                    "\n#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]\npub struct {name} {{\n"
                );
                let mut taken = Taken::with(RESERVED);
                for (field, ty) in fields {
                    let given = taken.take(&snake(field));
                    if given != *field {
                        let _ = writeln!(text, "    #[serde(rename = \"{field}\")]");
                    }
                    let _ = writeln!(text, "    pub {given}: {},", self.ty(ty));
                }
                text + "}"
            })
            .collect();
        declared.iter().for_each(|text| self.line(text));
    }

    fn service(&mut self, name: &str, service: &CompiledService, register: &str) {
        let name = self.structures.take(name);
        self.line("");
        self.comment("", &service.documentation);
        self.line(format!("pub trait {name}: Send + Sync + 'static {{"));
        let mut taken = Taken::with(RESERVED);
        let methods: Vec<(String, &str, &ArrowDefinition)> = methods(&service.definition)
            .map(|(method, arrow)| (taken.take(&snake(method)), method, arrow))
            .collect();
        for (given, method, arrow) in &methods {
            self.comment("    ", service.methods.get(*method).map_or("", String::as_str));
            let (parameters, result) = (self.parameters(arrow), self.result(arrow));
            self.line(format!(
                "    fn {given}(&self{}) -> impl Future<Output = Result<{result}, String>> + Send;",
                parameters
                    .iter()
                    .map(|(name, ty)| format!(", {name}: {ty}"))
                    .collect::<String>()
            ));
        }
        self.line("}");
        let usual = service.definition.default_id.as_ref();
        let usual = usual.map_or(String::new(), |id| {
            format!(" Programs call it `{id}` unless they say otherwise.")
        });
        self.line(format!(
            "\n/// Answers calls of this service to the caller's own peer.{usual}"
        ));
        self.line(format!(
            "pub fn {register}(caller: &mut aqua_client::Caller, id: &str, service: impl {name}) {{"
        ));
        self.line("    let service = std::sync::Arc::new(service);");
        for (at, (given, method, arrow)) in methods.iter().enumerate() {
            let (names, types) = pattern(&self.parameters(arrow));
            self.line("    {");
            if at + 1 < methods.len() {
                self.line("        let service = service.clone();");
            }
            self.line(format!(
                "        caller.serve(id, \"{method}\", move |{names}: {types}| {{"
            ));
            self.line("            let service = service.clone();");
            self.line(format!(
                "            async move {{ service.{given}{names_only}.await }}",
                names_only = call(&names)
            ));
            self.line("        });");
            self.line("    }");
        }
        self.line("}");
    }

    fn function(&mut self, function: &CompiledFunction, name: &str) {
        let mut generics = String::new();
        let mut bounds = String::new();
        let mut parameters = String::new();
        let mut steps = String::new();
        let mut taken = Taken::with(RESERVED);
        taken.take("caller");
        for (argument, ty) in function.definition.arguments() {
            let given = taken.take(&snake(argument));
            if let TypeDefinition::Arrow(arrow) = ty {
                let letter = capitalised(given.trim_end_matches('_'));
                let (function, answer) = (
                    self.structures.take(&format!("{letter}Fn")),
                    self.structures.take(&format!("{letter}Answer")),
                );
                let types: Vec<String> = self.parameters(arrow).into_iter().map(|(_, ty)| ty).collect();
                let (names, tuple) = pattern(&self.parameters(arrow));
                let _ = write!(
                    generics,
                    "{}{function}, {answer}",
                    if generics.is_empty() { "" } else { ", " }
                );
                let _ = writeln!(
                    bounds,
                    "    {function}: Fn({}) -> {answer} + Send + Sync + 'static,",
                    types.join(", ")
                );
                let _ = writeln!(
                    bounds,
                    "    {answer}: Future<Output = Result<{}, String>> + Send + 'static,",
                    self.result(arrow)
                );
                let _ = write!(parameters, ", {given}: {function}");
                let _ = writeln!(
                    steps,
                    "        .callback(\"{argument}\", move |{names}: {tuple}| {given}{})",
                    call(&names)
                );
            } else {
                let _ = write!(parameters, ", {given}: {}", self.ty(ty));
                let _ = writeln!(steps, "        .argument(\"{argument}\", {given})");
            }
        }
        let (result, end) = match results(&function.definition.arrow) {
            [] => ("()".to_owned(), "run"),
            [one] => (self.ty(one), "result"),
            many => {
                let types: Vec<String> = many.iter().map(|ty| self.ty(ty)).collect();
                (format!("({})", types.join(", ")), "results")
            }
        };
        let generics = if generics.is_empty() {
            generics
        } else {
            format!("<{generics}>")
        };
        self.line("");
        self.comment("", &function.documentation);
        self.line(format!(
            "pub async fn {name}{generics}(caller: &aqua_client::Caller{parameters}) -> Result<{result}, aqua_client::CallError>"
        ));
        if !bounds.is_empty() {
            self.line(format!("where\n{}", bounds.trim_end()));
        }
        self.line("{");
        let script = aqua_air::print(&function.script);
        let fence = fence(&script);
        self.line(format!("    const SCRIPT: &str = r{fence}\"{script}\"{fence};"));
        self.line(format!(
            "    caller\n        .call(SCRIPT)\n{steps}        .{end}()\n        .await"
        ));
        self.line("}");
    }

    fn parameters(&self, arrow: &ArrowDefinition) -> Vec<(String, String)> {
        let mut taken = Taken::with(RESERVED);
        arguments(arrow)
            .into_iter()
            .map(|(name, ty)| (taken.take(&snake(&name)), self.ty(ty)))
            .collect()
    }

    fn result(&self, arrow: &ArrowDefinition) -> String {
        results(arrow).first().map_or_else(|| "()".to_owned(), |ty| self.ty(ty))
    }

    fn ty(&self, ty: &TypeDefinition) -> String {
        match ty {
            TypeDefinition::Scalar { name } if name == "string" => "String".to_owned(),
            TypeDefinition::Scalar { name } => name.clone(),
            TypeDefinition::Array { element } => format!("Vec<{}>", self.ty(element)),
            TypeDefinition::Option { element } => format!("aqua_client::AquaOption<{}>", self.ty(element)),
            TypeDefinition::Struct { name, fields } => self.structures.name(name, fields).to_owned(),
            TypeDefinition::TopType | TypeDefinition::BottomType | TypeDefinition::Arrow(_) => {
                "serde_json::Value".to_owned()
            }
        }
    }
}

/// Parameters as a tuple: its pattern and its type.
fn pattern(parameters: &[(String, String)]) -> (String, String) {
    let tuple = |words: Vec<&String>| match words.as_slice() {
        [one] => format!("({one},)"),
        words => format!(
            "({})",
            words.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(", ")
        ),
    };
    (
        tuple(parameters.iter().map(|(name, _)| name).collect()),
        tuple(parameters.iter().map(|(_, ty)| ty).collect()),
    )
}

/// The pattern of a tuple as the arguments of a call.
fn call(pattern: &str) -> String {
    pattern.replace(",)", ")")
}

/// As many number signs as a raw string needs around the text.
fn fence(text: &str) -> String {
    let mut fence = "#".to_owned();
    while text.contains(&format!("\"{fence}")) {
        fence.push('#');
    }
    fence
}
