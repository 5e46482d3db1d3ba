//! Reads types: those of Rust that WIT has too, and the structs and enumerations of the module.

use crate::names::Name;
use crate::reading::{docs, refuse_cfg};
use crate::service::{Case, Content, Definition, Field, Type};
use std::collections::BTreeMap;
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{
    Error, Fields, GenericArgument, Generics, Ident, Item, ItemEnum, ItemStruct, ItemType, PathArguments, Result,
    Visibility,
};

/// Types without parts: their names in Rust and in WIT.
const PLAIN: &[(&str, &str)] = &[
    ("bool", "bool"),
    ("char", "char"),
    ("f32", "f32"),
    ("f64", "f64"),
    ("i16", "s16"),
    ("i32", "s32"),
    ("i64", "s64"),
    ("i8", "s8"),
    ("u16", "u16"),
    ("u32", "u32"),
    ("u64", "u64"),
    ("u8", "u8"),
    ("String", "string"),
];

/// Frequent types that interfaces don't have, with what to write instead.
const INSTEAD: &[(&str, &str)] = &[
    ("BTreeMap", "`Vec<(K, V)>`"),
    ("BTreeSet", "`Vec<T>`"),
    ("Box", "the type in it"),
    ("Cow", "the owned type"),
    ("HashMap", "`Vec<(K, V)>`"),
    ("HashSet", "`Vec<T>`"),
    ("PathBuf", "`String`"),
    ("VecDeque", "`Vec<T>`"),
    ("i128", "`i64`, or `String`"),
    ("isize", "`i64`"),
    ("str", "`String`"),
    ("u128", "`u64`, or `String`"),
    ("usize", "`u32` or `u64`"),
];

/// Why `()` is not a type.
const UNIT: &str = "`()` can only be a result, or the value or the error of a `Result`";

/// The types of a module, and what was read of them.
pub(crate) struct Types<'m> {
    items: BTreeMap<String, &'m Item>,
    /// Each after those that it uses.
    pub(crate) definitions: Vec<Definition>,
    /// The types that are being read, each used by the one before it.
    open: Vec<String>,
}

/// The parameters of an alias, with the types that they stand for.
type Scope = [(Ident, Type)];

impl<'m> Types<'m> {
    /// The types that are declared in a module.
    pub(crate) fn new(items: &'m [Item]) -> Self {
        let named = items.iter().filter_map(|item| match item {
            Item::Struct(ItemStruct { ident, .. })
            | Item::Enum(ItemEnum { ident, .. })
            | Item::Type(ItemType { ident, .. }) => Some((ident.to_string(), item)),
            _ => None,
        });
        Self {
            items: named.collect(),
            definitions: Vec::new(),
            open: Vec::new(),
        }
    }

    /// Reads a type, and the definitions that it uses.
    ///
    /// # Errors
    /// If WIT has no such type.
    pub(crate) fn resolve(&mut self, ty: &syn::Type) -> Result<Type> {
        self.resolve_in(ty, &[])
    }

    /// The result of a function: `None` is `()`.
    pub(crate) fn resolve_result(&mut self, ty: &syn::Type) -> Result<Option<Type>> {
        self.unless_unit(ty, &[])
    }

    fn resolve_in(&mut self, ty: &syn::Type, scope: &Scope) -> Result<Type> {
        match ty {
            syn::Type::Paren(ty) => self.resolve_in(&ty.elem, scope),
            syn::Type::Group(ty) => self.resolve_in(&ty.elem, scope),
            syn::Type::Tuple(tuple) if tuple.elems.is_empty() => Err(Error::new(ty.span(), UNIT)),
            syn::Type::Tuple(tuple) => {
                let items = tuple.elems.iter().map(|item| self.resolve_in(item, scope));
                Ok(Type::Tuple(items.collect::<Result<_>>()?))
            }
            syn::Type::Path(path) if path.qself.is_none() => self.resolve_path(&path.path, scope),
            _ => Err(Error::new(ty.span(), unsupported(ty))),
        }
    }

    fn unless_unit(&mut self, ty: &syn::Type, scope: &Scope) -> Result<Option<Type>> {
        match ty {
            syn::Type::Tuple(tuple) if tuple.elems.is_empty() => Ok(None),
            syn::Type::Path(path)
                if scope
                    .iter()
                    .any(|(parameter, ty)| path.path.is_ident(parameter) && ty.is_unit()) =>
            {
                Ok(None)
            }
            _ => self.resolve_in(ty, scope).map(Some),
        }
    }

