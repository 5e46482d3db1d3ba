//! TypeScript and JavaScript for the official JS client, `@fluencelabs/js-client` 0.9.
//!
//! What is exported has the names and signatures that its own generator gives: a function for each function, with an optional
//! client before the arguments and optional settings behind them, and `register…` for each service. Structures are
//! interfaces with names. Imported names end in `$$`, so that nothing of the program can be mistaken for them.

use super::names::{Taken, capitalised};
use super::structures::{Structures, arguments, methods, results};
use crate::compilation::{CompiledFunction, CompiledService};
use crate::definition::{ArrowDefinition, TypeDefinition};
use crate::{Compilation, ServiceDefinition};
use serde::Serialize;
use std::fmt::Write;

/// The package of the client.
const CLIENT: &str = "@fluencelabs/js-client";

/// Words that can't name a function or an argument.
const RESERVED: &[&str] = &[
    "abstract",
    "arguments",
    "async",
    "await",
    "boolean",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// Types that stand in what is generated.
const RESERVED_TYPES: &[&str] = &[
    "Promise", "Array", "String", "Number", "Boolean", "Object", "Symbol", "BigInt",
];

/// A module of JavaScript and its types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JavaScript {
    /// The module, for a `.js` file.
    pub source: String,
    /// Its declarations, for a `.d.ts` file.
    pub types: String,
}

/// A TypeScript module for everything that a program exports; `origin` names the program in its first line.
pub fn typescript(compilation: &Compilation, origin: &str) -> String {
    Writer::new(compilation, Form::TypeScript).module(origin)
}

/// A JavaScript module for everything that a program exports; `origin` names the program in its first line.
pub fn javascript(compilation: &Compilation, origin: &str) -> JavaScript {
    JavaScript {
        source: Writer::new(compilation, Form::JavaScript).module(origin),
        types: Writer::new(compilation, Form::Declarations).module(origin),
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    TypeScript,
    JavaScript,
    Declarations,
}

impl Form {
    fn has_types(self) -> bool {
        self != Self::JavaScript
    }

    fn has_code(self) -> bool {
        self != Self::Declarations
    }
}

struct Writer<'a> {
    compilation: &'a Compilation,
    structures: Structures,
    form: Form,
    out: String,
}

impl<'a> Writer<'a> {
    fn new(compilation: &'a Compilation, form: Form) -> Self {
        Self {
            compilation,
            structures: Structures::of(compilation, RESERVED_TYPES),
            form,
            out: String::new(),
        }
    }

    fn line(&mut self, line: impl AsRef<str>) {
        self.out.push_str(line.as_ref());
        self.out.push('\n');
    }

    fn module(mut self, origin: &str) -> String {
        self.line("/* eslint-disable */");
        let version = env!("CARGO_PKG_VERSION");
        self.line(format!(
            "// Made by aqua {version} from {origin}. Changes are lost when it is made again."
        ));
        self.imports();
        if self.form.has_types() {
            self.interfaces();
        }
        for (name, service) in &self.compilation.services {
            self.service(name, service);
        }
        let mut functions = Taken::with(RESERVED);
        for function in &self.compilation.functions {
            let name = functions.take(&function.name);
            self.function(function, &name);
        }
        self.out
    }

    fn imports(&mut self) {
        let (functions, services) = (
            !self.compilation.functions.is_empty(),
            !self.compilation.services.is_empty(),
        );
        if self.form.has_types() {
            let mut types = Vec::new();
            if functions || services {
                types.push("IFluenceClient as IFluenceClient$$");
            }
            if services || self.calls_back() {
                types.push("ParticleContext as ParticleContext$$");
            }
            if !types.is_empty() {
                self.line(format!("import type {{ {} }} from \"{CLIENT}\";", types.join(", ")));
            }
        }
        if self.form.has_code() {
            let mut values = Vec::new();
            if functions {
                values.push("v5_callFunction as callFunction$$");
            }
            if services {
                values.push("v5_registerService as registerService$$");
            }
            if !values.is_empty() {
                self.line(format!("import {{ {} }} from \"{CLIENT}\";", values.join(", ")));
            }
        }
    }

    /// Whether a function takes a function.
    fn calls_back(&self) -> bool {
        let mut functions = self.compilation.functions.iter();
        functions.any(|function| {
            function
                .definition
                .arguments()
                .any(|(_, ty)| matches!(ty, TypeDefinition::Arrow(_)))
        })
    }

    fn interfaces(&mut self) {
        let declared: Vec<String> = self
            .structures
            .iter()
            .map(|(name, fields)| {
                let mut text = format!("\nexport interface {name} {{\n");
                for (field, ty) in fields {
                    let _ = writeln!(text, "    {field}: {};", self.ty(ty));
                }
                text + "}"
            })
            .collect();
        declared.iter().for_each(|text| self.line(text));
    }

    fn service(&mut self, name: &str, service: &CompiledService) {
        let definition = format!("{}Def", capitalised(name));
        let definition = self.structures.take(&definition);
        let has_default = service.definition.default_id.is_some();
        if self.form.has_types() {
            self.line("");
            self.comment("", &service.documentation);
            self.line(format!("export interface {definition} {{"));
            for (method, arrow) in methods(&service.definition) {
                self.comment("    ", service.methods.get(method).map_or("", String::as_str));
                let line = format!("    {method}: {};", self.arrow(arrow));
                self.line(line);
            }
            self.line("}");
            self.line("");
            for before in ["", "peer: IFluenceClient$$, "] {
                if has_default {
                    self.overload(name, &format!("{before}service: {definition}"));
                }
                self.overload(name, &format!("{before}serviceId: string, service: {definition}"));
            }
        }
        match self.form {
            Form::TypeScript => self.line(format!("export function register{name}(...args: any): void {{")),
            Form::JavaScript => self.line(format!("\nexport function register{name}(...args) {{")),
            Form::Declarations => return,
        }
        let json = indented(&service_json(&service.definition));
        self.line(format!("    registerService$$(args, {json});"));
        self.line("}");
    }

