//! The service of the quickstart: returns a greeting from a peer.

wit_bindgen::generate!({ world: "greeter", path: "wit" });

struct Greeter;

impl Guest for Greeter {
    fn greet(name: String, peer: String) -> String {
        format!("Hello, {name}, from {}", short(&peer))
    }
}

export!(Greeter);

/// The first four and the last six characters of a peer id. All peer ids of a key type start alike.
fn short(peer: &str) -> String {
    let characters: Vec<char> = peer.chars().collect();
    match (characters.first_chunk::<4>(), characters.last_chunk::<6>()) {
        (Some(head), Some(tail)) if characters.len() > 10 => format!("{}…{}", String::from_iter(head), String::from_iter(tail)),
        _ => peer.to_owned(),
    }
}