    fn resolve_path(&mut self, path: &syn::Path, scope: &Scope) -> Result<Type> {
        let Some(last) = path.segments.last() else {
            return Err(Error::new(path.span(), "a type is missing"));
        };
        let name = last.ident.unraw().to_string();
        let arguments = arguments(&last.arguments)?;
        if path.segments.len() == 1 {
            if let Some((_, ty)) = scope.iter().find(|(parameter, _)| *parameter == last.ident) {
                return match ty.is_unit() {
                    true => Err(Error::new(last.ident.span(), UNIT)),
                    false => Ok(ty.clone()),
                };
            }
            match self.items.get(&last.ident.to_string()).copied() {
                Some(Item::Type(alias)) => return self.resolve_alias(alias, &arguments, path, scope),
                Some(item) => {
                    self.define(item, path)?;
                    return Ok(Type::Named(Name::new(&last.ident)?));
                }
                None => {}
            }
        }
        let first = path.segments.first().map(|segment| segment.ident.to_string());
        let is_standard =
            path.segments.len() == 1 || first.is_some_and(|first| ["alloc", "core", "std"].contains(&first.as_str()));
        if is_standard {
            if let Some((rust, wit)) = PLAIN.iter().find(|(rust, _)| *rust == name) {
                return Ok(Type::Plain(rust, wit));
            }
            match (name.as_str(), &*arguments) {
                ("Vec", [item]) => return Ok(Type::List(Box::new(self.resolve_in(item, scope)?))),
                ("Option", [value]) => return Ok(Type::Option(Box::new(self.resolve_in(value, scope)?))),
                ("Result", [value, error]) => {
                    let value = self.unless_unit(value, scope)?.map(Box::new);
                    let error = self.unless_unit(error, scope)?.map(Box::new);
                    return Ok(Type::Result(value, error));
                }
                ("Result", [_]) => {
                    return Err(Error::new(
                        path.span(),
                        "write both types of the result, such as `Result<u32, String>`",
                    ));
                }
                _ => {}
            }
            if let Some((_, instead)) = INSTEAD.iter().find(|(rust, _)| *rust == name) {
                return Err(Error::new(
                    path.span(),
                    format!("interfaces have no `{name}`; use {instead}"),
                ));
            }
        }
        Err(Error::new(
            path.span(),
            format!("unknown type `{name}`: declare it in the module of the service"),
        ))
    }

    fn resolve_alias(
        &mut self,
        alias: &ItemType,
        arguments: &[&syn::Type],
        path: &syn::Path,
        scope: &Scope,
    ) -> Result<Type> {
        let parameters: Vec<_> = alias.generics.type_params().collect();
        if parameters.len() != arguments.len() || parameters.len() != alias.generics.params.len() {
            let expected = parameters.len();
            return Err(Error::new(
                path.span(),
                format!(
                    "`{}` has {expected} parameters of types, and needs all of them",
                    alias.ident
                ),
            ));
        }
        self.enter(&alias.ident, path)?;
        let inner = parameters.iter().zip(arguments).map(|(parameter, argument)| {
            let ty = self.resolve_argument(argument, scope)?;
            Ok((parameter.ident.clone(), ty))
        });
        let inner: Vec<_> = inner.collect::<Result<_>>()?;
        let ty = self.resolve_in(&alias.ty, &inner)?;
        self.open.pop();
        Ok(ty)
    }

    /// The argument of an alias, which may be `()` where the alias passes it on to a `Result`.
    fn resolve_argument(&mut self, argument: &syn::Type, scope: &Scope) -> Result<Type> {
        Ok(self.unless_unit(argument, scope)?.unwrap_or(Type::UNIT))
    }

    /// Reads the definition of a type, unless that is done.
    fn define(&mut self, item: &Item, path: &syn::Path) -> Result<()> {
        let (ident, attributes, visibility, generics) = match item {
            Item::Struct(item) => (&item.ident, &item.attrs, &item.vis, &item.generics),
            Item::Enum(item) => (&item.ident, &item.attrs, &item.vis, &item.generics),
            _ => return Ok(()),
        };
        if self.definitions.iter().any(|known| known.name.rust == *ident) {
            return Ok(());
        }
        self.enter(ident, path)?;
        refuse_cfg(attributes)?;
        refuse_generics(generics, ident)?;
        public(visibility, ident, "type")?;
        let content = match item {
            Item::Struct(item) => Content::Record(self.fields(item)?),
            Item::Enum(item) => Content::Variant(self.cases(item)?),
            _ => return Ok(()),
        };
        self.open.pop();
        self.definitions.push(Definition {
            name: Name::new(ident)?,
            docs: docs(attributes),
            content,
        });
        Ok(())
    }

