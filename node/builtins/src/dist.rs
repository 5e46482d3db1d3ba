//! `dist`: modules of services, their configurations, and blueprints.

use crate::arguments::protected;
use crate::{Arguments as _, ListedModule, Modules, World, vault};
use aqua_blueprint::{Blueprint, ContentId};
use aqua_peer::{Call, Function, Functions, failure};
use aqua_values::Value;
use aqua_vm::{CallError, CallResult};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

pub(crate) fn register(functions: &mut Functions) {
    functions.register("dist", "make_module_config", Function::Pure(make_module_config));
    functions.register("dist", "default_module_config", Function::Pure(default_module_config));
    functions.register("dist", "make_blueprint", Function::Pure(make_blueprint));
    for name in [
        "add_module",
        "add_module_from_vault",
        "add_module_bytes_from_vault",
        "load_module_config",
        "load_blueprint",
        "add_blueprint",
        "list_modules",
        "get_module_interface",
        "list_blueprints",
        "get_blueprint",
    ] {
        functions.register("dist", name, Function::World);
    }
}

/// Answers the functions that need the modules of the peer, or files of the particle.
pub(crate) async fn answer(world: World<'_>, call: &Call) -> CallResult {
    let World { modules, vault, .. } = world;
    match call.function.as_str() {
        "add_module" => {
            let bytes: String = call.argument(0, "module_bytes")?;
            let config: NamedConfig = call.argument(1, "config")?;
            protected(call)?;
            let wasm = BASE64_STANDARD.decode(bytes);
            let wasm = wasm.map_err(|error| failure(format!("the module is not base64: {error}")))?;
            add_module(modules, &config.name, wasm).await
        }
        "add_module_from_vault" => {
            let path: String = call.argument(0, "path")?;
            let config: NamedConfig = call.argument(1, "config")?;
            protected(call)?;
            add_module(modules, &config.name, vault::bytes(vault, call, &path).await?).await
        }
        "add_module_bytes_from_vault" => {
            let name: String = call.argument(0, "name")?;
            let path: String = call.argument(1, "path")?;
            protected(call)?;
            add_module(modules, &name, vault::bytes(vault, call, &path).await?).await
        }
        "load_module_config" => {
            let path: String = call.argument(0, "path")?;
            let text = vault::text(vault, call, &path).await?;
            let invalid = |error| failure(format!("`{path}` is no configuration of a module: {error}"));
            let file: ConfigFile = serde_json::from_str(&text).map_err(invalid)?;
            Ok(config(&file.name, file.settings))
        }
        "load_blueprint" => {
            let path: String = call.argument(0, "path")?;
            let text = vault::text(vault, call, &path).await?;
            let invalid = |error| failure(format!("`{path}` is no blueprint: {error}"));
            Ok(Blueprint::from_json(&text).map_err(invalid)?.to_json().into())
        }
        "add_blueprint" => {
            let text: String = call.argument(0, "blueprint")?;
            protected(call)?;
            let blueprint = Blueprint::from_json(&text).map_err(|error| failure(error.to_string()))?;
            let added = kept(modules)?.add_blueprint(&blueprint).await;
            added.map(|id| id.to_string().into()).map_err(failure)
        }
        "list_modules" => Ok(match modules {
            Some(modules) => modules.modules().await.into_iter().map(listed).collect(),
            None => Value::array([Value::Null; 0]),
        }),
        "get_module_interface" => {
            let module: ContentId = call.argument(0, "hash")?;
            let interface = kept(modules)?.interface(&module).await;
            interface.map(|interface| interface.to_value()).map_err(failure)
        }
        "list_blueprints" => Ok(match modules {
            Some(modules) => modules.blueprints().await.iter().map(blueprint_value).collect(),
            None => Value::array([Value::Null; 0]),
        }),
        _ => {
            let id: ContentId = call.argument(0, "blueprint_id")?;
            let blueprint = kept(modules)?.blueprint(&id).await;
            blueprint.as_ref().map(blueprint_value).map_err(failure)
        }
    }
}

