//! `aqua service inspect`: prints what a service needs from its host and what it offers.

use super::wasm_file::WasmFile;
use super::{requests, running};
use crate::failure::Failure;
use crate::terminal::Terminal;
use aqua_component::Component;
use aqua_interface::{Field, Function, Interface, Parameter, Record, Type};
use aqua_marine::{Module, Provider};
use aqua_project::ServiceFile;
use clap::Args;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// Show the imports, the exports and the needed resources of a service
///
/// Resources are what the service may use of the peer that runs it: files, environment variables, clocks, randomness, the network,
/// programs. They follow from the imports of the file. For a Config.toml: its modules, what it requests, and what a policy grants.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua service inspect registry.wasm
  aqua service inspect registry.wasm --json | jq .functions
  aqua service inspect Config.toml --policy node.toml

Exit codes: 1 if the file is not a service, 3 if the configuration or the policy has errors.")]
pub(crate) struct InspectOptions {
    /// A WebAssembly component, a Marine module, or a Config.toml that lists modules; - is a Wasm file on standard input
    #[arg(value_name = "CONFIG|FILE")]
    service: PathBuf,
    /// Show which requests of a Config.toml the table `[policy]` of this TOML file grants
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// Prints what is in the file.
pub(crate) fn inspect(options: &InspectOptions, terminal: Terminal) -> Result<(), Failure> {
    if running::is_configuration(&options.service) {
        return requests::inspect(&options.service, options.policy.as_deref(), terminal);
    }
    let file = WasmFile::read(&options.service)?;
    let imports = match &file.service {
        ServiceFile::Component(component) => imports_of_component(component),
        ServiceFile::Marine(module) => imports_of_module(module),
    };
    if terminal.is_json() {
        terminal.object(&object(&file, &imports));
        return Ok(());
    }
    for line in heading(&file)
        .into_iter()
        .chain(lines(file.service.interface(), &imports))
    {
        terminal.result(&line);
    }
    Ok(())
}

/// What the host must provide.
#[derive(Debug, Default)]
struct Imports {
    /// Functions by the module or the interface that has them.
    functions: BTreeMap<String, BTreeSet<String>>,
    resources: BTreeSet<Resource>,
    /// Other Marine modules of the service.
    modules: BTreeSet<String>,
    /// Programs of the peer.
    programs: BTreeSet<String>,
}

/// What a service may use of its peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Resource {
    CallParameters,
    Clock,
    Environment,
    Files,
    Http,
    Log,
    Network,
    Programs,
    Randomness,
}

impl Resource {
    /// The name in the output. Stable across versions.
    fn name(self) -> &'static str {
        match self {
            Self::CallParameters => "call parameters",
            Self::Clock => "clock",
            Self::Environment => "environment",
            Self::Files => "files",
            Self::Http => "http",
            Self::Log => "log",
            Self::Network => "network",
            Self::Programs => "programs",
            Self::Randomness => "randomness",
        }
    }

    /// The resource behind a function of WASI preview 1.
    fn of_preview1(function: &str) -> Option<Self> {
        match function {
            "clock_time_get" | "clock_res_get" | "poll_oneoff" => Some(Self::Clock),
            "environ_get" | "environ_sizes_get" | "args_get" | "args_sizes_get" => Some(Self::Environment),
            "random_get" => Some(Self::Randomness),
            "path_open" | "fd_prestat_get" => Some(Self::Files),
            _ if function.starts_with("sock_") => Some(Self::Network),
            _ if function.starts_with("path_") => Some(Self::Files),
            _ => None,
        }
    }

    /// The resource behind an interface that a component imports.
    fn of_interface(name: &str) -> Option<Self> {
        let (package, _) = name.split_once('/')?;
        match (package, name) {
            (_, "wasi:cli/environment") => Some(Self::Environment),
            (_, "aqua:service/host") => Some(Self::CallParameters),
            (_, "aqua:service/logging") => Some(Self::Log),
            (_, "aqua:service/process") => Some(Self::Programs),
            ("wasi:clocks", _) => Some(Self::Clock),
            ("wasi:filesystem", _) => Some(Self::Files),
            ("wasi:http", _) => Some(Self::Http),
            ("wasi:random", _) => Some(Self::Randomness),
            ("wasi:sockets", _) => Some(Self::Network),
            _ => None,
        }
    }
}

fn imports_of_component(component: &Component) -> Imports {
    let mut imports = Imports::default();
    for import in &component.imports {
        imports.resources.extend(Resource::of_interface(import.unversioned()));
        let functions = imports.functions.entry(import.name.clone()).or_default();
        functions.extend(import.functions.iter().map(|function| function.name.clone()));
    }
    imports
}

