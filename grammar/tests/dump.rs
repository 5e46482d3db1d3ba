//! Prints syntax trees as S-expressions.

use aqua_grammar::tree::*;
use std::fmt::{Display, Write};

/// Prints a tree: one item per line, statements indented.
pub(crate) fn dump(tree: &Tree) -> String {
    let mut out = String::new();
    for header in &tree.headers {
        let _ = writeln!(out, "{}", self::header(header));
    }
    for item in &tree.items {
        self::item(&mut out, item);
    }
    out
}

fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(show).collect::<Vec<_>>().join(" ")
}

fn option<T: Display>(word: &str, value: Option<T>) -> String {
    value.map(|value| format!(" ({word} {value})")).unwrap_or_default()
}

fn header(header: &Header) -> String {
    let items = |items: &[HeaderItem]| {
        list(items, |item| {
            format!("({}{})", item.name, option("as", item.alias.as_ref()))
        })
    };
    match header {
        Header::Module(module) => {
            let declares = module.declares.as_ref().map(|declares| match declares {
                Declares::All(_) => "*".to_owned(),
                Declares::Names(names) => list(names, Path::to_string),
            });
            format!("(aqua {}{})", module.name, option("declares", declares))
        }
        Header::Import(import) => format!("(import {:?})", import.file),
        Header::ImportFrom(import) => format!("(import {} (from {:?}))", items(&import.items), import.file),
        Header::Use(used) if used.items.is_empty() => {
            format!("(use {:?}{})", used.file, option("as", used.alias.as_ref()))
        }
        Header::Use(used) => {
            format!(
                "(use {} (from {:?}){})",
                items(&used.items),
                used.file,
                option("as", used.alias.as_ref())
            )
        }
        Header::Export(export) => format!("(export {})", items(&export.items)),
        Header::Error(_) => "(error)".to_owned(),
    }
}

fn item(out: &mut String, item: &Item) {
    let _ = match item {
        Item::Data(data) => writeln!(out, "(data {} {})", data.name, list(&data.members, member)),
        Item::Ability(ability) => writeln!(out, "(ability {} {})", ability.name, list(&ability.members, member)),
        Item::Service(service) => {
            let id = option("id", service.id.as_ref().map(value));
            writeln!(out, "(service {}{id} {})", service.name, list(&service.members, member))
        }
        Item::Alias(alias) => writeln!(out, "(alias {} {})", alias.name, ty(&alias.ty)),
        Item::Constant(constant) => {
            let sign = if constant.overridable { "?=" } else { "=" };
            writeln!(out, "(const {} {sign} {})", constant.name, value(&constant.value))
        }
        Item::Function(function) => {
            let _ = writeln!(out, "(func {} {}", function.name, arrow(&function.arrow));
            block(out, &function.body, 1);
            writeln!(out, ")")
        }
        Item::Error(error) => {
            let _ = writeln!(out, "(error{}", option("name", error.name.as_ref()));
            error.body.iter().for_each(|body| block(out, body, 1));
            writeln!(out, ")")
        }
    };
}

fn member(member: &Member) -> String {
    match member {
        Member::Field(field) => format!("({}: {})", field.name, ty(&field.ty)),
        Member::Arrow(method) => format!("({} {})", method.name, arrow(&method.arrow)),
        Member::Error(_) => "(error)".to_owned(),
    }
}

fn arrow(arrow: &Arrow) -> String {
    let abilities = match arrow.abilities.as_slice() {
        [] => String::new(),
        abilities => format!("{{{}}} ", list(abilities, Path::to_string)),
    };
    let parameters = list(&arrow.parameters, |parameter| match &parameter.name {
        Some(name) => format!("{name}: {}", ty(&parameter.ty)),
        None => ty(&parameter.ty),
    });
    format!("({abilities}[{parameters}] -> [{}])", list(&arrow.results, ty))
}

fn ty(of: &Type) -> String {
    match &of.kind {
        TypeKind::Top => "⊤".to_owned(),
        TypeKind::Bottom => "⊥".to_owned(),
        TypeKind::Scalar(scalar) => scalar.name().to_owned(),
        TypeKind::Named(path) => path.to_string(),
        TypeKind::Array(of) => format!("[]{}", ty(of)),
        TypeKind::Option(of) => format!("?{}", ty(of)),
        TypeKind::Stream(of) => format!("*{}", ty(of)),
        TypeKind::StreamMap(of) => format!("%{}", ty(of)),
        TypeKind::Arrow(of) => arrow(of),
        TypeKind::Error => "error".to_owned(),
    }
}

fn block(out: &mut String, block: &Block, depth: usize) {
    for statement in &block.statements {
        self::statement(out, &statement.kind, depth, "");
    }
}

