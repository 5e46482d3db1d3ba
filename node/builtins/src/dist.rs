//! `dist`: configurations of modules and blueprints of services. The functions that store them need a store of modules.

use crate::Arguments as _;
use aqua_blueprint::{Blueprint, ContentId};
use aqua_peer::{Call, Function, Functions, failure};
use aqua_values::Value;
use aqua_vm::CallResult;

pub(crate) fn register(functions: &mut Functions) {
    functions.register("dist", "make_module_config", Function::Pure(make_module_config));
    functions.register("dist", "default_module_config", Function::Pure(default_module_config));
    functions.register("dist", "make_blueprint", Function::Pure(make_blueprint));
}

/// Settings of a module. `[]` is the default.
#[derive(Default)]
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
