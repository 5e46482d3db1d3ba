//! A service with every type that an interface can have, and with all that a service may ask its peer.
//!
//! The tests of the command build it as a component; `tests/main.rs` calls the same functions on the host.

/// Returns what it gets, in all types.
#[aqua_guest::service(package = "test:every-type@0.1.0", interface = "types")]
pub mod every_type {
    use aqua_guest::{log, process};
    use std::cell::Cell;

    /// The result of a function that can fail.
    pub type Fallible<T> = Result<T, Problem>;
    type Words = Vec<String>;

    thread_local! {
        static STARTS: Cell<u32> = const { Cell::new(0) };
    }

    /// All simple types.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Simple {
        pub truth: bool,
        pub small: (u8, i8),
        pub medium: (u16, i16),
        pub large: (u32, i32),
        pub huge: (u64, i64),
        pub fraction: (f32, f64),
        pub letter: char,
        /// Named by a keyword.
        pub r#type: std::string::String,
    }

    /// A value without parts.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Colour {
        Red,
        DarkBlue,
    }

    #[derive(Debug, Clone, PartialEq)]
    pub enum Shape {
        Point,
        Circle(f64),
        Rectangle(f64, f64),
        Coloured(Colour, Words),
        Group(Vec<Simple>),
    }

    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Problem {
        Missing,
        Other(String),
    }

    /// A type of the module that no function uses stays as it is.
    struct Unused<'a>(&'a str);

    pub fn init() {
        STARTS.set(STARTS.get() + 1);
    }

    /// How often `init` ran.
    pub fn starts() -> u32 {
        STARTS.get()
    }

    pub fn echo(value: Simple) -> Simple {
        value
    }

    pub fn shapes(mut shapes: Vec<Shape>) -> Vec<Shape> {
        shapes.reverse();
        shapes
    }

    pub fn list(from: Option<Colour>, option: Option<Option<u32>>) -> (Option<Colour>, Option<u32>) {
        (from, option.flatten())
    }

    /// Fails for 0, and for numbers above 9.
    pub fn digit(number: u32) -> Fallible<Option<(u32, Colour)>> {
        match number {
            0 => Err(Problem::Missing),
            10.. => Err(Problem::Other(Unused("too large").0.to_owned())),
            5 => Ok(None),
            _ => Ok(Some((number, Colour::Red))),
        }
    }

    pub fn check(is_valid: bool) -> Result<(), String> {
        match is_valid {
            true => Ok(()),
            false => Err("not valid".to_owned()),
        }
    }

    pub fn nothing() -> Fallible<()> {
        Ok(())
    }

    /// Who calls, with which service, and where the second argument comes from.
    pub fn caller(_first: u32, _second: String) -> (String, String, Vec<String>) {
        let parameters = aqua_guest::call_parameters();
        let origin = aqua_guest::argument_origin(1).into_iter();
        let origin = origin.map(|origin| format!("{}.{}", origin.service_id, origin.function_name));
        (
            parameters.particle.init_peer_id,
            parameters.service_id,
            origin.collect(),
        )
    }

    pub fn folder() -> String {
        aqua_guest::vault_dir()
    }

    pub fn record(message: String) {
        log::error!("{message}");
        log::warn!("{}", message);
        log::info!(target: 4, "{message}");
        log::debug!(target: 4 | 8, "{message}, {}", 2);
        log::trace!("{message}");
    }

    pub fn run(binary: String) -> String {
        process::run(&binary, ["--version"]).error
    }
}
