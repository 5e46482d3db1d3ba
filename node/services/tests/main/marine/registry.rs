//! The published registry (sequence C): keys, records, replication and expiry.

use aqua_keys::KeyPair;
use aqua_services::CallTetraplet;
use aqua_values::Value;

use super::{Deployed, PEER, hex, origin, signature};

const KEY: &str = "DtemffkcbHh4ky7AJDu8XCtUnNGz2XkdMvvDj3s7UoQp";

/// A registry with the keys of the peers that use it.
struct Registry {
    service: Deployed,
    issuer: KeyPair,
    host: KeyPair,
}

impl Registry {
    async fn new() -> Self {
        let modules = [
            ("sqlite3", registry_distro::SQLITE_WASM),
            ("registry", registry_distro::REGISTRY_WASM),
        ];
        let mut registry = Self {
            service: Deployed::new(&modules, |_| {}).await,
            issuer: KeyPair::from_seed([7; 32]),
            host: KeyPair::from_seed([9; 32]),
        };
        registry.service.parameters.particle.init_peer_id = registry.issuer_id().into();
        registry.service.parameters.host_id = registry.host_id().into();
        registry
    }

    fn issuer_id(&self) -> String {
        self.issuer.peer_id().to_string()
    }

    fn host_id(&self) -> String {
        self.host.peer_id().to_string()
    }

    /// The origin of a timestamp of the host.
    fn time(&self) -> CallTetraplet {
        origin(&self.host_id(), "peer", "timestamp_sec")
    }

    /// The origin of a weight that the trust graph of the host gave.
    fn weight(&self) -> CallTetraplet {
        origin(&self.host_id(), "trust-graph", "get_weight")
    }

    /// A weight of the issuer.
    fn issuer_weight(&self) -> Value {
        json!({"success": true, "weight": 0, "peer_id": self.issuer_id(), "error": ""})
    }

    async fn register(&self, at: u64, origins: &[(usize, CallTetraplet)]) -> Value {
        let issuer = self.issuer_id();
        let bytes = self
            .service
            .value("get_key_bytes", json!(["some_key", [issuer], 150, [], ""]))
            .await;
        let signed = signature(&self.issuer, &bytes);
        let arguments = json!(["some_key", [issuer], 150, [], "", signed, self.issuer_weight(), at]);
        let registered = self.service.call_with("register_key", arguments, origins).await;
        registered.expect("an answer")
    }

    /// Puts a record of `value` at this time.
    async fn put(&self, value: &str, at: u64) -> Value {
        let metadata = self.metadata(value, at).await;
        let bytes = self.service.value("get_record_bytes", json!([metadata, at])).await;
        let signed = signature(&self.host, &bytes);
        let arguments = json!([metadata, at, signed, self.issuer_weight(), at]);
        let origins = [(3, self.weight()), (4, self.time())];
        self.service
            .call_with("put_record", arguments, &origins)
            .await
            .expect("an answer")
    }

    async fn metadata(&self, value: &str, at: u64) -> Value {
        let (issuer, host) = (self.issuer_id(), self.host_id());
        let fields = json!([
            KEY,
            issuer,
            at,
            value,
            host,
            ["some_relay"],
            ["some_service_id"],
            [1, 2]
        ]);
        let bytes = self.service.value("get_record_metadata_bytes", fields.clone()).await;
        let mut arguments = fields.as_array().expect("fields").to_vec();
        arguments.push(signature(&self.issuer, &bytes));
        self.service
            .value("create_record_metadata", Value::array(arguments))
            .await
    }

    async fn records(&self, at: u64) -> Value {
        let origins = [(1, self.time())];
        let records = self.service.call_with("get_records", json!([KEY, at]), &origins).await;
        records.expect("an answer")
    }
}

fn succeeded(value: &Value) -> bool {
    value["success"] == json!(true) && value["error"] == json!("")
}