async fn add_module(modules: Option<&dyn Modules>, name: &str, wasm: Vec<u8>) -> CallResult {
    let added = kept(modules)?.add_module(name, wasm).await;
    added.map(|id| id.to_string().into()).map_err(failure)
}

/// The configuration of a module in a file.
#[derive(Deserialize)]
struct ConfigFile {
    name: String,
    #[serde(flatten)]
    settings: Settings,
}

/// What is used of the configuration of a module: the rest follows from its imports.
#[derive(Deserialize)]
struct NamedConfig {
    name: String,
}

fn kept(modules: Option<&dyn Modules>) -> Result<&dyn Modules, CallError> {
    modules.ok_or_else(|| failure("this peer keeps no modules: it has no folder for data"))
}

fn listed(module: ListedModule) -> Value {
    match module {
        ListedModule::Valid {
            id,
            name,
            logger_enabled,
            mounted_binaries,
        } => {
            let settings = Settings {
                logger_enabled: Some(logger_enabled),
                mounted_binaries: Some(mounted_binaries.into_iter().collect()),
                ..Settings::default()
            };
            let config = config(&name, settings);
            Value::object([
                ("name", name.into()),
                ("hash", id.to_string().into()),
                ("config", config),
            ])
        }
        ListedModule::Invalid { file, reason } => {
            Value::object([("invalid_file_name", file.into()), ("error", reason.into())])
        }
    }
}

fn blueprint_value(blueprint: &Blueprint) -> Value {
    let dependencies = blueprint.dependencies().iter().map(|id| Value::from(id.to_string()));
    Value::object([
        ("name", blueprint.name().into()),
        ("id", blueprint.id().to_string().into()),
        ("dependencies", dependencies.collect()),
    ])
}

/// Settings of a module. `[]` is the default.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings {
    logger_enabled: Option<bool>,
    envs: Option<Vec<(String, String)>>,
    mapped_dirs: Option<Vec<(String, String)>>,
    mounted_binaries: Option<Vec<(String, String)>>,
    logging_mask: Option<i32>,
}

/// The configuration of a module with these settings. Limits of memory and preopened files are arguments of earlier versions: whatever
/// they are, they are ignored.
fn make_module_config(call: &Call) -> CallResult {
    let name: String = call.argument(0, "name")?;
    let settings = Settings {
        logger_enabled: call.option(3, "logger_enabled")?,
        envs: call.option(5, "envs")?,
        mapped_dirs: call.option(6, "mapped_dirs")?,
        mounted_binaries: call.option(7, "mounted_binaries")?,
        logging_mask: call.option(8, "logging_mask")?,
    };
    Ok(config(&name, settings))
}

/// The configuration of a module with default settings.
fn default_module_config(call: &Call) -> CallResult {
    let name: String = call.argument(0, "name")?;
    Ok(config(&name, Settings::default()))
}

/// A configuration in the form of Aqua's `ModuleConfig`, whose options are arrays.
fn config(name: &str, settings: Settings) -> Value {
    let unset = || Value::array([Value::Null; 0]);
    Value::object([
        ("name", name.into()),
        ("mem_pages_count", unset()),
        ("max_heap_size", unset()),
        ("logger_enabled", settings.logger_enabled.into_iter().collect()),
        ("preopened_files", unset()),
        ("envs", pairs(settings.envs)),
        ("mapped_dirs", pairs(settings.mapped_dirs)),
        ("mounted_binaries", pairs(settings.mounted_binaries)),
        (
            "logging_mask",
            settings.logging_mask.map(i64::from).into_iter().collect(),
        ),
    ])
}

fn pairs(option: Option<Vec<(String, String)>>) -> Value {
    let pairs = option.map(|pairs| pairs.into_iter().map(|(key, value)| Value::from([key, value])));
    pairs.map(Iterator::collect::<Value>).into_iter().collect()
}

/// A blueprint as DAG-JSON.
fn make_blueprint(call: &Call) -> CallResult {
    let name: String = call.argument(0, "name")?;
    let dependencies: Vec<ContentId> = call.argument(1, "dependencies")?;
    match Blueprint::new(name, dependencies) {
        Ok(blueprint) => Ok(blueprint.to_json().into()),
        Err(error) => Err(failure(error.to_string())),
    }
}
