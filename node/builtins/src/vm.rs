//! `vm`: virtual machines of workers. This peer has none.

use aqua_peer::{Function, Functions, failure};

pub(crate) fn register(functions: &mut Functions) {
    for function in ["create", "start", "stop", "reboot", "reset", "status"] {
        functions.register(
            "vm",
            function,
            Function::Pure(|_| Err(failure("This feature is disabled"))),
        );
    }
}
