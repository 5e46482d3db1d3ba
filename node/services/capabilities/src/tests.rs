//! Requests and policies as they are written, and what they amount to.

use crate::{Capabilities, HostPattern, Policy, Requests, Size};
use aqua_diagnostics::Sources;
use aqua_toml::Document;
use proptest::prelude::*;

const REQUESTS: &str = r#"
[requests]
env = ["REGION", { name = "API_TOKEN", required = true }]
process = ["curl"]
memory = "64 MiB"
call_ms = 2000
clock = "particle"
random = "seeded"

[[requests.fs]]
guest = "/storage"
scope = "persistent"

[[requests.fs]]
guest = "/tmp"
scope = "ephemeral"
mode = "ro"
required = true

[requests.http]
hosts = ["api.example.com", "*.example.org:8080", "127.0.0.1:80", "[::1]:81"]
methods = ["get", "POST"]
"#;

const POLICY: &str = r#"
[policy]
fs = ["persistent"]
env = { REGION = "eu", OTHER = "x" }
process = { curl = "bin/curl" }
memory = "32 MiB"
call_ms = 5000

[policy.http]
hosts = ["*.example.com", "a.example.org:8080", "127.0.0.1:80"]
methods = ["GET"]

[policy.services.weather]
env = { API_TOKEN = "secret" }
"#;

fn requests(text: &str) -> Requests {
    let (requests, mistakes) = read(text, Requests::read);
    assert_eq!(mistakes, "");
    requests.expect("the table")
}

fn policy(text: &str) -> Policy {
    let (policy, mistakes) = read(text, Policy::read);
    assert_eq!(mistakes, "");
    policy
}

/// What a reader makes of a file, and the text of its mistakes.
fn read<T>(text: &str, read: impl FnOnce(&mut aqua_toml::Section<'_, '_>) -> T) -> (T, String) {
    let mut sources = Sources::new();
    let file = sources.add("Config.toml", text);
    let document = Document::parse(file, text);
    let mut root = document.root();
    let value = read(&mut root);
    root.finish();
    let mistakes = document.finish();
    let text = aqua_render::terminal(&sources, &mistakes, aqua_render::Colour::Off);
    (value, text)
}

#[test]
fn requests_are_the_same_in_toml_and_json() {
    let requests = requests(REQUESTS);
    insta::assert_snapshot!(serde_json::to_string_pretty(&requests).expect("JSON"));
    let json = serde_json::to_value(&requests).expect("JSON");
    assert_eq!(serde_json::from_value::<Requests>(json).expect("requests"), requests);
}

#[test]
fn a_service_gets_what_both_name() {
    let (capabilities, refused) = Capabilities::granted(&requests(REQUESTS), &policy(POLICY));
    let refused: Vec<String> = refused
        .iter()
        .map(|refusal| format!("{refusal}{}", if refusal.required { " (required)" } else { "" }))
        .collect();
    insta::assert_snapshot!(format!("{capabilities:#?}\n{}", refused.join("\n")));
}

#[test]
fn nothing_is_granted_without_requests() {
    let (capabilities, refused) = Capabilities::granted(&Requests::default(), &policy(POLICY));
    assert_eq!(
        (
            capabilities.dirs.len(),
            capabilities.env.len(),
            capabilities.process.len()
        ),
        (0, 0, 0)
    );
    assert!(!capabilities.http.allows("GET", "a.example.com", 443));
    assert_eq!(refused, []);
}

#[test]
fn a_peer_without_policy_allows_folders_only() {
    let (policy, mistakes) = read("", Policy::read);
    assert_eq!(mistakes, "");
    let (capabilities, refused) = Capabilities::granted(&requests(REQUESTS), &policy);
    assert_eq!(capabilities.dirs.len(), 2);
    assert_eq!(
        (
            capabilities.env.len(),
            capabilities.process.len(),
            capabilities.http.hosts.len()
        ),
        (0, 0, 0)
    );
    assert_eq!(refused.len(), 7, "{refused:?}");
}

#[test]
fn a_policy_of_one_service_replaces_the_other() {
    let policy = policy(POLICY).in_folder("/etc/aqua".as_ref());
    assert_eq!(policy.process["curl"], std::path::Path::new("/etc/aqua/bin/curl"));
    let weather = policy.of_service("weather");
    assert_eq!(weather.env["API_TOKEN"], "secret");
    assert!(weather.hosts.is_empty() && weather.process.is_empty());
    assert_eq!(policy.of_service("other"), &policy);
}

