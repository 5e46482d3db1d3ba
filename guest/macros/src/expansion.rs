//! The module of a service, with the code that exports its functions.
//!
//! The types of the module stay as they are written. The bindings that wit-bindgen makes have types of their own, so values are
//! converted where a function is called and where it returns.

use crate::names::{Name, bound};
use crate::service::{Content, Definition, Function, Service, Type};
use crate::wit;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use syn::ItemMod;

/// The module with the exports, which only exist in a component.
pub(crate) fn expand(mut module: ItemMod, service: &Service) -> TokenStream {
    let component = component(service);
    if let Some((_, items)) = &mut module.content {
        items.push(syn::Item::Verbatim(component));
    }
    let module = module.into_token_stream();
    // Elsewhere, only tests call the functions.
    quote! {
        #[cfg_attr(not(target_family = "wasm"), allow(dead_code, reason = "the functions are called in a component"))]
        #module
    }
}

fn component(service: &Service) -> TokenStream {
    let (text, world) = (wit::print(service), wit::WORLD);
    let (package, _) = service.package.split_once('@').unwrap_or((&service.package, ""));
    let path = package.split(':').map(|part| bound(part.trim_start_matches('%')));
    let interface = bound(&service.interface);
    let conversions = service.types.iter().map(conversions);
    let functions = service.functions.iter().map(function);
    let init = service.has_init.then(|| {
        quote! {
            impl Guest for Service {
                fn init() {
                    super::init()
                }
            }
        }
    });
    quote! {
        #[cfg(target_family = "wasm")]
        #[doc(hidden)]
        #[allow(warnings, unsafe_code, clippy::all, clippy::pedantic, clippy::restriction, reason = "generated code")]
        mod __component {
            ::aqua_guest::__private::generate!({
                inline: #text,
                world: #world,
                runtime_path: "::aqua_guest::__private::rt",
            });

            use self::exports::#(#path::)*#interface as bindings;

            struct Service;

            impl bindings::Guest for Service {
                #(#functions)*
            }

            #init
            #(#conversions)*

            export!(Service with_types_in self);
        }
    }
}

