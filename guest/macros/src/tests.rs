//! Interfaces of modules, and errors.

use super::{expand, options::Options, reading, wit};
use quote::ToTokens as _;
use syn::ItemMod;

/// The interface of a module in WIT, or the errors.
fn interface(arguments: &str, module: &str) -> Result<String, Vec<String>> {
    let read = || {
        let options: Options = syn::parse_str(arguments)?;
        let module: ItemMod = syn::parse_str(module)?;
        reading::service(&module, &options).map(|service| wit::print(&service))
    };
    read().map_err(|error: syn::Error| error.into_iter().map(|error| error.to_string()).collect())
}

/// The only error of a module with this content, with the source that it points to.
fn error(content: &str) -> String {
    let module = format!("mod service {{ {content} }}");
    let module: ItemMod = syn::parse_str(&module).expect("a module");
    let Err(error) = reading::service(&module, &Options::default()) else {
        panic!("no error: {content}");
    };
    let errors: Vec<_> = error.into_iter().collect();
    let [error] = &*errors else {
        panic!("several errors: {errors:?}");
    };
    let source = error.span().source_text().unwrap_or_default();
    format!("{source}: {error}")
}

#[test]
fn an_interface_follows_from_signatures_and_types() {
    let module = r#"
        /// Counts words.
        ///
        /// Keeps nothing.
        pub(crate) mod word_counter {
            use std::collections::BTreeMap;

            /// A word.
            #[derive(Debug)]
            pub struct Count {
                /// In lower case.
                pub word: String,
                pub times: u32,
            }

            pub enum Order { Alphabet, Frequency }

            /** Why it failed. */
            pub enum Problem { NoWords, TooLong(u64), Pair(u8, Option<char>) }

            struct Private<'a> { text: &'a str }

            /// The counts of all words.
            pub fn counts(text: String, order: Option<Order>) -> Result<Vec<Count>, String> { todo!() }

            fn private(text: &str) -> BTreeMap<&str, u32> { todo!() }

            pub fn forget() -> Result<(), Problem> { todo!() }

            pub fn init() {}
        }
    "#;
    assert_eq!(
        interface("", module).as_deref(),
        Ok("\
package local:word-counter;

/// Counts words.
///
/// Keeps nothing.
interface api {
    enum order {
        alphabet,
        frequency,
    }

    /// A word.
    record count {
        /// In lower case.
        word: string,
        times: u32,
    }

    /// Why it failed.
    variant problem {
        no-words,
        too-long(u64),
        pair(tuple<u8, option<char>>),
    }

    /// The counts of all words.
    counts: func(text: string, order: option<order>) -> result<list<count>, string>;

    forget: func() -> result<_, problem>;
}

world service {
    export init: func();
    export api;
}
")
    );
}

#[test]
fn every_type_has_its_form_in_wit() {
    for (rust, wit) in [
        ("bool", "bool"),
        ("char", "char"),
        ("i8", "s8"),
        ("u64", "u64"),
        ("f32", "f32"),
        ("std::string::String", "string"),
        ("Vec<Option<u8>>", "list<option<u8>>"),
        ("(u8, (bool,))", "tuple<u8, tuple<bool>>"),
        ("Result<u8, u16>", "result<u8, u16>"),
        ("Result<(), ()>", "result"),
        ("::core::result::Result<u8, ()>", "result<u8>"),
        ("Fallible<()>", "result<_, string>"),
        ("Fallible<Words>", "result<list<string>, string>"),
        ("(u8)", "u8"),
    ] {
        let aliases = "type Fallible<T> = Result<T, String>; type Words = Vec<String>;";
        let module = format!("mod service {{ {aliases} pub fn all(value: {rust}) -> {rust} {{ value }} }}");
        let text = interface("", &module).expect(rust);
        assert!(
            text.contains(&format!("all: func(value: {wit}) -> {wit};")),
            "{rust}: {text}"
        );
    }
}

