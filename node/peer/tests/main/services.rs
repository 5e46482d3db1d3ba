//! Services that particles create: when they are recorded, answered, restored and removed.

use crate::driver::{Driver, id};
use aqua_interface::Interface;
use aqua_keys::KeyPair;
use aqua_peer::{
    EventKind, Function, Functions, Input, Nanos, NewService, Provided, Report, Scope, ScopeId, ServiceKind, Services,
    StartId, Submission, failure,
};
use aqua_storage::{Change, Memory, Storage as _, StorageError};
use aqua_values::Value;
use std::sync::Arc;

/// Functions that create, name, list and remove services, without checks.
fn functions() -> Functions {
    let mut functions = Functions::default();
    functions.register(
        "srv",
        "create",
        Function::Create(|_| {
            Ok(NewService {
                blueprint: "blueprint".into(),
                kind: ServiceKind::Service,
            })
        }),
    );
    functions.register(
        "srv",
        "name",
        Function::Stateful(|transaction, call| {
            let text = |index: usize| call.arguments.get(index).and_then(Value::as_str).unwrap_or_default();
            let services = &transaction.scope().services;
            let service = services.find(text(0)).ok_or_else(|| failure("no such service"))?;
            transaction.set_alias(text(1), service);
            Ok(Value::from("named"))
        }),
    );
    functions.register(
        "srv",
        "remove",
        Function::Stateful(|transaction, call| {
            let name = call.arguments.first().and_then(Value::as_str).unwrap_or_default();
            let services = &transaction.scope().services;
            let service = services.find(name).ok_or_else(|| failure("no such service"))?;
            transaction.remove_service(service);
            Ok(Value::from("removed"))
        }),
    );
    functions
}

fn scopes() -> Vec<Scope> {
    vec![Scope {
        functions: functions(),
        ..Scope::new(ScopeId::HOST, KeyPair::from_seed([1; 32]))
    }]
}

fn restarted(disk: Memory) -> Driver {
    Driver::with_disk(|_| {}, scopes(), disk)
}

/// Runs a script that reports its result or its error.
fn run(driver: &mut Driver, call: &str) {
    let script = format!(
        r#"(xor (seq (call %init_peer_id% {call} x) (call %init_peer_id% ("report" "value") [x]))
                (call %init_peer_id% ("report" "value") [:error:.$.message]))"#
    );
    driver.submit_with(Submission {
        scope: ScopeId::HOST,
        script: script.into(),
        ttl: 10_000,
        functions: [(("report".to_owned(), "value".to_owned()), Provided::Report(1))].into(),
    });
}

/// What scripts have reported since this was last asked.
fn reported(driver: &mut Driver) -> Vec<String> {
    let reports = driver.reports.drain(..).filter_map(|(_, report)| match report {
        Report::Called { arguments, .. } => arguments.first().and_then(Value::as_str).map(str::to_owned),
        _ => None,
    });
    reports.collect()
}

fn start(driver: &mut Driver, result: Result<(), &str>) -> (StartId, Arc<str>) {
    let (start, service) = driver.starts.remove(0);
    let result = result.map(|()| Arc::new(Interface::default())).map_err(str::to_owned);
    driver.turn([Input::Started { start, result }]);
    (start, service)
}

