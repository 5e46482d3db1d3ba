//! The programs of `tests/programs`: compiled, run on our machine and on the official one in any order of delivery, they give
//! what their comments say.

use aqua_compiler::typing::Type;
use aqua_compiler::{CompiledFunction, InMemory, Options, compile};
use aqua_tests::machine::{Machine, OurMachine};
use aqua_tests::official_vm::OfficialVm;
use aqua_tests::simulated_network::{Conditions, History, json_arguments, peers, run};
use aqua_tests::{foreign, tree};
use aqua_vm::CallRequest;
use aqua_vm::flat::FlatCallResult;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One line `-- function(arguments) gives results`.
struct Example {
    line: String,
    function: String,
    arguments: Vec<Value>,
    outcome: Outcome,
}

enum Outcome {
    Gives(Vec<Value>),
    /// The same with every array sorted.
    GivesSorted(Vec<Value>),
    /// An error with this text in its message.
    Fails(String),
}

#[test]
fn our_machine_gives_what_programs_say() {
    let tried = try_all(3, &mut || Box::new(OurMachine::as_official()));
    assert!(tried >= 138, "only {tried} examples");
}

#[test]
fn the_official_machine_gives_what_programs_say() {
    if let Err(reason) = OfficialVm::start() {
        return foreign::skip("the_official_machine_gives_what_programs_say", &reason);
    }
    let tried = try_all(3, &mut || Box::new(OfficialVm::start().expect("it started before")));
    assert!(tried >= 138, "only {tried} examples");
}

