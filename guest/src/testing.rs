//! The peer in tests of a service, which is what the test says. Not in a component.
//!
//! Settings and log belong to a thread. Without a setting, all call parameters are empty, and no program is mounted.
//!
//! ```
//! use aqua_guest::testing::{self, with_call_parameters};
//! use aqua_guest::{CallParameters, Particle};
//!
//! #[aqua_guest::service]
//! mod greeter {
//!     pub fn greet() -> String {
//!         aqua_guest::log::info!("called");
//!         format!("Hello, {}", aqua_guest::call_parameters().particle.init_peer_id)
//!     }
//! }
//!
//! # fn main() {
//! let particle = Particle { init_peer_id: "Ada".to_owned(), ..Particle::default() };
//! let parameters = CallParameters { particle, ..CallParameters::default() };
//! assert_eq!(with_call_parameters(parameters, greeter::greet), "Hello, Ada");
//! assert_eq!(testing::take_log()[0].message, "called");
//! # }
//! ```

use crate::call::{CallParameters, Tetraplet};
use crate::log::Level;
use crate::process::Output;
use std::cell::RefCell;
use std::rc::Rc;

/// The code of a program that was not started.
const NOT_STARTED: i32 = 100_001;

type Programs = Rc<dyn Fn(&str, &[String]) -> Output>;

/// What the peer answers.
#[derive(Default, Clone)]
struct Settings {
    parameters: CallParameters,
    vault: Option<String>,
    programs: Option<Programs>,
}

thread_local! {
    static SETTINGS: RefCell<Settings> = RefCell::default();
    static LOG: RefCell<Vec<Record>> = const { RefCell::new(Vec::new()) };
}

/// A record of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// How important it is.
    pub level: Level,
    /// A set of bits; 0 for a record that is always logged.
    pub target: u32,
    /// What is logged.
    pub message: String,
}

/// Runs code that sees these call parameters.
pub fn with_call_parameters<T>(parameters: CallParameters, body: impl FnOnce() -> T) -> T {
    with(|settings| settings.parameters = parameters, body)
}

/// Runs code that sees this folder of the particle. Without it, the folder has the name that a peer would give it.
pub fn with_vault_dir<T>(folder: impl Into<String>, body: impl FnOnce() -> T) -> T {
    let folder = folder.into();
    with(|settings| settings.vault = Some(folder), body)
}

/// Runs code whose programs are a function: their name and their arguments give their output.
pub fn with_programs<T>(programs: impl Fn(&str, &[String]) -> Output + 'static, body: impl FnOnce() -> T) -> T {
    with(|settings| settings.programs = Some(Rc::new(programs)), body)
}

/// The records that this thread has logged since the last call.
#[must_use]
pub fn take_log() -> Vec<Record> {
    LOG.take()
}

/// Runs code with other settings. Those of before are restored, also after a panic.
fn with<T>(change: impl FnOnce(&mut Settings), body: impl FnOnce() -> T) -> T {
    struct Restore(Settings);
    impl Drop for Restore {
        fn drop(&mut self) {
            SETTINGS.replace(std::mem::take(&mut self.0));
        }
    }
    let _restore = Restore(SETTINGS.with_borrow(Settings::clone));
    SETTINGS.with_borrow_mut(change);
    body()
}

pub(crate) fn call_parameters() -> CallParameters {
    SETTINGS.with_borrow(|settings| settings.parameters.clone())
}

pub(crate) fn argument_origin(argument: u32) -> Vec<Tetraplet> {
    SETTINGS.with_borrow(|settings| {
        settings
            .parameters
            .tetraplets
            .get(argument as usize)
            .cloned()
            .unwrap_or_default()
    })
}

pub(crate) fn vault_dir() -> String {
    SETTINGS.with_borrow(|settings| {
        let particle = &settings.parameters.particle;
        let default = || format!("/tmp/vault/{}-{}", particle.id, particle.token);
        settings.vault.clone().unwrap_or_else(default)
    })
}

pub(crate) fn log(level: Level, target: u32, message: &str) {
    LOG.with_borrow_mut(|log| {
        log.push(Record {
            level,
            target,
            message: message.to_owned(),
        })
    });
}

pub(crate) fn run(binary: &str, arguments: &[String]) -> Output {
    match SETTINGS.with_borrow(|settings| settings.programs.clone()) {
        Some(programs) => programs(binary, arguments),
        None => Output {
            ret_code: NOT_STARTED,
            error: format!("unknown binary `{binary}`"),
            ..Output::default()
        },
    }
}
