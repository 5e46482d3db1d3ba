//! The published SQLite module, called directly (sequence A).

use super::Deployed;

async fn sqlite() -> Deployed {
    Deployed::new(&[("sqlite3", registry_distro::SQLITE_WASM)], |_| {}).await
}

#[tokio::test]
async fn rows_come_back_as_they_were_inserted() {
    let sqlite = sqlite().await;
    assert_eq!(
        sqlite.value("sqlite3_libversion_number", json!([])).await,
        json!(3_040_001)
    );
    let opened = sqlite.value("sqlite3_open_v2", json!([":memory:", 6, ""])).await;
    assert_eq!(opened["ret_code"], json!(0));
    let other = self::sqlite().await;
    other.value("sqlite3_libversion_number", json!([])).await;
    assert_eq!(
        other.value("sqlite3_open_v2", json!([":memory:", 6, ""])).await,
        opened,
        "the handle, which is an address, is the same in each instance"
    );
    let db = &opened["db_handle"];
    let sql = "CREATE TABLE t(a INTEGER, b TEXT); INSERT INTO t VALUES (42,'hello'),(43,'мир');";
    assert_eq!(
        sqlite.value("sqlite3_exec", json!([db, sql, 0, 0])).await,
        json!({"ret_code": 0, "err_msg": ""})
    );
    let prepared = sqlite
        .value("sqlite3_prepare_v2", json!([db, "SELECT a,b FROM t ORDER BY a DESC"]))
        .await;
    assert_eq!(prepared["ret_code"], json!(0));
    let statement = &prepared["stmt_handle"];
    assert_eq!(sqlite.value("sqlite3_step", json!([statement])).await, json!(100));
    for (function, expected) in [
        ("sqlite3_column_int64", json!(43)),
        ("sqlite3_column_text", json!("мир")),
        ("sqlite3_column_blob", json!([208, 188, 208, 184, 209, 128])),
    ] {
        let column = if function == "sqlite3_column_int64" { 0 } else { 1 };
        assert_eq!(
            sqlite.value(function, json!([statement, column])).await,
            expected,
            "{function}"
        );
    }
    assert_eq!(sqlite.value("sqlite3_column_count", json!([statement])).await, json!(2));
    assert_eq!(sqlite.value("sqlite3_finalize", json!([statement])).await, json!(0));

    let error = "near \"SELEC\": syntax error";
    assert_eq!(
        sqlite.value("sqlite3_exec", json!([db, "SELEC 1", 0, 0])).await,
        json!({"ret_code": 1, "err_msg": error})
    );
    assert_eq!(sqlite.value("sqlite3_errmsg", json!([db])).await, json!(error));
    assert_eq!(sqlite.value("sqlite3_close", json!([db])).await, json!(0));
}

#[tokio::test]
async fn a_string_of_a_megabyte_passes_both_ways() {
    let sqlite = sqlite().await;
    let text = "x".repeat(1 << 20);
    let opened = sqlite.value("sqlite3_open_v2", json!([":memory:", 6, ""])).await;
    let prepared = sqlite
        .value(
            "sqlite3_prepare_v2",
            json!([opened["db_handle"], format!("SELECT '{text}'")]),
        )
        .await;
    let statement = &prepared["stmt_handle"];
    assert_eq!(sqlite.value("sqlite3_step", json!([statement])).await, json!(100));
    let column = sqlite.value("sqlite3_column_text", json!([statement, 0])).await;
    assert!(column.as_str() == Some(&text));
}

#[tokio::test]
async fn a_module_alone_is_deployed_like_a_component() {
    let host = super::host();
    host.deploy("sqlite", registry_distro::SQLITE_WASM)
        .await
        .expect("a service");
    let call = aqua_services::Call::new("sqlite", "sqlite3_libversion_number", vec![], crate::PLENTY);
    assert_eq!(host.call(call).await, Ok(json!(3_040_001)));
    let interface = host.interface("sqlite").expect("it is deployed");
    assert_eq!(interface.functions().len(), 28);
}
