//! Published modules: versions, functions, imports, interfaces and declarations (§7 of the Marine format).

use crate::{PLENTY, json};
use aqua_compiler::{InMemory, Options, compile};
use aqua_marine::{HostFunction, HostNamespace, InterfaceSection, Module, Provider, SectionBuilder, TypeEntry};
use aqua_values::Value;
use wasmparser::{Parser, Payload};

/// What is known about a file.
struct Published {
    name: &'static str,
    bytes: &'static [u8],
    size: usize,
    sdk: &'static str,
    interface: &'static str,
    functions: &'static str,
    /// The number of functions that the code imports from other modules, and of those that the section declares.
    foreign: (usize, usize),
    host: &'static [(HostNamespace, &'static str)],
    entry_points: &'static [&'static str],
}

const SQLITE_FUNCTIONS: &str = "sqlite3_bind_blob sqlite3_bind_double sqlite3_bind_int64 sqlite3_bind_null sqlite3_bind_text \
    sqlite3_busy_timeout sqlite3_changes sqlite3_close sqlite3_column_blob sqlite3_column_bytes sqlite3_column_count \
    sqlite3_column_double sqlite3_column_int64 sqlite3_column_name sqlite3_column_text sqlite3_column_type sqlite3_errcode \
    sqlite3_errmsg sqlite3_exec sqlite3_finalize sqlite3_hard_heap_limit64 sqlite3_libversion_number sqlite3_open_v2 \
    sqlite3_prepare_v2 sqlite3_reset sqlite3_soft_heap_limit64 sqlite3_step sqlite3_total_changes";

const PUBLISHED: &[Published] = &[
    Published {
        name: "sqlite3",
        bytes: registry_distro::SQLITE_WASM,
        size: 950_080,
        sdk: "0.18.2",
        interface: "0.24.1",
        functions: SQLITE_FUNCTIONS,
        foreign: (0, 0),
        host: &[],
        entry_points: &["_start"],
    },
    Published {
        name: "registry",
        bytes: registry_distro::REGISTRY_WASM,
        size: 1_925_715,
        sdk: "0.10.3",
        interface: "0.27.0",
        functions: "add_tombstone clear_expired create_record_metadata evict_stale get_key_bytes get_key_id get_key_metadata \
            get_record_bytes get_record_metadata_bytes get_records get_stale_local_records get_tombstone_bytes get_tombstones \
            merge merge_keys merge_two put_record register_key republish_key republish_records republish_tombstones \
            set_expired_timeout set_stale_timeout",
        foreign: (17, 28),
        host: &[(HostNamespace::V0, "get_call_parameters")],
        entry_points: &["_initialize", "_start"],
    },
    Published {
        name: "trust-graph",
        bytes: trust_graph_distro::TRUST_GRAPH_WASM,
        size: 1_611_358,
        sdk: "0.10.2",
        interface: "0.27.0",
        functions: "add_trust export_revocations get_all_certs get_all_certs_from get_host_certs get_host_certs_from \
            get_revocation_bytes get_trust_bytes get_weight get_weight_from insert_cert insert_cert_raw issue_revocation \
            issue_trust revoke set_root verify_trust",
        foreign: (20, 28),
        host: &[
            (HostNamespace::V0, "get_call_parameters"),
            (HostNamespace::V0, "log_utf8_string"),
        ],
        entry_points: &["_initialize", "_start"],
    },
    Published {
        name: "spell",
        bytes: fluence_spell_distro::SPELL_WASM,
        size: 510_865,
        sdk: "0.14.0",
        interface: "0.27.0",
        functions: "exists get_all_errors get_errors get_logs get_mailbox get_script get_string get_trigger_config get_u32 \
            list_get_strings list_pop_string list_push_string list_remove_string pop_mailbox push_mailbox remove_key \
            script_cid set_json_fields set_script set_string set_trigger_config set_u32 store_error store_log",
        foreign: (13, 28),
        host: &[(HostNamespace::V3, "get_call_parameters")],
        entry_points: &["_initialize", "_start"],
    },
    Published {
        name: "ipfs_effector",
        bytes: aqua_ipfs_distro::IPFS_EFFECTOR,
        size: 195_400,
        sdk: "0.13.0",
        interface: "0.27.0",
        functions: "cat connect dag_get dag_put get get_peer_id put",
        foreign: (0, 0),
        host: &[(HostNamespace::V2, "ipfs"), (HostNamespace::V2, "log_utf8_string")],
        entry_points: &["_initialize", "_start"],
    },
    Published {
        name: "ipfs_pure",
        bytes: aqua_ipfs_distro::IPFS_FACADE,
        size: 736_696,
        sdk: "0.13.0",
        interface: "0.27.0",
        functions: "cat cat_from connect dag_get dag_get_from dag_put get get_external_api_multiaddr \
            get_external_swarm_multiaddr get_from get_local_api_multiaddr put set_external_api_multiaddr \
            set_external_swarm_multiaddr set_local_api_multiaddr set_timeout",
        foreign: (7, 7),
        host: &[
            (HostNamespace::V2, "get_call_parameters"),
            (HostNamespace::V2, "log_utf8_string"),
        ],
        entry_points: &["_initialize", "_start"],
    },
];