fn statement(out: &mut String, kind: &StatementKind, depth: usize, prefix: &str) {
    let via = |via: &[Expression]| list(via, |relay| format!("(via {})", value(relay)));
    let head = match kind {
        StatementKind::Par(inner) => return statement(out, &inner.kind, depth, &format!("{prefix}par ")),
        StatementKind::Co(inner) => return statement(out, &inner.kind, depth, &format!("{prefix}co ")),
        StatementKind::ServiceId { service, id } => format!("service-id {service} {}", value(id)),
        StatementKind::Push {
            stream,
            key,
            value: pushed,
        } => {
            format!(
                "push {stream}{} {}",
                option("key", key.as_deref().map(value)),
                value(pushed)
            )
        }
        StatementKind::For {
            variables,
            iterable,
            mode,
            ..
        } => {
            format!("for {} {} {mode:?}", loop_variables(variables), value(iterable))
        }
        StatementKind::Parseq {
            variables,
            iterable,
            peer,
            via: relays,
            ..
        } => {
            format!(
                "parseq {} {} (on {}) {}",
                loop_variables(variables),
                value(iterable),
                value(peer),
                via(relays)
            )
        }
        StatementKind::On { peer, via: relays, .. } => format!("on {} {}", value(peer), via(relays)),
        StatementKind::If { condition, .. } => format!("if {}", value(condition)),
        StatementKind::Else { .. } => "else".to_owned(),
        StatementKind::Try { .. } => "try".to_owned(),
        StatementKind::Catch { error, .. } => format!("catch {error}"),
        StatementKind::Otherwise { .. } => "otherwise".to_owned(),
        StatementKind::Join(values) => format!("join {}", list(values, value)),
        StatementKind::Declare { name, ty: of } => format!("declare {name} {}", ty(of)),
        StatementKind::Closure(closure) => {
            let func = if closure.func.is_some() { " func" } else { "" };
            format!("closure {}{func} {}", closure.name, arrow(&closure.arrow))
        }
        StatementKind::Assign {
            target,
            value: assigned,
        } => format!("assign {target} {}", value(assigned)),
        StatementKind::Call { targets, value: called } => {
            format!("call [{}] {}", list(targets, Name::to_string), value(called))
        }
        StatementKind::Return(values) => format!("return {}", list(values, value)),
        StatementKind::Error { .. } => "error".to_owned(),
    };
    let _ = write!(out, "{:1$}({prefix}{2}", "", depth * 2, head.trim_end());
    match kind.body() {
        Some(body) => {
            let _ = writeln!(out);
            block(out, body, depth + 1);
            let _ = writeln!(out, "{:1$})", "", depth * 2);
        }
        None => {
            let _ = writeln!(out, ")");
        }
    }
}

fn loop_variables(variables: &LoopVariables) -> String {
    format!(
        "{}{}",
        variables.first,
        variables
            .second
            .as_ref()
            .map(|second| format!(",{second}"))
            .unwrap_or_default()
    )
}

fn value(of: &Expression) -> String {
    match &of.kind {
        ExpressionKind::Literal(Literal::Bool(is)) => is.to_string(),
        ExpressionKind::Literal(Literal::Integer(digits) | Literal::Float(digits)) => digits.to_string(),
        ExpressionKind::Literal(Literal::String(text)) => format!("{text:?}"),
        ExpressionKind::Literal(Literal::InitPeerId) => "%init_peer_id%".to_owned(),
        ExpressionKind::Variable(name) => name.to_string(),
        ExpressionKind::Collection { kind, elements } => format!("({kind:?} {})", list(elements, value)),
        ExpressionKind::Call(of) => call(of),
        ExpressionKind::Object(of) => format!("(new {} {})", of.name, list(&of.fields, argument)),
        ExpressionKind::Chain { head, steps } => format!("({} {})", value(head), list(steps, step)),
        ExpressionKind::Not(of) => format!("(! {})", value(of)),
        ExpressionKind::Binary {
            operator, left, right, ..
        } => {
            format!("({} {} {})", operator.symbol(), value(left), value(right))
        }
        ExpressionKind::Group(of) => format!("(group {})", value(of)),
        ExpressionKind::Error => "error".to_owned(),
    }
}

fn call(call: &Call) -> String {
    let abilities = match call.abilities.as_slice() {
        [] => String::new(),
        abilities => format!("{{{}}}", list(abilities, value)),
    };
    format!("{}{abilities}({})", call.function, list(&call.arguments, value))
}

fn argument(argument: &FieldInit) -> String {
    if argument.is_shorthand {
        format!("{}=", argument.name)
    } else {
        format!("{}={}", argument.name, value(&argument.value))
    }
}

fn step(step: &ChainStep) -> String {
    match &step.kind {
        ChainStepKind::Field(name) => format!(".{name}"),
        ChainStepKind::Call(of) => format!(".{}", call(of)),
        ChainStepKind::Copy(fields) => format!(".copy({})", list(fields, argument)),
        ChainStepKind::Object(of) => format!(".(new {} {})", of.name, list(&of.fields, argument)),
        ChainStepKind::Index(index) => format!("[{}]", value(index)),
        ChainStepKind::Bang(index) => format!("!{}", index.as_deref().unwrap_or("")),
    }
}