    fn overload(&mut self, service: &str, parameters: &str) {
        let declare = self.declare();
        self.line(format!(
            "export {declare}function register{service}({parameters}): void;"
        ));
    }

    fn declare(&self) -> &'static str {
        if self.form == Form::Declarations {
            "declare "
        } else {
            ""
        }
    }

    fn function(&mut self, function: &CompiledFunction, name: &str) {
        let exported: &str = &function.name;
        self.line("");
        match self.form {
            Form::Declarations => self.line(format!("export declare const {exported}_script: string;")),
            _ => {
                let script = template(&aqua_air::print(&function.script));
                self.line(format!("export const {exported}_script = `\n{script}`;"));
            }
        }
        if self.form.has_types() {
            self.signatures(function, name);
        }
        // A word of the language can be the name of an export, not of a function.
        let export = if exported == name { "export " } else { "" };
        match self.form {
            Form::TypeScript => self.line(format!("{export}function {name}(...args: any): any {{")),
            Form::JavaScript => self.line(format!("\n{export}function {name}(...args) {{")),
            Form::Declarations => {}
        }
        if self.form.has_code() {
            let definition = serde_json::to_value(&function.definition).unwrap_or_default();
            let json = indented(&pretty(&definition));
            self.line(format!("    return callFunction$$(args, {json}, {exported}_script);"));
            self.line("}");
        }
        if exported != name {
            self.line(format!("export {{ {name} as {exported} }};"));
        }
    }

    fn signatures(&mut self, function: &CompiledFunction, name: &str) {
        let results = results(&function.definition.arrow);
        let result = match results {
            [] => "void".to_owned(),
            [one] => self.ty(one),
            many => {
                let types: Vec<String> = many.iter().map(|ty| self.ty(ty)).collect();
                let tuple = self.structures.take(&format!("{}Result", capitalised(&function.name)));
                self.line(format!("\nexport type {tuple} = [{}];", types.join(", ")));
                tuple
            }
        };
        let mut taken = Taken::with(RESERVED);
        let (peer, config) = (taken.take("peer"), taken.take("config"));
        let parameters: String = function
            .definition
            .arguments()
            .map(|(argument, ty)| format!("{}: {}, ", taken.take(argument), self.ty(ty)))
            .collect();
        let export = if self.form == Form::Declarations && *function.name != *name {
            "declare "
        } else if *function.name == *name {
            if self.form == Form::Declarations {
                "export declare "
            } else {
                "export "
            }
        } else {
            ""
        };
        self.line("");
        for before in [String::new(), format!("{peer}: IFluenceClient$$, ")] {
            self.comment("", &function.documentation);
            self.line(format!(
                "{export}function {name}({before}{parameters}{config}?: {{ ttl?: number }}): Promise<{result}>;"
            ));
        }
    }

    fn comment(&mut self, indent: &str, documentation: &str) {
        if documentation.is_empty() {
            return;
        }
        let safe = documentation.replace("*/", "* /");
        self.line(format!("{indent}/**"));
        for line in safe.lines() {
            self.line(format!("{indent} * {line}").trim_end());
        }
        self.line(format!("{indent} */"));
    }

    fn ty(&self, ty: &TypeDefinition) -> String {
        match ty {
            TypeDefinition::Scalar { name } => match name.as_str() {
                "bool" => "boolean".to_owned(),
                "string" => "string".to_owned(),
                _ => "number".to_owned(),
            },
            TypeDefinition::Array { element } => match &**element {
                TypeDefinition::Option { .. } | TypeDefinition::Arrow(_) => format!("({})[]", self.ty(element)),
                _ => format!("{}[]", self.ty(element)),
            },
            TypeDefinition::Option { element } => match &**element {
                TypeDefinition::Arrow(_) => format!("({}) | null", self.ty(element)),
                _ => format!("{} | null", self.ty(element)),
            },
            TypeDefinition::Struct { name, fields } => self.structures.name(name, fields).to_owned(),
            TypeDefinition::TopType => "any".to_owned(),
            TypeDefinition::BottomType => "null".to_owned(),
            TypeDefinition::Arrow(arrow) => self.arrow(arrow),
        }
    }

    /// A function that the client calls: what it is given, then where that comes from.
    fn arrow(&self, arrow: &ArrowDefinition) -> String {
        let mut taken = Taken::with(RESERVED);
        let context = taken.take("callParams");
        let parameters: String = arguments(arrow)
            .iter()
            .map(|(name, ty)| format!("{}: {}, ", taken.take(name), self.ty(ty)))
            .collect();
        let result = match results(arrow) {
            [] => "void".to_owned(),
            [one, ..] => self.ty(one),
        };
        format!("({parameters}{context}: ParticleContext$$) => {result} | Promise<{result}>")
    }
}

fn service_json(service: &ServiceDefinition) -> String {
    pretty(&serde_json::to_value(service).unwrap_or_default())
}

/// JSON with four spaces a level: it is an expression of both languages.
fn pretty(value: &serde_json::Value) -> String {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let written = value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter));
    debug_assert!(written.is_ok(), "JSON is written to memory");
    String::from_utf8(bytes).unwrap_or_default()
}

/// Lines after the first one level deeper.
fn indented(text: &str) -> String {
    text.replace('\n', "\n    ")
}

/// Text between backticks.
fn template(text: &str) -> String {
    text.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${")
}