fn read(published: &Published) -> Module {
    Module::read(published.bytes).unwrap_or_else(|error| panic!("{}: {error}", published.name))
}

fn named(name: &str) -> Module {
    read(
        PUBLISHED
            .iter()
            .find(|published| published.name == name)
            .expect("a module"),
    )
}

/// The `interface-types` sections by module.
pub(crate) fn sections() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    PUBLISHED.iter().map(|published| {
        let mut payloads = Parser::new(0).parse_all(published.bytes);
        let section = payloads.find_map(|payload| match payload.expect("a module") {
            Payload::CustomSection(section) if section.name() == InterfaceSection::NAME => Some(section.data()),
            _ => None,
        });
        (published.name, section.expect("a section"))
    })
}

#[test]
fn versions_functions_and_imports_are_known() {
    for published in PUBLISHED {
        let module = read(published);
        let name = published.name;
        assert_eq!(published.bytes.len(), published.size, "{name}");
        assert_eq!(module.sdk_version().to_string(), published.sdk, "{name}");
        assert_eq!(module.interface_version().to_string(), published.interface, "{name}");
        assert_eq!(module.manifest(), Ok(None), "{name}");
        let mut functions: Vec<&str> = module.functions().map(|function| function.name.as_str()).collect();
        functions.sort_unstable();
        assert_eq!(functions.join(" "), published.functions, "{name}");
        let imported = |is_kind: fn(&Provider) -> bool| module.imports().iter().filter(move |it| is_kind(&it.provider));
        let foreign = imported(|provider| matches!(provider, Provider::Foreign(_))).count();
        assert_eq!((foreign, module.foreign_imports().len()), published.foreign, "{name}");
        let mut host: Vec<(HostNamespace, &str)> = module
            .imports()
            .iter()
            .filter_map(|import| match &import.provider {
                Provider::Host(namespace, function) => Some((*namespace, function.name())),
                _ => None,
            })
            .collect();
        host.sort_unstable();
        assert_eq!(host, published.host, "{name}");
        let others = imported(|provider| matches!(provider, Provider::Other));
        for import in others {
            assert_eq!(import.module, "wasi_snapshot_preview1", "{name}");
        }
        assert_eq!(module.entry_points(), published.entry_points, "{name}");
    }
}

#[test]
fn all_packages_have_the_same_sqlite() {
    assert!(registry_distro::SQLITE_WASM == trust_graph_distro::SQLITE_WASM);
    assert!(registry_distro::SQLITE_WASM == fluence_spell_distro::SQLITE_WASM);
}

#[test]
fn sections_are_written_as_they_were() {
    for (name, bytes) in sections() {
        let section = InterfaceSection::decode(bytes).expect("a section");
        assert!(section.encode().as_deref() == Ok(bytes), "{name}");
    }
}

#[test]
fn custom_sections_are_replaced() {
    let spell = PUBLISHED
        .iter()
        .find(|published| published.name == "spell")
        .expect("a module");
    let (_, section) = sections().find(|(name, _)| *name == "spell").expect("a section");
    let same = aqua_marine::replace_custom_section(spell.bytes, InterfaceSection::NAME, section).expect("a module");
    assert_eq!(same.len(), spell.bytes.len());
    assert_eq!(
        Module::read(&same).expect("a module").interface(),
        read(spell).interface()
    );
    let text = b"0.15.1-x";
    let changed = aqua_marine::replace_custom_section(&same, "__fluence_sdk_version", text).expect("a module");
    assert_eq!(
        Module::read(&changed).expect("a module").sdk_version().to_string(),
        "0.15.1-x"
    );
    assert!(aqua_marine::replace_custom_section(b"\0asm", "x", b"").is_err());
}

/// Adapters of SDKs are those that the builder makes of the signatures.
#[test]
fn adapters_are_built_from_signatures() {
    for (name, bytes) in sections() {
        let section = InterfaceSection::decode(bytes).expect("a section");
        let module = named(name);
        let mut builder = SectionBuilder::new(section.version.clone());
        for function in module.functions() {
            builder.export(&function.name, function.ty.clone());
        }
        for import in module.foreign_imports() {
            builder.import(&import.module, &import.name, import.ty.clone());
        }
        let built = builder.finish();
        let programs = |section: &InterfaceSection| -> Vec<String> {
            let programs = section
                .adapters
                .iter()
                .map(|adapter| format!("{:?}", adapter.instructions));
            programs.collect()
        };
        let (found, built) = (programs(&section), programs(&built));
        // The hand-written `sqlite3_column_blob` reads `array(u8)` with the instruction for byte arrays.
        let is_known = |found: &str| name == "sqlite3" && found.contains("ByteArrayLift");
        let mut pairs = found.iter().zip(&built);
        assert_eq!(found.len(), built.len(), "{name}");
        assert_eq!(
            pairs.find(|(found, built)| found != built && !is_known(found)),
            None,
            "{name}"
        );
    }
}