#[test]
fn keywords_are_escaped() {
    let module = "mod list { pub struct Record { pub r#type: u8 } pub fn r#use(from: Record) {} }";
    let text = interface("interface = \"export\"", module).expect("an interface");
    assert_eq!(
        text,
        "package local:%list;\n\ninterface %export {\n    record %record {\n        %type: u8,\n    }\n\n    \
         %use: func(%from: %record);\n}\n\nworld service {\n    export %export;\n}\n"
    );
}

#[test]
fn package_and_interface_can_be_named() {
    let text = interface(
        "package = \"example:counter@0.1.0\", interface = \"words\"",
        "mod a { pub fn f() {} }",
    );
    let text = text.expect("an interface");
    assert!(
        text.starts_with("package example:counter@0.1.0;\n\ninterface words {\n"),
        "{text}"
    );
}

#[test]
fn types_that_interfaces_do_not_have_are_explained() {
    for (ty, expected) in [
        ("&str", "&str: interfaces have no references; use `String`"),
        ("Vec<&[u8]>", "&[u8]: interfaces have no references; use `Vec<T>`"),
        (
            "&'static u8",
            "&'static u8: interfaces have no references; use the type without `&`",
        ),
        ("[u8; 4]", "[u8; 4]: interfaces have no arrays; use `Vec<T>`"),
        ("usize", "usize: interfaces have no `usize`; use `u32` or `u64`"),
        (
            "HashMap<String, u8>",
            "HashMap<String, u8>: interfaces have no `HashMap`; use `Vec<(K, V)>`",
        ),
        (
            "impl Into<String>",
            "impl Into<String>: interfaces have no traits; use a type",
        ),
        ("fn(u8)", "fn(u8): functions can't be values"),
        (
            "Option<()>",
            "(): `()` can only be a result, or the value or the error of a `Result`",
        ),
        (
            "Option<Missing>",
            "Missing: unknown type `Missing`: declare it in the module of the service",
        ),
        (
            "super::Count",
            "super::Count: unknown type `Count`: declare it in the module of the service",
        ),
        (
            "Result<u8>",
            "Result<u8>: write both types of the result, such as `Result<u32, String>`",
        ),
        (
            "Vec<u8, u8>",
            "Vec<u8, u8>: unknown type `Vec`: declare it in the module of the service",
        ),
        (
            "Two<u8>",
            "Two<u8>: `Two` has 2 parameters of types, and needs all of them",
        ),
        (
            "Maybe<()>",
            "T: `()` can only be a result, or the value or the error of a `Result`",
        ),
        (
            "Endless",
            "Endless: `Endless` contains itself, which types of interfaces can't",
        ),
    ] {
        let aliases = "type Two<A, B> = (A, B); type Maybe<T> = Option<T>; type Endless = Vec<Endless>;";
        assert_eq!(error(&format!("{aliases} pub fn f(value: {ty}) {{}}")), expected);
    }
}

#[test]
fn definitions_that_interfaces_do_not_have_are_explained() {
    for (definition, expected) in [
        (
            "pub struct T { pub a: u8, b: u8 }",
            "b: the field `b` must be `pub`: it is a part of the interface",
        ),
        (
            "struct T { pub a: u8 }",
            "T: the type `T` must be `pub`: it is a part of the interface",
        ),
        (
            "pub struct T<A> { pub a: A }",
            "A: `T` can't have generic parameters: it is a part of the interface",
        ),
        (
            "pub struct T<'a> { pub a: &'a str }",
            "'a: `T` can't have generic parameters: it is a part of the interface",
        ),
        ("pub struct T(pub u8);", "T: `T` must have fields with names"),
        ("pub struct T {}", "T: `T` must have a field"),
        ("pub enum T {}", "T: `T` must have a case"),
        (
            "pub enum T { A { b: u8 } }",
            "A { b: u8 }: the case `A` can't have fields with names; use a struct as its value",
        ),
        ("pub enum T { A() }", "A(): write `A` without `()`"),
        (
            "pub enum T { #[cfg(test)] A }",
            "#[cfg(test)]: a part of an interface can't be conditional",
        ),
        (
            "pub struct T { pub a: Vec<T> }",
            "T: `T` contains itself, which types of interfaces can't",
        ),
        (
            "pub enum T { A(U) } pub struct U { pub b: Option<T> }",
            "T: `T` contains itself, which types of interfaces can't",
        ),
    ] {
        assert_eq!(error(&format!("{definition} pub fn f() -> T {{ todo!() }}")), expected);
    }
}