    /// Begins to read a type that is used here.
    fn enter(&mut self, ident: &Ident, path: &syn::Path) -> Result<()> {
        let name = ident.to_string();
        if self.open.contains(&name) {
            return Err(Error::new(
                path.span(),
                format!("`{name}` contains itself, which types of interfaces can't"),
            ));
        }
        self.open.push(name);
        Ok(())
    }

    fn fields(&mut self, item: &ItemStruct) -> Result<Vec<Field>> {
        let Fields::Named(fields) = &item.fields else {
            let message = format!("`{}` must have fields with names", item.ident);
            return Err(Error::new(item.ident.span(), message));
        };
        if fields.named.is_empty() {
            return Err(Error::new(
                item.ident.span(),
                format!("`{}` must have a field", item.ident),
            ));
        }
        let fields = fields
            .named
            .iter()
            .filter_map(|field| Some((field.ident.as_ref()?, field)));
        let fields = fields.map(|(ident, field)| {
            refuse_cfg(&field.attrs)?;
            public(&field.vis, ident, "field")?;
            Ok(Field {
                name: Name::new(ident)?,
                docs: docs(&field.attrs),
                ty: self.resolve(&field.ty)?,
            })
        });
        fields.collect()
    }

    fn cases(&mut self, item: &ItemEnum) -> Result<Vec<Case>> {
        if item.variants.is_empty() {
            return Err(Error::new(
                item.ident.span(),
                format!("`{}` must have a case", item.ident),
            ));
        }
        let cases = item.variants.iter().map(|case| {
            refuse_cfg(&case.attrs)?;
            let values = match &case.fields {
                Fields::Unit => Vec::new(),
                Fields::Unnamed(fields) if !fields.unnamed.is_empty() => {
                    let values = fields.unnamed.iter().map(|field| self.resolve(&field.ty));
                    values.collect::<Result<_>>()?
                }
                Fields::Unnamed(_) => {
                    return Err(Error::new(case.span(), format!("write `{}` without `()`", case.ident)));
                }
                Fields::Named(_) => {
                    let message = format!(
                        "the case `{}` can't have fields with names; use a struct as its value",
                        case.ident
                    );
                    return Err(Error::new(case.span(), message));
                }
            };
            Ok(Case {
                name: Name::new(&case.ident)?,
                docs: docs(&case.attrs),
                values,
            })
        });
        cases.collect()
    }
}

/// # Errors
/// If a function or type has parameters in `<>`.
pub(crate) fn refuse_generics(generics: &Generics, ident: &Ident) -> Result<()> {
    match generics.params.first() {
        Some(parameter) => Err(Error::new(
            parameter.span(),
            format!("`{ident}` can't have generic parameters: it is a part of the interface"),
        )),
        None => Ok(()),
    }
}

fn public(visibility: &Visibility, ident: &Ident, kind: &str) -> Result<()> {
    match visibility {
        Visibility::Public(_) => Ok(()),
        _ => Err(Error::new(
            ident.span(),
            format!("the {kind} `{ident}` must be `pub`: it is a part of the interface"),
        )),
    }
}

/// The types in `<>`.
fn arguments(arguments: &PathArguments) -> Result<Vec<&syn::Type>> {
    let arguments = match arguments {
        PathArguments::None => return Ok(Vec::new()),
        PathArguments::AngleBracketed(arguments) => arguments,
        PathArguments::Parenthesized(_) => return Err(Error::new(arguments.span(), "functions can't be values")),
    };
    let types = arguments.args.iter().map(|argument| match argument {
        GenericArgument::Type(ty) => Ok(ty),
        other => Err(Error::new(
            other.span(),
            "interfaces have no lifetimes and no constants",
        )),
    });
    types.collect()
}

/// Why a type that isn't a path can't be used.
fn unsupported(ty: &syn::Type) -> &'static str {
    match ty {
        syn::Type::Reference(reference) => match &*reference.elem {
            syn::Type::Slice(_) => "interfaces have no references; use `Vec<T>`",
            syn::Type::Path(path) if path.path.is_ident("str") => "interfaces have no references; use `String`",
            _ => "interfaces have no references; use the type without `&`",
        },
        syn::Type::Array(_) | syn::Type::Slice(_) => "interfaces have no arrays; use `Vec<T>`",
        syn::Type::ImplTrait(_) | syn::Type::TraitObject(_) => "interfaces have no traits; use a type",
        syn::Type::BareFn(_) => "functions can't be values",
        _ => "interfaces have no such type",
    }
}