fn imports_of_module(module: &Module) -> Imports {
    let mut imports = Imports::default();
    for import in module.imports() {
        let functions = imports.functions.entry(import.module.clone()).or_default();
        functions.insert(import.name.clone());
        match &import.provider {
            Provider::Foreign(_) => {
                imports.modules.insert(import.module.clone());
            }
            Provider::Host(..) | Provider::UnknownHost(_) => {}
            Provider::Other => imports.resources.extend(Resource::of_preview1(&import.name)),
        }
    }
    for name in module.mounted_binaries() {
        imports.programs.insert(name.to_owned());
        imports.resources.insert(Resource::Programs);
    }
    if module.uses_log() {
        imports.resources.insert(Resource::Log);
    }
    if module
        .host_functions()
        .any(|function| function.name() == "get_call_parameters")
    {
        imports.resources.insert(Resource::CallParameters);
    }
    imports
}

fn heading(file: &WasmFile) -> Vec<String> {
    let (kind, details) = match &file.service {
        ServiceFile::Component(_) => ("component", Vec::new()),
        ServiceFile::Marine(module) => {
            let mut details = vec![format!(
                "  SDK {}, interface {}",
                module.sdk_version(),
                module.interface_version()
            )];
            if let Ok(Some(manifest)) = module.manifest() {
                details.push(format!("  version {}: {}", manifest.version, manifest.description));
                details.push(format!(
                    "  source  {}, built {}",
                    manifest.repository, manifest.build_time
                ));
            }
            ("Marine module", details)
        }
    };
    let mut lines = vec![format!("{}: {kind}, {} bytes", file.name, file.size)];
    lines.extend(details);
    lines
}

fn lines(interface: &Interface, imports: &Imports) -> Vec<String> {
    let mut lines = Vec::new();
    let mut section = |title: &str, entries: Vec<String>| {
        if !entries.is_empty() {
            lines.push(format!("\n{title}:"));
            lines.extend(entries.into_iter().map(|entry| format!("  {entry}")));
        }
    };
    section(
        "Resources",
        imports
            .resources
            .iter()
            .map(|resource| resource.name().to_owned())
            .collect(),
    );
    section("Programs of the peer", imports.programs.iter().cloned().collect());
    let joined = |functions: &BTreeSet<String>| functions.iter().cloned().collect::<Vec<_>>().join(", ");
    let functions = imports.functions.iter();
    let functions = functions.map(|(module, functions)| match functions.is_empty() {
        true => module.clone(),
        false => format!("{module}: {}", joined(functions)),
    });
    section("Imports", functions.collect());
    section("Functions", interface.functions().map(signature).collect());
    let records = interface.records().iter();
    section(
        "Records",
        records.map(|definition| record(&definition.record)).collect(),
    );
    lines
}

/// The signature of a function, with types as a reader understands them.
pub(super) fn signature(function: &Function) -> String {
    let parameters = function.parameters.iter();
    let parameters: Vec<_> = parameters
        .map(|Parameter { name, ty }| format!("{name}: {ty}"))
        .collect();
    let result = function
        .result
        .as_ref()
        .map(|ty| format!(" -> {ty}"))
        .unwrap_or_default();
    format!("{}({}){result}", function.name, parameters.join(", "))
}

fn record(record: &Arc<Record>) -> String {
    let fields = record.fields.iter();
    let fields: Vec<_> = fields
        .map(|Field { name, ty }| format!("{}: {ty}", name.aqua))
        .collect();
    format!("{} {{{}}}", record.name, fields.join(", "))
}

fn object(file: &WasmFile, imports: &Imports) -> Value {
    let named = |name: &str, ty: &Type| json!({"name": name, "type": ty.to_string()});
    let interface = file.service.interface();
    let functions = interface.functions().map(|function| {
        let parameters = function.parameters.iter();
        let parameters: Vec<_> = parameters.map(|it| named(&it.name, &it.ty)).collect();
        json!({"name": function.name, "parameters": parameters, "result": function.result.as_ref().map(Type::to_string)})
    });
    let records = interface.records().iter().map(|definition| {
        let fields = definition.record.fields.iter();
        let fields: Vec<_> = fields.map(|field| named(&field.name.aqua, &field.ty)).collect();
        json!({"name": definition.record.name, "fields": fields})
    });
    let resources: Vec<_> = imports.resources.iter().map(|resource| resource.name()).collect();
    let mut object = json!({
        "kind": "service", "file": file.name, "size": file.size, "resources": resources,
        "programs": imports.programs, "modules": imports.modules, "imports": imports.functions,
        "functions": functions.collect::<Vec<_>>(), "records": records.collect::<Vec<_>>(),
    });
    match &file.service {
        ServiceFile::Component(_) => object["format"] = "component".into(),
        ServiceFile::Marine(module) => {
            object["format"] = "marine".into();
            object["sdk"] = module.sdk_version().to_string().into();
            object["interface"] = module.interface_version().to_string().into();
            if let Ok(Some(manifest)) = module.manifest() {
                object["manifest"] = json!({
                    "authors": manifest.authors, "version": manifest.version.to_string(),
                    "description": manifest.description, "repository": manifest.repository,
                    "built": manifest.build_time,
                });
            }
        }
    }
    object
}
