//! Reads a module: its public functions and the types that they use.

use crate::names::Name;
use crate::options::Options;
use crate::service::{Content, Function, Service};
use crate::types::{Types, refuse_generics};
use std::collections::BTreeMap;
use syn::spanned::Spanned as _;
use syn::{
    Attribute, Error, Expr, ExprLit, FnArg, Item, ItemFn, ItemMod, Lit, Meta, Pat, Result, ReturnType, Visibility,
};

/// The interface of a service for which no name is given.
const INTERFACE: &str = "api";
/// The namespace of a package for which no name is given.
const NAMESPACE: &str = "local";

/// The service that a module declares.
///
/// # Errors
/// All that can't be a part of an interface.
pub(crate) fn service(module: &ItemMod, options: &Options) -> Result<Service> {
    let Some((_, items)) = &module.content else {
        return Err(Error::new(
            module.span(),
            "write the content of the module here, in `{}`",
        ));
    };
    let mut types = Types::new(items);
    let (mut functions, mut errors) = (Vec::new(), Vec::new());
    let mut has_init = false;
    for item in public_functions(items) {
        if item.sig.ident == "init" {
            has_init = true;
            errors.extend(init(item).err());
            continue;
        }
        match function(item, &mut types) {
            Ok(function) => functions.push(function),
            Err(error) => errors.push(error),
        }
    }
    if functions.is_empty() && errors.is_empty() {
        errors.push(Error::new(
            module.ident.span(),
            "a service has at least one function that is `pub`",
        ));
    }
    let package = match &options.package {
        Some(package) => package.value(),
        None => format!("{NAMESPACE}:{}", Name::new(&module.ident)?.escaped()),
    };
    let service = Service {
        package,
        interface: options
            .interface
            .as_ref()
            .map_or_else(|| INTERFACE.to_owned(), |interface| interface.value()),
        docs: docs(&module.attrs),
        types: types.definitions,
        functions,
        has_init,
    };
    errors.extend(equal_names(&service));
    match errors.into_iter().reduce(|mut all, error| {
        all.combine(error);
        all
    }) {
        Some(error) => Err(error),
        None => Ok(service),
    }
}

fn public_functions(items: &[Item]) -> impl Iterator<Item = &ItemFn> {
    items.iter().filter_map(|item| match item {
        Item::Fn(function) if matches!(function.vis, Visibility::Public(_)) => Some(function),
        _ => None,
    })
}

fn init(item: &ItemFn) -> Result<()> {
    plain(item)?;
    let result = match &item.sig.output {
        ReturnType::Default => true,
        ReturnType::Type(_, ty) => matches!(&**ty, syn::Type::Tuple(tuple) if tuple.elems.is_empty()),
    };
    match item.sig.inputs.is_empty() && result {
        true => Ok(()),
        false => Err(Error::new(
            item.sig.ident.span(),
            "`init` runs when the service starts, so it has no parameters and no result",
        )),
    }
}

fn function(item: &ItemFn, types: &mut Types<'_>) -> Result<Function> {
    plain(item)?;
    let parameters = item.sig.inputs.iter().map(|input| match input {
        FnArg::Typed(input) => {
            let Pat::Ident(pattern) = &*input.pat else {
                return Err(Error::new(input.pat.span(), "a parameter of an interface is a name"));
            };
            Ok((Name::new(&pattern.ident)?, types.resolve(&input.ty)?))
        }
        FnArg::Receiver(receiver) => Err(Error::new(receiver.span(), "a function of a service has no `self`")),
    });
    let parameters = parameters.collect::<Result<_>>()?;
    let result = match &item.sig.output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => types.resolve_result(ty)?,
    };
    Ok(Function {
        name: Name::new(&item.sig.ident)?,
        docs: docs(&item.attrs),
        parameters,
        result,
    })
}

/// # Errors
/// If a function is of a kind that WIT hasn't.
fn plain(item: &ItemFn) -> Result<()> {
    let signature = &item.sig;
    refuse_cfg(&item.attrs)?;
    if let Some(keyword) = &signature.asyncness {
        return Err(Error::new(keyword.span, "functions of a service can't be `async`"));
    }
    if let Some(keyword) = &signature.unsafety {
        return Err(Error::new(keyword.span, "functions of a service can't be `unsafe`"));
    }
    if let Some(abi) = &signature.abi {
        return Err(Error::new(abi.span(), "functions of a service have no ABI"));
    }
    if let Some(variadic) = &signature.variadic {
        return Err(Error::new(
            variadic.span(),
            "functions of a service have a fixed number of parameters",
        ));
    }
    refuse_generics(&signature.generics, &signature.ident)
}

/// # Errors
/// If a part of the interface has an attribute `cfg`, which is evaluated after this one.
pub(crate) fn refuse_cfg(attributes: &[Attribute]) -> Result<()> {
    let conditional = attributes.iter().find(|attribute| {
        let path = attribute.path();
        path.is_ident("cfg") || path.is_ident("cfg_attr")
    });
    match conditional {
        Some(attribute) => Err(Error::new(
            attribute.span(),
            "a part of an interface can't be conditional",
        )),
        None => Ok(()),
    }
}

/// The lines of documentation comments.
pub(crate) fn docs(attributes: &[Attribute]) -> Vec<String> {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        let Meta::NameValue(value) = &attribute.meta else {
            continue;
        };
        if let Expr::Lit(ExprLit {
            lit: Lit::Str(text), ..
        }) = &value.value
        {
            let text = text.value();
            // A comment of `/** */` has several lines; one of `///` begins with a space.
            lines.extend(
                text.split('\n')
                    .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()),
            );
        }
    }
    lines
}

/// Errors for names that are different in Rust and equal in WIT.
fn equal_names(service: &Service) -> Vec<Error> {
    let mut errors = Vec::new();
    let types = service.types.iter().map(|definition| ("type", &definition.name));
    let functions = service.functions.iter().map(|function| ("function", &function.name));
    distinct(types.chain(functions), &mut errors);
    for definition in &service.types {
        match &definition.content {
            Content::Record(fields) => distinct(fields.iter().map(|field| ("field", &field.name)), &mut errors),
            Content::Variant(cases) => distinct(cases.iter().map(|case| ("case", &case.name)), &mut errors),
        }
    }
    for function in &service.functions {
        distinct(
            function.parameters.iter().map(|(name, _)| ("parameter", name)),
            &mut errors,
        );
    }
    errors
}

fn distinct<'n>(names: impl Iterator<Item = (&'static str, &'n Name)>, errors: &mut Vec<Error>) {
    let mut known: BTreeMap<&str, (&str, &Name)> = BTreeMap::new();
    for (kind, name) in names {
        match known.get(name.wit.as_str()) {
            Some((other_kind, other)) => errors.push(Error::new(
                name.rust.span(),
                format!(
                    "the {kind} `{}` and the {other_kind} `{}` both have the name `{}` in the interface; rename one",
                    name.rust, other.rust, name.wit
                ),
            )),
            None => {
                known.insert(&name.wit, (kind, name));
            }
        }
    }
}
