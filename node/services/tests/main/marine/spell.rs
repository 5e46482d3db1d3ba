//! The published spell (sequence B).

use super::Deployed;
use aqua_values::Value;

async fn spell() -> Deployed {
    let modules = [
        ("sqlite3", fluence_spell_distro::SQLITE_WASM),
        ("spell", fluence_spell_distro::SPELL_WASM),
    ];
    Deployed::new(&modules, |_| {}).await
}

/// A spell that is called by its own script.
async fn own() -> Deployed {
    let mut spell = spell().await;
    spell.parameters.particle.id = "spell_sid_1".into();
    spell
}

fn succeeded(value: &Value) -> bool {
    value["success"] == json!(true) && value["error"] == json!("")
}

#[tokio::test]
async fn values_by_key() {
    let spell = own().await;
    assert!(succeeded(&spell.value("set_string", json!(["k", "value-1"])).await));
    assert_eq!(
        spell.value("get_string", json!(["k"])).await,
        json!({"value": "value-1", "success": true, "error": "", "absent": false})
    );
    let absent = spell.value("get_string", json!({"key": "absent"})).await;
    assert_eq!((&absent["success"], &absent["absent"]), (&json!(true), &json!(true)));
    assert!(succeeded(&spell.value("set_u32", json!(["n", 7])).await));
    assert_eq!(spell.value("get_u32", json!(["n"])).await["value"], json!(7));
    assert!(succeeded(
        &spell.value("set_json_fields", json!([r#"{"a":"x","b":12}"#])).await
    ));
    assert_eq!(spell.value("get_string", json!(["b"])).await["value"], json!("12"));
    for item in ["one", "two"] {
        assert!(succeeded(&spell.value("list_push_string", json!(["l", item])).await));
    }
    assert_eq!(
        spell.value("list_get_strings", json!(["l"])).await["value"],
        json!(["one", "two"])
    );
    assert!(succeeded(&spell.value("remove_key", json!(["k"])).await));
    assert_eq!(spell.value("exists", json!(["k"])).await["value"], json!(false));
}

/// The prefix of a key says who may write it.
#[tokio::test]
async fn roles_limit_the_keys_that_callers_write() {
    let mut spell = spell().await;
    let refused = spell.value("set_string", json!(["k", "x"])).await;
    assert_eq!(refused["success"], json!(false));
    let error = refused["error"].as_str().expect("a text").to_owned();
    assert!(
        error.starts_with("writing to the `k` is forbidden for the callers with the role Host"),
        "{error}"
    );
    for key in ["h_k", "hw_k"] {
        assert!(succeeded(&spell.value("set_string", json!([key, "x"])).await), "{key}");
    }
    assert_eq!(
        spell.value("set_string", json!(["w_k", "x"])).await["success"],
        json!(false)
    );

    let worker = "12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7";
    spell.parameters.worker_id = worker.into();
    spell.parameters.particle.init_peer_id = worker.into();
    for (key, is_allowed) in [("w_k", true), ("hw_k", true), ("h_k", false), ("k", false)] {
        let written = spell.value("set_string", json!([key, "x"])).await;
        assert_eq!(written["success"], json!(is_allowed), "{key}: {}", written["error"]);
    }
}

#[tokio::test]
async fn only_the_owner_sets_the_script() {
    let mut spell = own().await;
    assert!(succeeded(&spell.value("set_script", json!(["(null)"])).await));
    assert_eq!(
        spell.value("script_cid", json!([])).await["value"],
        json!("bafkreibiotlyad7mvyqiit3ie2ljecziknctzuzmi7qtmktxmib5aiu3cq")
    );
    spell.parameters.particle.init_peer_id = "12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7".into();
    let refused = spell.value("set_script", json!(["(null)"])).await;
    let error = refused["error"].as_str().expect("a text");
    assert!(
        error.contains("Only owner of the service can set the script"),
        "{error}"
    );
}

#[tokio::test]
async fn records_in_records_pass_both_ways() {
    let spell = own().await;
    let config = json!({
        "clock": {"start_sec": 1, "end_sec": 0, "period_sec": 5},
        "connections": {"connect": true, "disconnect": false},
        "blockchain": {"start_block": 0, "end_block": 0},
    });
    assert!(succeeded(&spell.value("set_trigger_config", json!([config])).await));
    assert_eq!(spell.value("get_trigger_config", json!([])).await["config"], config);
}

#[tokio::test]
async fn the_mailbox_keeps_messages_with_their_sender_and_time() {
    let mut spell = spell().await;
    let start = std::time::SystemTime::now();
    assert!(succeeded(&spell.value("push_mailbox", json!(["hi"])).await));
    let mailbox = spell.value("get_mailbox", json!([])).await;
    let messages = mailbox["messages"].as_array().expect("messages");
    assert_eq!(messages.len(), 1);
    assert_eq!(
        (&messages[0]["init_peer_id"], &messages[0]["message"]),
        (&json!(super::PEER), &json!("hi"))
    );
    let since = start
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    // SQLite without an operating system takes the time in days as a float, and cuts off what is left of a millisecond.
    let sent = messages[0]["timestamp"].as_u64().expect("seconds");
    assert!(sent + 1 >= since, "{sent} {since}");
    let refused = spell.value("pop_mailbox", json!([])).await;
    let error = refused["error"].as_str().expect("a text");
    assert!(
        error.starts_with("pop_mailbox can be called only by the associated spell script"),
        "{error}"
    );
    spell.parameters.particle.id = "spell_sid_1".into();
    let popped = spell.value("pop_mailbox", json!([])).await;
    assert_eq!(popped["message"][0]["message"], json!("hi"), "{popped}");
    assert_eq!(spell.value("pop_mailbox", json!([])).await["absent"], json!(true));
}

#[tokio::test]
async fn only_the_script_stores_errors_and_logs() {
    let mut spell = own().await;
    let error = json!({"error_code": 1, "instruction": "call", "message": "m", "peer_id": "p"});
    assert!(succeeded(&spell.value("store_error", json!([error, 0, 12345])).await));
    let all = spell.value("get_all_errors", json!([])).await;
    assert_eq!(
        all["particle_errors"],
        json!([{"particle_id": "spell_sid_1", "errors": [{"last_error": error, "error_idx": 0}]}])
    );
    assert!(succeeded(&spell.value("store_log", json!(["a line"])).await));
    assert_eq!(
        spell.value("get_logs", json!([])).await["logs"][0]["message"],
        json!("a line")
    );

    spell.parameters.particle.id = "particle".into();
    for (function, arguments) in [("store_error", json!([error, 0, 12345])), ("store_log", json!(["x"]))] {
        let refused = spell.value(function, arguments).await;
        let error = refused["error"].as_str().expect("a text");
        let expected = format!("{function} can be called only by the associated spell script");
        assert!(error.contains(&expected), "{error}");
    }
}

#[tokio::test]
async fn wrong_arguments_are_refused() {
    let spell = own().await;
    for (function, arguments, expected) in [
        ("get_string", json!([]), "function requires 1 arguments, 0 provided"),
        (
            "set_u32",
            json!(["a", -1]),
            "arguments from json deserialization error in module \"spell\", function \"set_u32\": ",
        ),
        (
            "set_u32",
            json!(["a", 1.5]),
            "arguments from json deserialization error in module \"spell\", function \"set_u32\": ",
        ),
        ("get_string", json!({"name": "k"}), "missing argument with name key"),
        (
            "sqlite3_changes",
            json!([0]),
            "service 'sid' has no function 'sqlite3_changes'",
        ),
    ] {
        let error = spell.error(function, arguments).await;
        assert!(error.contains(expected), "{error}");
    }
}
