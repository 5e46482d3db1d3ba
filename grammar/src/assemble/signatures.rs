//! Types and signatures.

use super::Assembler;
use crate::tree::{Arrow, Field, Member, Method, Name, Parameter, Path, Scalar, Type, TypeKind};
use crate::{codes, words};
use aqua_diagnostics::{Diagnostic, Span};

/// What stands where a type is expected, before it is known how many types may stand there.
#[derive(Debug)]
pub(crate) enum Shape {
    /// Types with commas between them, at least one.
    List(Vec<Type>),
    /// `A, B -> C`.
    Arrow(Arrow),
}

impl Shape {
    pub(crate) fn arrow(span: Span, abilities: Vec<Path>, takes: Vec<Type>, results: Vec<Type>) -> Self {
        let parameters = takes
            .into_iter()
            .map(|ty| Parameter {
                span: ty.span,
                name: None,
                ty,
            })
            .collect();
        Self::Arrow(Arrow {
            span,
            abilities,
            parameters,
            results,
        })
    }
}

impl Assembler<'_> {
    /// One type, where one may stand.
    pub(crate) fn one_type(&mut self, shape: Shape) -> Type {
        let mut types = match shape {
            Shape::Arrow(arrow) => {
                return Type {
                    span: arrow.span,
                    kind: TypeKind::Arrow(Box::new(arrow)),
                };
            }
            Shape::List(types) => types,
        };
        if let [first, second, ..] = types.as_slice() {
            let span = second.span.to(types.last().unwrap_or(second).span);
            let error = Diagnostic::error(codes::UNEXPECTED, span, "only one type can stand here")
                .also(first.span, "this is the type")
                .help("a function that takes several values is `A, B -> C`; a further parameter is `name: type`");
            self.give_at(error);
        }
        types.swap_remove(0)
    }

    /// Several types, such as results.
    pub(crate) fn types(&mut self, shape: Shape) -> Vec<Type> {
        match shape {
            Shape::List(types) => types,
            Shape::Arrow(_) => vec![self.one_type(shape)],
        }
    }

    /// `{A}(a: T) -> U`.
    pub(crate) fn named_arrow(
        &self,
        start: u32,
        end: u32,
        abilities: Vec<Path>,
        parameters: Vec<Parameter>,
        results: Option<Vec<Type>>,
    ) -> Arrow {
        Arrow {
            span: self.span(start, end),
            abilities,
            parameters,
            results: results.unwrap_or_default(),
        }
    }

    /// `name: type` or `name: A, B -> C`.
    pub(crate) fn typed_member(&mut self, start: u32, end: u32, name: Name, shape: Shape) -> Member {
        let span = self.span(start, end);
        let ty = self.one_type(shape);
        match ty.kind {
            TypeKind::Arrow(arrow) => Member::Arrow(Method {
                span,
                name,
                arrow: *arrow,
            }),
            _ => Member::Field(Field { span, name, ty }),
        }
    }

    /// `**T`: a stream of streams, which is for the compiler to refuse.
    pub(crate) fn double_stream(&self, star: u32, of: Type) -> TypeKind {
        let stars = self.tokens.span(star as usize);
        let span = stars.file.span(stars.start + 1, of.span.end);
        TypeKind::Stream(Box::new(Type {
            span,
            kind: TypeKind::Stream(Box::new(of)),
        }))
    }

    /// `[T]` and `T[]`, which are `[]T`.
    pub(crate) fn foreign_array(&mut self, start: u32, end: u32, of: Type) -> TypeKind {
        let span = self.span(start, end);
        let text = format!("[]{}", &self.text[of.span.start as usize..of.span.end as usize]);
        let error = Diagnostic::error(
            codes::FOREIGN_ARRAY,
            span,
            "this is not how the type of an array is written",
        );
        self.give(
            start,
            error
                .label("`[]` stands before the type")
                .fix(format!("write `{text}`"), span, text),
        );
        TypeKind::Array(Box::new(of))
    }

    /// A type that is just a name.
    pub(crate) fn path_type(&mut self, path: Path) -> Type {
        Type {
            span: path.span,
            kind: self.named_type(path),
        }
    }

    /// A scalar or a named type.
    pub(crate) fn named_type(&mut self, path: Path) -> TypeKind {
        let last = path.last();
        if last.text.starts_with(|first: char| first.is_ascii_uppercase()) {
            return TypeKind::Named(path);
        }
        if let Some(scalar) = path.single().and_then(|name| Scalar::named(&name.text)) {
            return TypeKind::Scalar(scalar);
        }
        let error = Diagnostic::error(codes::UNKNOWN_SCALAR, path.span, format!("there is no type `{path}`"));
        let error = match similar_scalar(&path.text()) {
            Some(scalar) => {
                error
                    .label(format!("did you mean `{scalar}`?"))
                    .fix(format!("write `{scalar}`"), path.span, scalar)
            }
            None => error
                .label("types of your own begin with a capital letter")
                .help("the built-in ones are `string`, `bool`, `u8` to `u64`, `i8` to `i64`, `f32` and `f64`"),
        };
        self.give_at(error);
        TypeKind::Error
    }
}

/// Which scalar is meant by another language's word or by a slip.
fn similar_scalar(name: &str) -> Option<&'static str> {
    Some(match name {
        "str" | "text" | "char" => "string",
        "boolean" => "bool",
        "int" | "integer" | "long" | "isize" => "i64",
        "uint" | "usize" | "unsigned" => "u64",
        "byte" => "u8",
        "float" => "f32",
        "double" | "number" => "f64",
        _ => return words::misspelt(name, &["string", "bool"]),
    })
}