#[test]
fn modules_link_with_each_other() {
    let sqlite = named("sqlite3");
    let effector = named("ipfs_effector");
    let find = |name: &str| match name {
        "sqlite3" => Some(&sqlite),
        "ipfs_effector" => Some(&effector),
        _ => None,
    };
    for name in ["registry", "trust-graph", "spell", "ipfs_pure"] {
        let module = named(name);
        for import in module.foreign_imports() {
            let found = module
                .link(import, find)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(found.name, import.name);
        }
    }
}

#[test]
fn effects_follow_from_imports() {
    let effects = |name: &str| {
        let module = named(name);
        let binaries: Vec<String> = module.mounted_binaries().map(str::to_owned).collect();
        (module.uses_log(), binaries)
    };
    assert_eq!(effects("sqlite3"), (false, vec![]));
    assert_eq!(effects("trust-graph"), (true, vec![]));
    assert_eq!(effects("ipfs_effector"), (true, vec!["ipfs".to_owned()]));
    let module = named("registry");
    assert_eq!(
        module.host_functions().collect::<Vec<_>>(),
        [&HostFunction::CallParameters]
    );
}

#[test]
fn arguments_have_the_errors_of_existing_hosts() {
    let spell = named("spell");
    let message = |function: &str, arguments: &Value| {
        let function = spell.function(function).expect("the function");
        spell
            .arguments(function, arguments)
            .map_err(|mismatch| mismatch.to_string())
    };
    let arity = Err("function requires 1 arguments, 0 provided".to_owned());
    assert_eq!(message("get_string", &json!([])), arity);
    assert!(message("get_string", &json!({"key": "absent"})).is_ok());
    assert!(message("set_u32", &json!(["a", -1])).is_err());
    assert!(message("set_u32", &json!(["a", 1.0])).is_err());
    assert!(message("set_u32", &json!(["a", 7])).is_ok());
    let config = json!([{
        "clock": {"start_sec": 1, "end_sec": 0, "period_sec": 5},
        "connections": {"connect": true, "disconnect": false},
        "blockchain": {"start_block": 0, "end_block": 0},
    }]);
    assert!(message("set_trigger_config", &config).is_ok());
}

/// A whole call of a published function, with a guest that plays its code.
#[test]
fn records_of_published_modules_pass() {
    let spell = named("spell");
    let get = spell.function("get_string").expect("the function");
    let arguments = spell.arguments(get, &json!(["key"])).expect("arguments");
    let mut guest = crate::guest::PlayedGuest::new(&spell).with_body(|state, _| {
        // {value: string, success: bool, error: string, absent: bool} in some order of the module's own.
        let record = state.put(&[0; 18]);
        state.result_pointer = record;
        None
    });
    let result = guest
        .run(spell.call::<Value>(get, arguments, PLENTY))
        .expect("it returns");
    assert_eq!(
        result,
        Some(json!({"value": "", "success": false, "error": "", "absent": false}))
    );
}

#[test]
fn interfaces_name_functions_and_records() {
    let registry = named("registry");
    let interface = registry.interface().to_value();
    let signatures = interface["function_signatures"].as_array().expect("an array");
    assert_eq!(signatures.len(), 23);
    let get = signatures
        .iter()
        .find(|it| it["name"] == "get_key_id".into())
        .expect("the function");
    let expected = json!({
        "name": "get_key_id", "arguments": [["label", "string"], ["peer_id", "string"]], "output_types": ["string"],
    });
    assert_eq!(*get, expected);
    for published in PUBLISHED {
        let module = read(published);
        let (_, bytes) = sections().find(|(name, _)| *name == published.name).expect("a section");
        let section = InterfaceSection::decode(bytes).expect("a section");
        for definition in module.interface().records() {
            let TypeEntry::Record(record) = &section.types[definition.id as usize] else {
                panic!("{}: {} is the id of a record", published.name, definition.id);
            };
            assert_eq!(definition.record.name, record.name);
        }
        for (index, function) in module.interface().functions().enumerate() {
            assert_eq!(module.function_at(index).map(|it| &it.name), Some(&function.name));
        }
    }
}

#[test]
fn declarations_of_all_modules() {
    for published in PUBLISHED {
        let service = aqua_interface::service_name(published.name);
        let text = read(published)
            .interface()
            .declarations(&service, None)
            .expect("all types have names");
        insta::assert_snapshot!(published.name, text);
        let sources = InMemory::new().with("main.aqua", text.as_str());
        let compilation = compile(&sources, "main.aqua", &Options::default());
        assert_eq!(compilation.diagnostics, [], "{text}");
    }
}
