//! Requests of services and policies, with the example `fetch` and a server on loopback.

use crate::transcript::Folder;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

const FETCH: &[u8] = include_bytes!("../../examples/fetch/fetch.wasm");
const CONFIG: &str = include_str!("../../examples/fetch/Config.toml");
/// The address in the example.
const EXAMPLE_HOST: &str = "127.0.0.1:8080";

/// A project with the example, which asks for a server that answers every request.
fn project() -> (Folder, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let host = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a client");
            let size = stream.read(&mut [0; 4096]).expect("a request");
            assert!(size > 0);
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello";
            stream.write_all(answer).expect("the client reads");
        }
    });
    let manifest = format!(
        "[package]\nname = \"fetching\"\nmain = \"main.aqua\"\n\n[services.fetch]\nconfig = \"Config.toml\"\n\n\
         [policy.http]\nhosts = [\"{host}\"]\n"
    );
    let program = "aqua Main\n\nimport Fetch from \"service:fetch\"\n\nexport text\n\nfunc text(url: string) -> string:\n    \
                   on HOST_PEER_ID:\n        text <- Fetch.get(url)\n    <- text\n";
    let folder = Folder::new(&[
        ("Config.toml", &CONFIG.replace(EXAMPLE_HOST, &host)),
        ("aqua.toml", &manifest),
        ("main.aqua", program),
        ("closed.toml", "[policy]\nfs = []\n"),
        ("wrong.toml", "[policy.http]\nhosts = [\"http://127.0.0.1/\"]\n"),
        ("none.toml", "[package]\nname = \"none\"\n"),
    ]);
    std::fs::write(folder.path().join("fetch.wasm"), FETCH).expect("a new file");
    (folder, host)
}

#[test]
fn a_service_fetches_from_a_host_that_the_policy_allows() {
    let (folder, host) = project();
    let url = format!("http://{host}/");
    let lines: &[&[&str]] = &[
        &["service", "inspect", "Config.toml"],
        &["service", "inspect", "Config.toml", "--policy", "aqua.toml"],
        &["service", "inspect", "Config.toml", "--policy", "closed.toml", "--json"],
        &["service", "call", "Config.toml", "get", &url],
        &["service", "call", "Config.toml", "--policy", "aqua.toml", "get", &url],
        &["run", "main.aqua", "text", &format!("\"{url}\"")],
    ];
    let transcripts: Vec<_> = lines
        .iter()
        .map(|line| folder.run(line).replace(&host, EXAMPLE_HOST))
        .collect();
    insta::assert_snapshot!("policy", transcripts.join("\n"));
}

#[test]
fn mistakes_of_policies_are_explained() {
    let (folder, host) = project();
    let config = folder.path().join("Config.toml");
    let text = std::fs::read_to_string(&config).expect("the file");
    std::fs::write(folder.path().join("required.toml"), text.clone() + "required = true\n").expect("a new file");
    std::fs::write(folder.path().join("misspelled.toml"), text.replace("methods", "method")).expect("a new file");
    let lines: &[&[&str]] = &[
        &["service", "call", "Config.toml", "--policy", "wrong.toml", "get", ""],
        &["service", "call", "Config.toml", "--policy", "none.toml", "get", ""],
        &["service", "call", "Config.toml", "--policy", "missing.toml", "get", ""],
        &["service", "call", "required.toml", "get", ""],
        &["service", "inspect", "misspelled.toml"],
    ];
    let transcripts: Vec<_> = lines
        .iter()
        .map(|line| folder.run(line).replace(&host, EXAMPLE_HOST))
        .collect();
    insta::assert_snapshot!("policy_mistakes", transcripts.join("\n"));
}
