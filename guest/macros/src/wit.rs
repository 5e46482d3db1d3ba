//! The interface of a service in WIT.

use crate::names::escaped;
use crate::service::{Content, Definition, Function, Service, Type};
use std::fmt::Write as _;

/// The name of the world.
pub(crate) const WORLD: &str = "service";

/// A file with the package, the interface and the world of a service.
pub(crate) fn print(service: &Service) -> String {
    let interface = escaped(&service.interface);
    let mut text = format!("package {};\n\n", service.package);
    docs(&mut text, "", &service.docs);
    let _ = writeln!(text, "interface {interface} {{");
    let mut items = service
        .types
        .iter()
        .map(definition)
        .chain(service.functions.iter().map(function));
    if let Some(first) = items.next() {
        text += &first;
    }
    for item in items {
        text.push('\n');
        text += &item;
    }
    let _ = write!(text, "}}\n\nworld {WORLD} {{\n");
    if service.has_init {
        text += "    export init: func();\n";
    }
    let _ = write!(text, "    export {interface};\n}}\n");
    text
}

fn definition(definition: &Definition) -> String {
    let mut text = String::new();
    docs(&mut text, "    ", &definition.docs);
    let kind = match &definition.content {
        Content::Record(_) => "record",
        content if content.is_enum() => "enum",
        Content::Variant(_) => "variant",
    };
    let _ = writeln!(text, "    {kind} {} {{", definition.name.escaped());
    match &definition.content {
        Content::Record(fields) => {
            for field in fields {
                docs(&mut text, "        ", &field.docs);
                let _ = writeln!(text, "        {}: {},", field.name.escaped(), ty(&field.ty));
            }
        }
        Content::Variant(cases) => {
            for case in cases {
                docs(&mut text, "        ", &case.docs);
                let _ = match &*case.values {
                    [] => writeln!(text, "        {},", case.name.escaped()),
                    [value] => writeln!(text, "        {}({}),", case.name.escaped(), ty(value)),
                    values => writeln!(text, "        {}({}),", case.name.escaped(), tuple(values)),
                };
            }
        }
    }
    text += "    }\n";
    text
}

fn function(function: &Function) -> String {
    let mut text = String::new();
    docs(&mut text, "    ", &function.docs);
    let parameters = function
        .parameters
        .iter()
        .map(|(name, parameter)| format!("{}: {}", name.escaped(), ty(parameter)));
    let parameters: Vec<_> = parameters.collect();
    let _ = write!(text, "    {}: func({})", function.name.escaped(), parameters.join(", "));
    if let Some(result) = &function.result {
        let _ = write!(text, " -> {}", ty(result));
    }
    text += ";\n";
    text
}

fn docs(text: &mut String, indent: &str, lines: &[String]) {
    for line in lines {
        let comment = format!("{indent}/// {line}");
        text.push_str(comment.trim_end());
        text.push('\n');
    }
}

fn ty(ty: &Type) -> String {
    let part = |part: &Type| self::ty(part);
    match ty {
        Type::Plain(_, wit) => (*wit).to_owned(),
        Type::List(item) => format!("list<{}>", part(item)),
        Type::Option(value) => format!("option<{}>", part(value)),
        Type::Result(None, None) => "result".to_owned(),
        Type::Result(Some(value), None) => format!("result<{}>", part(value)),
        Type::Result(None, Some(error)) => format!("result<_, {}>", part(error)),
        Type::Result(Some(value), Some(error)) => format!("result<{}, {}>", part(value), part(error)),
        Type::Tuple(items) => tuple(items),
        Type::Named(name) => name.escaped(),
    }
}

fn tuple(items: &[Type]) -> String {
    let items: Vec<_> = items.iter().map(ty).collect();
    format!("tuple<{}>", items.join(", "))
}
