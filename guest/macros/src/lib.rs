//! The attribute `service` of `aqua-guest`, where it is documented.
//!
//! * `options`: the arguments of the attribute.
//! * `reading`: the functions and types of a module, as a `Service`; `types` reads types, `names` converts names.
//! * `wit`: the interface of a service in WIT.
//! * `expansion`: the module with the code that exports its functions.

mod expansion;
mod names;
mod options;
mod reading;
mod service;
#[cfg(test)]
mod tests;
mod types;
mod wit;

use options::Options;
use proc_macro2::TokenStream;
use syn::ItemMod;

/// Makes a module the service of a component. See `aqua_guest`.
#[proc_macro_attribute]
pub fn service(arguments: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand(arguments.into(), item.into()).into()
}

/// The expansion. In case of an error, it is the item as written, so that the compiler finds its other errors, with the errors.
fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let read = || {
        let options: Options = syn::parse2(arguments)?;
        let module: ItemMod = syn::parse2(item.clone())?;
        let service = reading::service(&module, &options)?;
        Ok(expansion::expand(module, &service))
    };
    read().unwrap_or_else(|error: syn::Error| {
        let errors = error.into_compile_error();
        quote::quote!(#item #errors)
    })
}