/// Creates a service.
fn created(driver: &mut Driver) -> Arc<str> {
    run(driver, r#"("srv" "create") []"#);
    let (_, service) = start(driver, Ok(()));
    assert_eq!(reported(driver), [&*service]);
    service
}

fn services(driver: &Driver) -> &Services {
    &driver.peer.scope(ScopeId::HOST).expect("the host").services
}

fn key(id: &str) -> String {
    format!("service/{}/{id}", self::id(1))
}

#[test]
fn a_service_is_answered_when_its_record_is_durable() {
    let mut driver = Driver::with_config(|_| {}, scopes());
    driver.holds_commits = true;
    run(&mut driver, r#"("srv" "create") []"#);
    assert!(driver.commits.is_empty(), "it has not been started");
    let (_, service) = start(&mut driver, Ok(()));
    assert_eq!(reported(&mut driver), [""; 0]);
    let batch = driver.commits.remove(0);
    driver.turn([Input::Committed { batch }]);
    assert_eq!(reported(&mut driver), [&*service]);
    let record = driver.disk.get(key(&service).as_bytes()).expect("a record");
    let expected = format!(
        r#"{{"blueprint":"blueprint","kind":"service","owner":"{}","aliases":[]}}"#,
        id(1)
    );
    assert_eq!(String::from_utf8_lossy(record), expected);
}

#[test]
fn a_service_that_does_not_start_is_not_recorded() {
    let mut driver = Driver::with_config(|_| {}, scopes());
    run(&mut driver, r#"("srv" "create") []"#);
    start(&mut driver, Err("no such blueprint"));
    assert!(reported(&mut driver)[0].contains("no such blueprint"));
    assert!(driver.commits.is_empty() && services(&driver).iter().next().is_none());
}

#[test]
fn a_service_that_starts_too_late_is_removed() {
    let mut driver = Driver::with_config(|config| config.limits.call_time = Nanos::from_millis(100), scopes());
    run(&mut driver, r#"("srv" "create") []"#);
    driver.pass(Nanos::from_millis(200));
    assert!(reported(&mut driver)[0].contains("did not answer within 100 ms"));
    let (_, service) = start(&mut driver, Ok(()));
    assert_eq!((driver.removed.clone(), driver.commits.len()), (vec![service], 0));
}

#[test]
fn a_service_is_removed_when_its_record_is_gone() {
    let mut driver = Driver::with_config(|_| {}, scopes());
    let service = created(&mut driver);
    driver.holds_commits = true;
    driver.commits.clear();
    run(&mut driver, &format!(r#"("srv" "remove") ["{service}"]"#));
    assert!(services(&driver).find(&service).is_none(), "it is called no more");
    assert!(driver.removed.is_empty());
    let batch = driver.commits.remove(0);
    driver.turn([Input::Committed { batch }]);
    assert_eq!(driver.removed, std::slice::from_ref(&service));
    assert_eq!(reported(&mut driver), ["removed"]);
    assert!(driver.disk.get(key(&service).as_bytes()).is_none());
}

#[test]
fn a_failed_commit_is_an_error_of_the_call() {
    let mut driver = Driver::with_config(|_| {}, scopes());
    driver.holds_commits = true;
    run(&mut driver, r#"("srv" "create") []"#);
    start(&mut driver, Ok(()));
    let error = StorageError("no space".to_owned());
    let batch = driver.commits.remove(0);
    driver.turn([Input::CommitFailed { batch, error }]);
    assert!(reported(&mut driver)[0].contains("no space"));
    run(&mut driver, r#"("srv" "create") []"#);
    assert!(reported(&mut driver)[0].contains("storage has failed") && driver.starts.is_empty());
}

#[test]
fn an_alias_moves_to_another_service_and_outlives_a_restart() {
    let mut driver = Driver::with_config(|_| {}, scopes());
    let (first, second) = (created(&mut driver), created(&mut driver));
    for service in [&first, &second] {
        run(&mut driver, &format!(r#"("srv" "name") ["{service}" "name"]"#));
        assert_eq!(
            services(&driver).resolve("name").map(|named| named.id.clone()),
            Some(service.clone())
        );
    }

    let mut driver = restarted(driver.disk);
    let mut starting: Vec<Arc<str>> = driver.starts.iter().map(|(_, service)| service.clone()).collect();
    starting.sort();
    let mut expected = vec![first.clone(), second.clone()];
    expected.sort();
    assert_eq!(starting, expected);
    start(&mut driver, Ok(()));
    assert!(!driver.is_ready, "a service has not been started");
    start(&mut driver, Ok(()));
    assert!(driver.is_ready);
    let named = services(&driver).resolve("name").expect("a named service");
    assert_eq!((&named.id, &named.owner), (&second, &Some(id(1))));
    assert!(services(&driver).get(&first).expect("a service").aliases.is_empty());
}

#[test]
fn a_restored_service_that_does_not_start_answers_with_the_reason() {
    let mut driver = Driver::with_config(|_| {}, scopes());
    let service = created(&mut driver);
    let mut driver = restarted(driver.disk);
    start(&mut driver, Err("its module is missing"));
    assert!(driver.is_ready);
    let failed = EventKind::ServiceFailed {
        service: service.clone(),
        reason: "its module is missing".into(),
    };
    assert!(driver.kinds().contains(&failed));
    run(&mut driver, &format!(r#"("{service}" "greet") []"#));
    let expected = format!("Service '{service}' could not be started: its module is missing");
    assert!(reported(&mut driver)[0].contains(&expected));
    run(&mut driver, &format!(r#"("srv" "remove") ["{service}"]"#));
    assert_eq!(driver.removed, [service]);
}

#[test]
fn records_without_a_valid_form_are_ignored_and_kept() {
    let mut disk = Memory::default();
    let invalid = [
        (key("a"), "{}"),
        (
            key(""),
            r#"{"blueprint":"b","kind":"service","owner":null,"aliases":[]}"#,
        ),
    ];
    let changes = invalid.map(|(key, value)| Change::Put(key.into(), value.into()));
    disk.commit(&changes).expect("memory doesn't fail");
    let mut driver = restarted(disk);
    assert!(driver.is_ready && driver.starts.is_empty());
    let ignored = driver
        .kinds()
        .into_iter()
        .filter(|kind| matches!(kind, EventKind::RecordIgnored { .. }));
    assert_eq!(ignored.count(), 2);
    assert!(driver.disk.get(key("a").as_bytes()).is_some());
    assert_eq!(
        driver.peer.recorded_services().collect::<Vec<_>>(),
        ["", "a"],
        "they may have data"
    );
}

/// The operator has added a service whose id a particle has used as an alias.
#[test]
fn a_service_of_the_operator_keeps_its_name() {
    let mut driver = Driver::with_config(|_| {}, scopes());
    let service = created(&mut driver);
    run(&mut driver, &format!(r#"("srv" "name") ["{service}" "greeter"]"#));
    let mut scopes = scopes();
    scopes[0].services.register("greeter", Arc::new(Interface::default()));
    let mut driver = Driver::with_disk(|_| {}, scopes, driver.disk);
    start(&mut driver, Ok(()));
    let name = "greeter".into();
    assert!(driver.kinds().contains(&EventKind::NameTaken {
        service: service.clone(),
        name
    }));
    assert_eq!(
        services(&driver).find("greeter").map(|named| &*named.id),
        Some("greeter")
    );
    assert!(services(&driver).get(&service).expect("a service").aliases.is_empty());
}
