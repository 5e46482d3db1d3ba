//! The Wasm service host of a peer: loads services, limits their resources and calls their functions.
//!
//! A service is deployed under a name. It is a list of modules, each one a WebAssembly component or a Marine module; often there is
//! only one. A module can import functions of those before it; the last one, the facade, provides the functions of the service.
//! [`Host::deploy`] compiles them and reads which functions the facade exports (an [`Interface`](aqua_interface::Interface));
//! [`Host::call`] converts the arguments to the types of the function, runs it, and converts its result. Whatever a service does (trap,
//! loop forever, allocate too much memory, answer with gigabytes) ends as a [`CallError`], and the host serves the next call.
//!
//! * `service_modules`: what a service consists of; `call`: what a call asks for; `config`: limits of a service and of a call;
//!   `limits`: what a running one has used of them.
//! * `engine`: the entry to loading code; `loader`: one load, from disk or by the compiler, with its `progress`; `code`: what is loaded;
//!   `cache`: code in memory; `artefacts`: code on disk; `ticker`: the clock that interrupts running code.
//! * `host`: the services of one peer, by name; `service`: a deployed one, its calls one after another; `linked`: its modules with
//!   everything that they import; `instance`: the running modules in one store; `state`: what they share there; `failure`: the errors
//!   with which calls end.
//! * `component` and `marine`: the two kinds of modules; `foreign_calls`: calls between them.
//! * `system`: folders, environment and outputs of a module; `output` and `log`: where its texts go; `program`: programs of the host;
//!   `fixed`: time and randomness as functions of the call; `http`: requests to other hosts.
//! * `granted`: what a service asks for and the policy of the operator allows, as settings of its modules.
//!
//! Code runs on a fiber and yields at each tick. Functions that wait, such as those for files and programs, are asynchronous, so a
//! module that waits keeps no thread busy. The profile of the engine is deterministic: not-a-number values have one bit pattern, there
//! are no threads and no relaxed vector operations. A component without imports gives the same answer on every peer. Other modules
//! have the system interface that they are built with; [`ServiceModules::requests`] can fix its clock and randomness.

mod artefacts;
mod cache;
mod call;
mod code;
mod component;
mod config;
mod engine;
mod error;
mod failure;
mod fixed;
mod foreign_calls;
mod granted;
mod host;
mod http;
mod instance;
mod limits;
mod linked;
mod loader;
mod log;
mod marine;
mod output;
mod program;
mod progress;
mod service;
mod service_modules;
mod state;
mod system;
mod ticker;

pub use aqua_capabilities::{Capabilities, Mode, Policy, RandomSource, Refusal, Requests, TimeSource};
pub use aqua_marine::{CallParameters, CallParticle, CallTetraplet};
pub use artefacts::ArtefactCache;
pub use call::{Call, CallArguments};
pub use component::{Mismatch, from_json, to_json};
pub use config::{Config, OnTrap, SystemLimits};
pub use engine::{Engine, EngineOptions, Preloaded};
pub use error::{CallError, DeployError};
pub use host::{CORE_MODULE, Host};
pub use progress::{LoadEvent, LoadObserver, LoadStage};
pub use service_modules::{MappedDir, ModuleDefinition, ReadError, ServiceModules};