#[tokio::test]
async fn keys_are_registered_with_trusted_weight_and_time() {
    let registry = Registry::new().await;
    let service = &registry.service;
    assert_eq!(
        service.value("get_key_id", json!(["some_key", PEER])).await,
        json!("HVVREgQzzwWPRhzfQ7ESY2ggkWGqUscSDQww7BytP44E")
    );
    let missing = service.value("get_key_metadata", json!(["nokey"])).await;
    assert_eq!(missing["error"], json!("Requested key nokey does not exist"));
    let bytes = service
        .value(
            "get_key_bytes",
            json!(["some_key", [registry.issuer_id()], 150, [], ""]),
        )
        .await;
    assert_eq!(
        hex(&bytes),
        "50a0dcefc60ff2bae4cdda5d77c287143f10e2f90554a9bf578fad25b9c43b2a"
    );

    let untrusted = registry.register(150, &[]).await;
    let error = untrusted["error"].as_str().expect("a text");
    assert!(error.starts_with("Invalid weight tetraplet: "), "{error}");
    let origins = [(6, registry.weight()), (7, registry.time())];
    let registered = registry.register(150, &origins).await;
    assert!(succeeded(&registered), "{registered}");
    assert_eq!(registered["key_id"], json!(KEY));
}

#[tokio::test]
async fn records_are_put_read_replicated_and_expire() {
    let mut registry = Registry::new().await;
    let service = &registry.service;
    let origins = [(6, registry.weight()), (7, registry.time())];
    assert!(succeeded(&registry.register(150, &origins).await));
    let metadata = registry.metadata("probe", 150).await;
    let probe = service.value("get_record_bytes", json!([metadata, 150])).await;
    assert!(
        hex(&probe).starts_with("e3b0c442") && hex(&probe).ends_with("b855"),
        "{}",
        hex(&probe)
    );

    let put = registry.put("some_record_value", 150).await;
    assert!(succeeded(&put), "{put}");
    let untrusted = service.value("get_records", json!([KEY, 150])).await;
    let error = untrusted["error"].as_str().expect("a text");
    assert!(error.starts_with("Invalid timestamp tetraplet: "), "{error}");
    let found = registry.records(150).await;
    assert!(succeeded(&found), "{found}");
    let records = found["result"].as_array().expect("records");
    assert_eq!(records.len(), 1);
    let record = &records[0];
    assert_eq!(record["timestamp_created"], json!(150));
    for (field, expected) in [
        ("value", json!("some_record_value")),
        ("relay_id", json!(["some_relay"])),
        ("service_id", json!(["some_service_id"])),
        ("solution", json!([1, 2])),
    ] {
        assert_eq!(record["metadata"][field], expected, "{field}");
    }

    // A second registry gets the key and the record from the first one.
    let other = Registry::new().await;
    let key = service.value("get_key_metadata", json!([KEY])).await;
    let republished = other
        .service
        .call_with(
            "republish_key",
            json!([key["key"], registry.issuer_weight(), 150]),
            &[(1, other.weight()), (2, other.time())],
        )
        .await
        .expect("an answer");
    assert!(succeeded(&republished), "{republished}");
    let republished = other
        .service
        .call_with(
            "republish_records",
            json!([records.to_vec(), [registry.issuer_weight()], 150]),
            &[(1, other.weight()), (2, other.time())],
        )
        .await
        .expect("an answer");
    assert!(succeeded(&republished), "{republished}");
    assert_eq!(republished["updated"], json!(1));
    assert_eq!(other.records(150).await["result"], found["result"]);
    let merged = other
        .service
        .value("merge_two", json!([records.to_vec(), records.to_vec()]))
        .await;
    assert_eq!(merged["result"], found["result"]);

    // The record expires. The owner of the service sets after which time.
    registry.service.parameters.particle.init_peer_id = PEER.into();
    let service = &registry.service;
    assert_eq!(service.value("set_expired_timeout", json!([3600])).await, Value::Null);
    assert!(
        registry.service.folder.path().join("Config.toml").exists(),
        "the module keeps its settings"
    );
    let cleared = service
        .call_with("clear_expired", json!([10_000]), &[(0, registry.time())])
        .await
        .expect("an answer");
    assert!(succeeded(&cleared), "{cleared}");
    let expired = registry.records(10_000).await;
    assert!(succeeded(&expired), "{expired}");
    assert_eq!(expired["result"], json!([]));
}

#[tokio::test]
async fn empty_lists_merge() {
    let registry = Registry::new().await;
    assert_eq!(
        registry.service.value("merge_two", json!([[], []])).await,
        json!({"success": true, "error": "", "result": []})
    );
}
