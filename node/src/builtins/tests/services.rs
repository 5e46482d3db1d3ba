//! What a peer says of its services.

use super::json;
use super::{answer, call_from, id};
use crate::builtins::Failure;
use aqua_services::{Config, Host};
use aqua_values::Value;
use std::sync::Arc;

#[tokio::test]
async fn srv_tells_of_the_services_of_its_host() {
    let host = Host::new(Config::default()).expect("this machine runs Wasm");
    let srv = |function, arguments| {
        let mut call = call_from(1, "srv", function, arguments, Vec::new());
        let peer = Arc::get_mut(&mut call.peer).expect("the call's own");
        peer.services = Some(host.clone());
        answer(call)
    };
    assert_eq!(srv("list", json!([])), Ok(json!([])));

    let greeter = include_bytes!("../../../../examples/quickstart/greeter/greeter.wasm");
    host.deploy("greeter", greeter)
        .await
        .expect("the greeter can be deployed");
    let peer = id(1).to_string();
    let info = json!({
        "id": "greeter",
        "blueprint_id": "",
        "service_type": "service",
        "owner_id": peer,
        "aliases": ["greeter"],
        "worker_id": peer,
    });
    let cases: &[(&str, Value, Result<Value, String>)] = &[
        ("list", json!([]), Ok(json!([info.clone()]))),
        ("info", json!(["greeter"]), Ok(info)),
        (
            "info",
            json!(["nobody"]),
            Err("Service with id 'nobody' not found".to_owned()),
        ),
        (
            "info",
            json!([]),
            Err("Field 'service_id' is missing from args to call_service".to_owned()),
        ),
        (
            "get_interface",
            json!(["greeter"]),
            Ok(json!({
                "function_signatures": [{
                    "name": "greet",
                    "arguments": [["name", "string"], ["peer", "string"]],
                    "output_types": ["string"],
                }],
                "record_types": [],
            })),
        ),
        ("resolve_alias", json!(["greeter"]), Ok(json!("greeter"))),
        (
            "resolve_alias",
            json!(["nobody"]),
            Err(format!("Service with alias 'nobody' is not found on worker '{peer}'")),
        ),
        ("resolve_alias_opt", json!(["greeter"]), Ok(json!(["greeter"]))),
        ("resolve_alias_opt", json!(["nobody"]), Ok(json!([]))),
    ];
    for (function, arguments, expected) in cases {
        let expected = expected.clone().map_err(Failure::text);
        assert_eq!(srv(function, arguments.clone()), expected, "srv.{function}{arguments}");
    }
}