#[test]
fn mistakes_are_reported_where_they_are() {
    let text = r#"
[requests]
env = [{ nam = "X" }]
clock = "fake"
memory = 3
call_ms = 0
proces = []

[[requests.fs]]
guest = "../data"
scope = "persistent"

[[requests.fs]]
guest = "/data"

[requests.http]
hosts = ["https://example.com/", "example.com:port", "*"]
method = ["GET"]
"#;
    insta::assert_snapshot!(read(text, Requests::read).1);
    let text = r#"
[policy]
fs = ["everything"]
env = ["REGION"]

[policy.http]
hosts = "*"
"#;
    let (policy, mistakes) = read(text, Policy::read);
    assert!(policy.scopes.is_empty(), "a mistake allows nothing");
    insta::assert_snapshot!(mistakes);
}

#[test]
fn hosts_match_by_name_and_port() {
    let cases = [
        ("api.example.com", "API.Example.COM", 443, true),
        ("api.example.com", "api.example.com", 80, false),
        ("api.example.com:80", "api.example.com", 80, true),
        ("*.example.com", "a.b.example.com", 443, true),
        ("*.example.com", "example.com", 443, false),
        ("*.example.com", "badexample.com", 443, false),
        ("*.example.com", ".example.com", 443, false),
        ("example.com", "example.com.evil.org", 443, false),
        ("127.0.0.1:80", "127.0.0.1", 80, true),
        ("127.0.0.1:80", "localhost", 80, false),
        ("localhost:80", "127.0.0.1", 80, false),
        ("[::1]:80", "[::1]", 80, true),
        ("[::1]:80", "0:0:0:0:0:0:0:1", 80, true),
        ("::1", "::1", 443, true),
    ];
    for (pattern, host, port, expected) in cases {
        let parsed: HostPattern = pattern.parse().expect("a host");
        assert_eq!(parsed.matches(host, port), expected, "{pattern} {host}:{port}");
    }
    for text in [
        "", "*", "a..b", "a b", "a/b", "http://a", "a:", "a:0", "a:65536", "[::1", "[::1]x", "*.*.a", "a.*",
    ] {
        assert!(text.parse::<HostPattern>().is_err(), "{text}");
    }
}

#[test]
fn sizes_are_written_without_rounding() {
    for (bytes, text) in [
        (0, "0 B"),
        (1, "1 B"),
        (1 << 20, "1 MiB"),
        (1536, "1536 B"),
        (3 << 30, "3 GiB"),
    ] {
        assert_eq!(Size(bytes).to_string(), text);
    }
}

fn host() -> impl Strategy<Value = String> {
    let name = "(\\*\\.)?[a-c]{1,2}(\\.[a-c]{1,2}){0,2}";
    let host = prop_oneof![
        name.prop_map(|name| name),
        Just("127.0.0.1".to_owned()),
        Just("[::1]".to_owned())
    ];
    (host, prop_oneof![Just(443_u16), Just(80)]).prop_map(|(host, port)| format!("{host}:{port}"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_host_or_an_error(text in any::<String>()) {
        if let Ok(host) = text.parse::<HostPattern>() {
            prop_assert_eq!(host.to_string().parse(), Ok(host));
        }
    }

    /// A pattern that includes another matches each host that the other one matches.
    #[test]
    fn inclusion_agrees_with_matching(first in host(), second in host(), name in "[a-c]{1,2}(\\.[a-c]{1,2}){0,3}", port in prop_oneof![Just(443_u16), Just(80)]) {
        let first: HostPattern = first.parse().expect("a host");
        let second: HostPattern = second.parse().expect("a host");
        if first.includes(&second) && second.matches(&name, port) {
            prop_assert!(first.matches(&name, port), "{first} {second} {name}:{port}");
        }
    }

    /// Whatever a service asks for, it gets nothing that the policy doesn't have.
    #[test]
    fn nothing_beyond_the_policy_is_granted(asked in prop::collection::vec(host(), 0..4), allowed in prop::collection::vec(host(), 0..4), name in "[a-c]{1,2}(\\.[a-c]{1,2}){0,3}", port in prop_oneof![Just(443_u16), Just(80)]) {
        let parse = |hosts: &[String]| hosts.iter().map(|host| host.parse().expect("a host")).collect::<Vec<HostPattern>>();
        let requests = Requests {
            http: Some(crate::HttpRequest { hosts: parse(&asked), methods: Vec::new(), required: false }),
            ..Requests::default()
        };
        let policy = Policy { hosts: parse(&allowed), ..Policy::default() };
        let (capabilities, _) = Capabilities::granted(&requests, &policy);
        let both = |hosts: &[HostPattern]| hosts.iter().any(|host| host.matches(&name, port));
        let expected = both(&parse(&asked)) && both(&parse(&allowed));
        prop_assert_eq!(capabilities.http.allows("GET", &name, port), expected);
    }
}