#[test]
fn functions_that_interfaces_do_not_have_are_explained() {
    for (content, expected) in [
        ("pub async fn f() {}", "async: functions of a service can't be `async`"),
        (
            "pub unsafe fn f() {}",
            "unsafe: functions of a service can't be `unsafe`",
        ),
        (
            "pub extern \"C\" fn f() {}",
            "extern \"C\": functions of a service have no ABI",
        ),
        (
            "pub fn f<T: Copy>() {}",
            "T: Copy: `f` can't have generic parameters: it is a part of the interface",
        ),
        ("pub fn f(self) {}", "self: a function of a service has no `self`"),
        (
            "pub fn f((a, b): (u8, u8)) {}",
            "(a, b): a parameter of an interface is a name",
        ),
        (
            "#[cfg(test)] pub fn f() {}",
            "#[cfg(test)]: a part of an interface can't be conditional",
        ),
        (
            "pub fn init(a: u8) {}",
            "init: `init` runs when the service starts, so it has no parameters and no result",
        ),
        (
            "fn f() {}",
            "service: a service has at least one function that is `pub`",
        ),
        (
            "pub struct Count { pub a: u8 } pub fn count() -> Count { todo!() }",
            "count: the function `count` and the type `Count` both have the name `count` in the interface; rename one",
        ),
        (
            "pub fn f(a_b: u8, aB: u8) {}",
            "aB: the parameter `aB` and the parameter `a_b` both have the name `a-b` in the interface; rename one",
        ),
        (
            "pub fn part_2() {}",
            "part_2: `part_2` can't be a name in an interface: each of its words must begin with a letter of ASCII",
        ),
    ] {
        assert_eq!(error(content), expected);
    }
}

#[test]
fn all_errors_are_reported() {
    let errors = interface("", "mod a { pub fn f(a: &str) {} pub fn g(b: usize) {} pub fn h() {} }");
    assert_eq!(errors.map_err(|errors| errors.len()), Err(2));
    assert_eq!(
        interface("", "mod a;"),
        Err(vec!["write the content of the module here, in `{}`".to_owned()])
    );
}

#[test]
fn the_expansion_keeps_the_items() {
    let module = "mod a { pub struct B { pub c: u8 } pub fn f(b: Vec<B>) {} mod tests {} }";
    let expansion = expand(proc_macro2::TokenStream::new(), module.parse().expect("tokens"));
    let file: syn::File = syn::parse2(expansion).expect("items");
    let [syn::Item::Mod(module)] = &*file.items else {
        panic!("one module");
    };
    let items = module
        .content
        .as_ref()
        .map(|(_, items)| items.iter().map(|item| item.to_token_stream().to_string()));
    let items: Vec<_> = items.into_iter().flatten().collect();
    assert_eq!(items.len(), 4);
    assert_eq!(items[0], "pub struct B { pub c : u8 }");
    assert!(
        items[3].contains("__component") && items[3].contains("fn f (argument0"),
        "{}",
        items[3]
    );
}

#[test]
fn after_an_error_the_item_is_as_written() {
    let module = "mod a { pub fn f(b: &str) {} }";
    let expansion = expand(proc_macro2::TokenStream::new(), module.parse().expect("tokens")).to_string();
    assert!(
        expansion.starts_with("mod a { pub fn f (b : & str) { } }"),
        "{expansion}"
    );
    assert!(expansion.contains("compile_error"), "{expansion}");
}
