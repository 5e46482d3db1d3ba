//! Types and signatures.

use super::TreeBuilder;
use crate::tree::{Arrow, Field, Member, Method, Name, Parameter, Path, Scalar, Type, TypeKind};
use crate::{codes, keyword_sets};
use aqua_diagnostics::{Diagnostic, Span};

/// The syntax where one or more types are expected. The context determines how many are allowed.
#[derive(Debug)]
pub(crate) enum TypeSyntax {
    /// A comma-separated list of types, at least one.
    List(Vec<Type>),
    /// `A, B -> C`.
    Arrow(Arrow),
}

impl TypeSyntax {
    pub(crate) fn arrow(span: Span, abilities: Vec<Path>, parameters: Vec<Type>, results: Vec<Type>) -> Self {
        let parameters = parameters
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

impl TreeBuilder<'_> {
    /// Returns a single type. Reports further types.
    pub(crate) fn one_type(&mut self, syntax: TypeSyntax) -> Type {
        let mut types = match syntax {
            TypeSyntax::Arrow(arrow) => {
                return Type {
                    span: arrow.span,
                    kind: TypeKind::Arrow(Box::new(arrow)),
                };
            }
            TypeSyntax::List(types) => types,
        };
        if let [first, second, ..] = types.as_slice() {
            let span = second.span.to(types.last().unwrap_or(second).span);
            let error = Diagnostic::error(codes::UNEXPECTED, span, "expected a single type")
                .secondary(first.span, "the first type")
                .help("write a function type with several parameters as `A, B -> C`, and a further parameter as `name: type`");
            self.report_at(error);
        }
        types.swap_remove(0)
    }

    /// Returns a list of types, such as results.
    pub(crate) fn types(&mut self, syntax: TypeSyntax) -> Vec<Type> {
        match syntax {
            TypeSyntax::List(types) => types,
            TypeSyntax::Arrow(_) => vec![self.one_type(syntax)],
        }
    }

    /// Builds `{A}(a: T) -> U`.
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

    /// Builds the member `name: type` or `name: A, B -> C`.
    pub(crate) fn typed_member(&mut self, start: u32, end: u32, name: Name, syntax: TypeSyntax) -> Member {
        let span = self.span(start, end);
        let ty = self.one_type(syntax);
        match ty.kind {
            TypeKind::Arrow(arrow) => Member::Arrow(Method {
                span,
                name,
                arrow: *arrow,
            }),
            _ => Member::Field(Field { span, name, ty }),
        }
    }

    /// Builds `**T`, a stream of streams. The compiler rejects it.
    pub(crate) fn double_stream(&self, star: u32, of: Type) -> TypeKind {
        let stars = self.tokens.span(star as usize);
        let span = stars.file.span(stars.start + 1, of.span.end);
        TypeKind::Stream(Box::new(Type {
            span,
            kind: TypeKind::Stream(Box::new(of)),
        }))
    }

    /// Reports the array types `[T]` and `T[]` of other languages and corrects them to `[]T`.
    pub(crate) fn foreign_array(&mut self, start: u32, end: u32, of: Type) -> TypeKind {
        let span = self.span(start, end);
        let text = format!("[]{}", &self.text[of.span.start as usize..of.span.end as usize]);
        let error = Diagnostic::error(codes::FOREIGN_ARRAY, span, "invalid array type");
        self.report(
            start,
            error
                .label("`[]` precedes the element type")
                .fix(format!("write `{text}`"), span, text),
        );
        TypeKind::Array(Box::new(of))
    }

    /// Builds a type from a name.
    pub(crate) fn path_type(&mut self, path: Path) -> Type {
        Type {
            span: path.span,
            kind: self.named_type(path),
        }
    }

    /// Builds a scalar or a named type. Reports unknown scalars.
    pub(crate) fn named_type(&mut self, path: Path) -> TypeKind {
        let last = path.last();
        if last.text.starts_with(|first: char| first.is_ascii_uppercase()) {
            return TypeKind::Named(path);
        }
        if let Some(scalar) = path.single().and_then(|name| Scalar::named(&name.text)) {
            return TypeKind::Scalar(scalar);
        }
        let error = Diagnostic::error(codes::UNKNOWN_TYPE, path.span, format!("unknown type `{path}`"));
        let error = match similar_scalar(&path.text()) {
            Some(scalar) => {
                error
                    .label(format!("did you mean `{scalar}`?"))
                    .fix(format!("write `{scalar}`"), path.span, scalar)
            }
            None => error
                .label("user-defined types start with an uppercase letter")
                .help("the built-in types are `string`, `bool`, `u8` to `u64`, `i8` to `i64`, `f32` and `f64`"),
        };
        self.report_at(error);
        TypeKind::Error
    }
}

/// Returns the scalar that a misspelled name or a type of another language stands for.
fn similar_scalar(name: &str) -> Option<&'static str> {
    Some(match name {
        "str" | "text" | "char" => "string",
        "boolean" => "bool",
        "int" | "integer" | "long" | "isize" => "i64",
        "uint" | "usize" | "unsigned" => "u64",
        "byte" | "uint8" | "ubyte" => "u8",
        "short" | "int16" | "s16" => "i16",
        "ushort" | "uint16" => "u16",
        "int32" | "s32" => "i32",
        "uint32" => "u32",
        "int64" | "s64" => "i64",
        "uint64" => "u64",
        "int8" | "s8" | "sbyte" => "i8",
        "float" | "float32" => "f32",
        "double" | "number" | "float64" => "f64",
        _ => return keyword_sets::misspelled(name, &["string", "bool"]),
    })
}
