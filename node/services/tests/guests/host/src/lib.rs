//! Tries what a component can use of its host: the interfaces `aqua:service`, and the system.

wit_bindgen::generate!({ path: ["../../../../../guest/wit", "wit"], world: "test:host/guest", generate_all });

use aqua::service::host as peer;
use aqua::service::logging::{self, Level};
use aqua::service::process;
use exports::test::host::api::{CallParameters, Guest, Output, Tetraplet};
use std::cell::Cell;

struct Host;

thread_local! {
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

impl Guest for Host {
    fn parameters() -> CallParameters {
        peer::get_call_parameters()
    }

    fn origin(argument: u32, _: String) -> Vec<Tetraplet> {
        peer::argument_origin(argument)
    }

    fn vault() -> String {
        peer::vault_dir()
    }

    fn note(target: u32, text: String) {
        logging::log(Level::Warn, target, &text);
    }

    fn print(text: String) {
        println!("{text}");
    }

    fn run(binary: String, arguments: Vec<String>) -> Output {
        process::run(&binary, &arguments)
    }

    fn read(path: String) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|error| error.to_string())
    }

    fn write(path: String, text: String) -> Result<(), String> {
        std::fs::write(path, text).map_err(|error| error.to_string())
    }

    fn variables() -> Vec<(String, String)> {
        std::env::vars().collect()
    }

    fn connect(address: String) -> Result<(), String> {
        std::net::TcpStream::connect(address).map(drop).map_err(|error| error.to_string())
    }

    fn now() -> u64 {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(0, |now| now.as_millis() as u64)
    }

    fn random() -> u64 {
        use std::hash::{BuildHasher as _, Hasher as _};
        std::hash::RandomState::new().build_hasher().finish()
    }

    fn sleep(milliseconds: u64) {
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
    }

    fn exit(code: i32) {
        std::process::exit(code);
    }

    fn count() -> u32 {
        CALLS.with(|calls| {
            calls.set(calls.get() + 1);
            calls.get()
        })
    }
}

export!(Host);

unsafe extern "C" {
    fn __wasm_call_ctors();
}

/// Starts the component. Without this function, the linker would start and end the program around every call.
#[unsafe(no_mangle)]
extern "C" fn _initialize() {
    // SAFETY: the host calls this function once, before all others.
    unsafe { __wasm_call_ctors() }
}
