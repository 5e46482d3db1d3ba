//! A store with one module and one blueprint, and a vault with both as files.

use super::greeter_interface;
use super::table::{BINARY, EFFECTOR};
use aqua_blueprint::{Blueprint, ContentId};
use aqua_builtins::{ListedModule, Modules, VaultFiles};
use aqua_interface::Interface;
use aqua_peer::Call;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures::FutureExt as _;
use futures::future::{BoxFuture, ready};

/// The bytes of the module.
const MODULE: &[u8] = b"module";

/// What bytes start with that are not accepted. The rest is the error.
const REFUSED: &[u8] = b"refused: ";

#[derive(Debug)]
pub(super) struct OneModule;

/// The id of the module.
pub(super) fn module() -> ContentId {
    ContentId::of(MODULE)
}

/// Bytes in base64 that are refused with this error, in which `<module>` is the id of the module.
pub(super) fn refused(error: &str) -> String {
    let error = error.replace("<module>", &module().to_string());
    BASE64_STANDARD.encode([REFUSED, error.as_bytes()].concat())
}

/// A blueprint of the module.
pub(super) fn blueprint() -> Blueprint {
    Blueprint::new("greeter", vec![module()]).expect("it has a module")
}

/// A vault with files: `module`, `refused effector`, `refused binary`, `config.json`, `blueprint.json`.
#[derive(Debug)]
pub(super) struct Files;

impl VaultFiles for Files {
    fn put<'a>(&'a self, call: &'a Call, content: Vec<u8>) -> BoxFuture<'a, Result<String, String>> {
        let size = content.len();
        ready(Ok(format!("/tmp/vault/{}-token/{size}", call.particle.id))).boxed()
    }

    fn read<'a>(&'a self, _: &'a Call, path: &'a str) -> BoxFuture<'a, Result<Vec<u8>, String>> {
        let refused = |error| {
            BASE64_STANDARD
                .decode(refused(error))
                .map_err(|error| error.to_string())
        };
        let content = match path {
            "module" => Ok(MODULE.to_vec()),
            "refused effector" => refused(EFFECTOR),
            "refused binary" => refused(BINARY),
            "config.json" => Ok(br#"{"name": "greeter", "logger_enabled": true}"#.to_vec()),
            "blueprint.json" => Ok(blueprint().to_json().into_bytes()),
            _ => Err(format!("Error reading vault file `{path}`")),
        };
        ready(content).boxed()
    }
}

impl Modules for OneModule {
    fn add_module<'a>(&'a self, _: &'a str, wasm: Vec<u8>) -> BoxFuture<'a, Result<ContentId, String>> {
        let added = match wasm.strip_prefix(REFUSED) {
            Some(error) => Err(String::from_utf8_lossy(error).into_owned()),
            None => Ok(ContentId::of(&wasm)),
        };
        ready(added).boxed()
    }

    fn add_blueprint<'a>(&'a self, blueprint: &'a Blueprint) -> BoxFuture<'a, Result<ContentId, String>> {
        ready(Ok(blueprint.id())).boxed()
    }

    fn modules(&self) -> BoxFuture<'_, Vec<ListedModule>> {
        let valid = ListedModule::Valid {
            id: module(),
            name: "greeter".to_owned(),
            logger_enabled: true,
            mounted_binaries: [("curl".to_owned(), "/usr/bin/curl".to_owned())].into(),
        };
        let invalid = ListedModule::Invalid {
            file: "notes.txt".to_owned(),
            reason: "not a content id".to_owned(),
        };
        ready(vec![valid, invalid]).boxed()
    }

    fn interface<'a>(&'a self, id: &'a ContentId) -> BoxFuture<'a, Result<Interface, String>> {
        let interface = match *id == module() {
            true => Ok(greeter_interface()),
            false => Err(format!("module '{id}' wasn't found")),
        };
        ready(interface).boxed()
    }

    fn blueprints(&self) -> BoxFuture<'_, Vec<Blueprint>> {
        ready(vec![blueprint()]).boxed()
    }

    fn blueprint<'a>(&'a self, id: &'a ContentId) -> BoxFuture<'a, Result<Blueprint, String>> {
        let blueprint = match *id == blueprint().id() {
            true => Ok(blueprint()),
            false => Err(format!("Blueprint '{id}' wasn't found")),
        };
        ready(blueprint).boxed()
    }
}
