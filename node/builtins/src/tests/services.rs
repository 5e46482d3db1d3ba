//! What a peer reports about its services.

use super::json;
use super::{answer_with, call_from, id};
use aqua_interface::{Function, Interface, Parameter, Type};
use aqua_peer::{Services, failure};
use aqua_values::Value;
use std::sync::Arc;

/// A service `greeter` with the function `greet(name, peer)`.
fn greeter() -> Services {
    let parameter = |name: &str| Parameter {
        name: name.to_owned(),
        ty: Type::String,
    };
    let greet = Function {
        name: "greet".to_owned(),
        parameters: vec![parameter("name"), parameter("peer")],
        result: Some(Type::String),
    };
    let mut services = Services::default();
    services.register("greeter", Arc::new(Interface::new([greet], [])));
    services
}

#[test]
fn srv_reports_the_services_of_its_scope() {
    let srv = |services: Services, function: &str, arguments| {
        answer_with(services, call_from(1, "srv", function, arguments, Vec::new())).0
    };
    assert_eq!(srv(Services::default(), "list", json!([])), Ok(json!([])));

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
        let expected = expected.clone().map_err(failure);
        assert_eq!(
            srv(greeter(), function, arguments.clone()),
            expected,
            "srv.{function}{arguments}"
        );
    }
}