/// Runs every example of every program under that many orders of delivery; how many examples there were.
fn try_all(orders: u64, machine: &mut dyn FnMut() -> Box<dyn Machine>) -> usize {
    let mut tried = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(tree::at("tests/programs")).expect("the programs") {
        let path = entry.expect("a program").path();
        if path.extension().is_none_or(|extension| extension != "aqua") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a text");
        let functions = compiled(&text);
        for example in text.lines().filter_map(Example::read) {
            tried += 1;
            let function = functions
                .iter()
                .find(|function| function.name == example.function)
                .expect("exported");
            let failed = (0..orders).find_map(|seed| Some((seed, example.failure(function, seed, machine)?)));
            if let Some((seed, failure)) = failed {
                wrong.push(format!("{}\n    {failure}, order {seed}", example.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    tried
}

fn compiled(text: &str) -> Vec<CompiledFunction> {
    let mut sources = InMemory::new().with("main.aqua", text);
    for entry in std::fs::read_dir(tree::at("tests/programs/lib")).expect("modules that programs import") {
        let path = entry.expect("a module").path();
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        sources = sources.with(format!("lib/{name}"), std::fs::read_to_string(&path).expect("a text"));
    }
    let compilation = compile(&sources, "main.aqua", &Options::default());
    let messages = aqua_render::terminal(&compilation.sources, &compilation.diagnostics, aqua_render::Colour::Off);
    assert!(!compilation.has_errors(), "{messages}");
    compilation.functions
}

impl Example {
    fn read(line: &str) -> Option<Self> {
        let (call, outcome) = line.strip_prefix("-- ")?.split_once(") ")?;
        let (function, arguments) = call.split_once('(')?;
        let list = |text: &str| serde_json::from_str::<Vec<Value>>(&format!("[{text}]")).expect("JSON");
        let outcome = match outcome.split_once(' ')? {
            ("gives", rest) => match rest.strip_prefix("sorted ") {
                Some(rest) => Outcome::GivesSorted(list(rest)),
                None => Outcome::Gives(list(rest)),
            },
            ("fails", rest) => Outcome::Fails(list(rest.strip_prefix("with ")?)[0].as_str()?.to_owned()),
            _ => return None,
        };
        Some(Self {
            line: line.to_owned(),
            function: function.to_owned(),
            arguments: list(arguments),
            outcome,
        })
    }

    /// What went wrong in one run, if something did.
    fn failure(
        &self,
        function: &CompiledFunction,
        seed: u64,
        machine: &mut dyn FnMut() -> Box<dyn Machine>,
    ) -> Option<String> {
        let mut peers = peers(4);
        let ids: Vec<String> = peers.iter().map(|peer| peer.id.clone()).collect();
        let parameters = function
            .arrow
            .parameters
            .iter()
            .filter(|parameter| !matches!(parameter.ty, Type::Arrow(_)));
        let names = parameters.filter_map(|parameter| parameter.name.as_ref());
        let mut given: BTreeMap<String, Value> = BTreeMap::new();
        given.insert("-relay-".to_owned(), json!(ids[1]));
        let values = self.arguments.iter().map(|value| with_ids(value, &ids));
        given.extend(names.map(ToString::to_string).zip(values));
        let conditions = Conditions {
            seed,
            disorder: true,
            duplicates: 5,
            ..Conditions::default()
        };
        let air = aqua_air::print(&function.script);
        let history = run(
            &air,
            &mut peers,
            conditions,
            &mut |_, request| answer(&given, request),
            &mut |_| machine(),
        );
        self.mismatch(&history, &ids)
    }

    fn mismatch(&self, history: &History, ids: &[String]) -> Option<String> {
        if !history.failures.is_empty() || history.stopped || !history.strangers.is_empty() {
            let History {
                failures, strangers, ..
            } = history;
            return Some(format!("machine errors {failures:?}, strangers {strangers:?}"));
        }
        let errors = history.arguments("errorHandlingSrv", "error");
        let results = history
            .arguments("callbackSrv", "response")
            .first()
            .map(|results| results.to_vec());
        let agrees = match (&self.outcome, &results) {
            (Outcome::Gives(wanted), Some(results)) => errors.is_empty() && *results == all_with_ids(wanted, ids),
            (Outcome::GivesSorted(wanted), Some(results)) => {
                errors.is_empty() && sorted(results.clone()) == sorted(all_with_ids(wanted, ids))
            }
            (Outcome::Fails(text), None) => errors.iter().any(|error| {
                error[0]["message"]
                    .as_str()
                    .is_some_and(|message| message.contains(text))
            }),
            _ => false,
        };
        (!agrees).then(|| format!("gave {}, errors {}", json!(results), json!(errors)))
    }
}

/// The value with `@1` replaced by the id of that peer.
fn with_ids(value: &Value, ids: &[String]) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('@').and_then(|number| number.parse::<usize>().ok()) {
            Some(number) => json!(ids[number]),
            None => value.clone(),
        },
        Value::Array(items) => Value::Array(all_with_ids(items, ids)),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| (name.clone(), with_ids(field, ids)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

fn all_with_ids(values: &[Value], ids: &[String]) -> Vec<Value> {
    values.iter().map(|value| with_ids(value, ids)).collect()
}

fn sorted(mut values: Vec<Value>) -> Vec<Value> {
    for value in &mut values {
        if let Value::Array(items) = value {
            items.sort_by_key(Value::to_string);
        }
    }
    values
}

/// What the services of every peer answer.
fn answer(given: &BTreeMap<String, Value>, request: &CallRequest) -> FlatCallResult {
    let (arguments, function) = (json_arguments(request), request.function_name.as_str());
    let number = |at: usize| arguments[at].as_i64().unwrap_or_default();
    let result = match (request.service_id.as_str(), function) {
        ("getDataSrv", name) => given[name].clone(),
        ("callbackSrv", "shout") => json!(format!("{}!", arguments[0].as_str().unwrap_or_default())),
        ("callbackSrv" | "errorHandlingSrv", _) => json!({}),
        ("test", "echo") => arguments[0].clone(),
        ("test", "join") => json!(arguments.iter().filter_map(Value::as_str).collect::<String>()),
        ("test", "fail") => {
            let result = arguments[0].to_string();
            return FlatCallResult { ret_code: 1, result };
        }
        ("math", "add") => json!(number(0) + number(1)),
        ("math", "sub") => json!(number(0) - number(1)),
        ("math", "mul") => json!(number(0) * number(1)),
        ("math", "div") => json!(number(0) / number(1)),
        ("math", "rem") => json!(number(0) % number(1)),
        ("math", "pow") => json!(number(0).pow(u32::try_from(number(1)).unwrap_or_default())),
        ("cmp", "lt") => json!(number(0) < number(1)),
        ("cmp", "lte") => json!(number(0) <= number(1)),
        ("cmp", "gt") => json!(number(0) > number(1)),
        ("cmp", "gte") => json!(number(0) >= number(1)),
        (service, function) => {
            let result = json!(format!("nobody answers {service}.{function}")).to_string();
            return FlatCallResult { ret_code: 1, result };
        }
    };
    FlatCallResult {
        ret_code: 0,
        result: result.to_string(),
    }
}