/// The exported form of a function.
fn function(function: &Function) -> TokenStream {
    let (name, bound) = (&function.name.rust, function.name.bound_value());
    let names: Vec<_> = (0..function.parameters.len())
        .map(|index| format_ident!("argument{index}"))
        .collect();
    let types = function.parameters.iter().map(|(_, ty)| bound_type(ty));
    let arguments = names
        .iter()
        .zip(&function.parameters)
        .map(|(name, (_, ty))| convert(ty, quote!(#name)));
    let call = quote!(super::#name(#(#arguments),*));
    match &function.result {
        Some(result) => {
            let (ty, value) = (bound_type(result), convert(result, quote!(result)));
            quote! {
                fn #bound(#(#names: #types),*) -> #ty {
                    let result = #call;
                    #value
                }
            }
        }
        None => quote! {
            fn #bound(#(#names: #types),*) {
                #call
            }
        },
    }
}

/// The type of the bindings.
fn bound_type(ty: &Type) -> TokenStream {
    match ty {
        Type::Plain("String", _) => quote!(::std::string::String),
        Type::Plain(name, _) => {
            let name = format_ident!("{name}");
            quote!(::core::primitive::#name)
        }
        Type::List(item) => {
            let item = bound_type(item);
            quote!(::std::vec::Vec<#item>)
        }
        Type::Option(value) => {
            let value = bound_type(value);
            quote!(::core::option::Option<#value>)
        }
        Type::Result(value, error) => {
            let part = |part: &Option<Box<Type>>| part.as_deref().map_or_else(|| quote!(()), bound_type);
            let (value, error) = (part(value), part(error));
            quote!(::core::result::Result<#value, #error>)
        }
        Type::Tuple(items) => {
            let items = items.iter().map(bound_type);
            quote!((#(#items,)*))
        }
        Type::Named(name) => {
            let name = name.bound_type();
            quote!(bindings::#name)
        }
    }
}

/// The conversion of a value, in either direction.
fn convert(ty: &Type, value: TokenStream) -> TokenStream {
    if !ty.has_named() {
        return value;
    }
    match ty {
        Type::Plain(..) => value,
        Type::Named(_) => quote!(::core::convert::Into::into(#value)),
        Type::List(item) => {
            let item = convert(item, quote!(item));
            quote!(::core::iter::Iterator::collect(::core::iter::Iterator::map(
                ::core::iter::IntoIterator::into_iter(#value),
                |item| #item,
            )))
        }
        Type::Option(part) => {
            let part = convert(part, quote!(value));
            quote!(match #value {
                ::core::option::Option::Some(value) => ::core::option::Option::Some(#part),
                ::core::option::Option::None => ::core::option::Option::None,
            })
        }
        Type::Result(ok, error) => {
            let part = |part: &Option<Box<Type>>| match part {
                Some(ty) => convert(ty, quote!(value)),
                None => quote!(value),
            };
            let (ok, error) = (part(ok), part(error));
            quote!(match #value {
                ::core::result::Result::Ok(value) => ::core::result::Result::Ok(#ok),
                ::core::result::Result::Err(value) => ::core::result::Result::Err(#error),
            })
        }
        Type::Tuple(items) => {
            let names = numbered(items.len());
            let values = names.iter().zip(items).map(|(name, item)| convert(item, quote!(#name)));
            quote!({
                let (#(#names,)*) = #value;
                (#(#values,)*)
            })
        }
    }
}

/// The conversions between a type of the module and that of the bindings.
fn conversions(definition: &Definition) -> TokenStream {
    let own = &definition.name.rust;
    let own = quote!(super::#own);
    let bound = definition.name.bound_type();
    let bound = quote!(bindings::#bound);
    // Names of fields or cases, as own and as those of the bindings.
    let (to_bound, to_own) = match &definition.content {
        Content::Record(fields) => {
            let names = |name: &Name| (name.rust.clone(), name.bound_value());
            let one = |is_to_bound: bool| {
                let (read, written): (Vec<Ident>, Vec<Ident>) = fields
                    .iter()
                    .map(|field| names(&field.name))
                    .map(|(own, bound)| if is_to_bound { (own, bound) } else { (bound, own) })
                    .unzip();
                let values = fields
                    .iter()
                    .zip(&read)
                    .map(|(field, name)| convert(&field.ty, quote!(value.#name)));
                quote!(Self { #(#written: #values),* })
            };
            (one(true), one(false))
        }
        Content::Variant(cases) => {
            let one = |is_to_bound: bool| {
                let arms = cases
                    .iter()
                    .map(|case| arm(case, if is_to_bound { &own } else { &bound }, is_to_bound));
                quote!(match value { #(#arms)* })
            };
            (one(true), one(false))
        }
    };
    quote! {
        impl ::core::convert::From<#own> for #bound {
            fn from(value: #own) -> Self {
                #to_bound
            }
        }

        impl ::core::convert::From<#bound> for #own {
            fn from(value: #bound) -> Self {
                #to_own
            }
        }
    }
}

/// The conversion of one case. Several values are one tuple in the bindings.
fn arm(case: &crate::service::Case, from: &TokenStream, is_to_bound: bool) -> TokenStream {
    let (own, bound) = (&case.name.rust, case.name.bound_type());
    let names = numbered(case.values.len());
    let values = names
        .iter()
        .zip(&case.values)
        .map(|(name, ty)| convert(ty, quote!(#name)));
    let (read, written) = if is_to_bound { (own, &bound) } else { (&bound, own) };
    match (names.len(), is_to_bound) {
        (0, _) => quote!(#from::#read => Self::#written,),
        (1, _) => quote!(#from::#read(#(#names)*) => Self::#written(#(#values)*),),
        (_, true) => quote!(#from::#read(#(#names),*) => Self::#written((#(#values),*)),),
        (_, false) => quote!(#from::#read((#(#names),*)) => Self::#written(#(#values),*),),
    }
}

fn numbered(count: usize) -> Vec<Ident> {
    (0..count).map(|index| format_ident!("value{index}")).collect()
}
