//! Sets in which a particle has been at several peers.

use super::play::{Play, id};
use super::{DataSet, Sizes, USUAL_ID};
use crate::simulated_network::json_arguments;
use aqua_vm::CallRequest;
use serde_json::json;
use std::collections::VecDeque;
use std::fmt::Write as _;

const PEERS: [&str; 7] = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh"];

/// Information of a peer about itself.
const INFORMATION: [(&str, &str, &str); 4] = [
    ("peer", "identify", "ident"),
    ("dist", "list_blueprints", "blueprints"),
    ("dist", "list_modules", "modules"),
    ("srv", "list_interfaces", "interfaces"),
];

/// Calls a peer for information about itself, returns over the relay and reports.
fn report(peer: &str, indent: usize) -> String {
    let indent = " ".repeat(indent);
    let mut text =
        format!("{indent}; what the peer is and has: four services of every node answer without arguments\n");
    for (service, function, output) in INFORMATION {
        let _ = write!(
            text,
            "{indent}; {output} of that peer, as its {service} service lists them now\n\
             {indent}; (names are used again: each iteration has its own)\n\
             {indent}(seq\n{indent} (call {peer} (\"{service}\" \"{function}\") [] {output})\n"
        );
    }
    let _ = write!(
        text,
        "{indent}; a hop over the relay, because a client behind it can't be reached in another way\n\
         {indent}(seq\n{indent} (call relay (\"op\" \"identity\") [])\n\
         {indent} ; the client shows what it gets at once\n\
         {indent} (call client (\"event\" \"all_info\") [{peer} ident blueprints modules interfaces]))"
    );
    text.push_str(&")".repeat(INFORMATION.len()));
    text.push('\n');
    text
}

/// A particle that collects information about all peers that a client's relay knows, and all that these know.
pub(super) fn dashboard(name: &'static str, official: Sizes) -> DataSet {
    let air = format!(
        r#"; what the client knows
(seq
 (call %init_peer_id% ("" "load") ["relay"] relay)
 (seq
  (call %init_peer_id% ("" "load") ["peers"] peers)
  (seq
   (call %init_peer_id% ("" "load") ["client"] client)
   (par
    ; the relay about itself
    (seq
     (call relay ("op" "identity") [])
{}    )
    (par
     ; all peers that the client knows
     (fold peers p
      (par
       (seq
        (call p ("op" "identity") [])
{}       )
       (next p)))
     ; all peers that the relay knows, and those that they know
     (seq
      (call relay ("op" "identity") [])
      (seq
       (call relay ("kad" "neighborhood") [client] neighbours)
       (fold neighbours n
        (par
         (seq
          (call n ("kad" "neighborhood") [n] theirs)
          (fold theirs t
           (par
{}            (next t))))
         (next n))))))))))
"#,
        report("relay", 5),
        report("p", 8),
        report("t", 12),
    );
    let cast = [&["client", "relay"][..], &PEERS].concat();
    let peers: Vec<String> = PEERS.iter().map(|name| id(name)).collect();
    let (relay, client) = (id("relay"), id("client"));
    let answer = move |peer: &str, request: &CallRequest| match (&*request.function_name, &json_arguments(request)[..])
    {
        ("load", [wanted]) if wanted == "relay" => json!(relay),
        ("load", [wanted]) if wanted == "client" => json!(client),
        ("load" | "neighborhood", _) => json!(peers),
        ("identify", _) => json!(format!("{peer} is a peer")),
        (what, _) => (0..3)
            .map(|number| json!(format!("{peer}-as-an-answer-to-{what}-number-{number}")))
            .collect(),
    };
    let mut play = Play::new(air, USUAL_ID, &cast, answer);
    play.begin();
    play.deliver("client", "relay");
    for peer in PEERS {
        play.deliver("relay", peer);
    }
    for peer in PEERS {
        play.deliver(peer, "relay");
    }
    let mut data = Vec::new();
    for from in PEERS {
        if from == "seventh" {
            data = play.data("first");
        }
        for to in PEERS.iter().filter(|to| **to != from) {
            play.deliver(from, to);
        }
    }
    let prev_data = play.data("seventh");
    DataSet::of(name, Some(official), &play, "relay", prev_data, data)
}

/// A particle that asks all known peers for those that they know, and these again.
pub(super) fn network_explore(name: &'static str, official: Sizes) -> DataSet {
    let air = format!(
        r#"(seq
 (call "{client}" ("" "load") ["relay"] relay)
 (seq
  (call "{client}" ("" "load") ["client"] client)
  (seq
   (call relay ("kad" "neighborhood") [client] neighbours)
   (seq
    (fold neighbours n
     (seq
      (call n ("kad" "neighborhood") [n] $lists)
      (next n)))
    (seq
     (fold $lists list
      (seq
       (fold list m
        (seq
         (call m ("op" "neighborhood") [m] $more)
         (next m)))
       (next list))
      (null))
     (seq
      (call relay ("op" "identity") [])
      (seq
       (canon client $lists #lists)
       (seq
        (canon client $more #more)
        (call client ("return" "") [#lists #more neighbours])))))))))
"#,
        client = id("client"),
    );
    let cast = ["client", "relay", "first", "second", "third"];
    let peers: Vec<String> = cast[1..].iter().map(|name| id(name)).collect();
    let (relay, client) = (id("relay"), id("client"));
    let answer = move |_: &str, request: &CallRequest| match (&*request.service_id, &json_arguments(request)[..]) {
        ("", [wanted]) if wanted == "relay" => json!(relay),
        ("", [wanted]) if wanted == "client" => json!(client),
        ("kad", _) => json!(peers),
        (_, [asked]) => {
            let mut peers = peers.clone();
            let place = peers.iter().position(|peer| asked == peer);
            peers.rotate_left(place.unwrap_or_default());
            peers.push(format!("all that {asked} has met lately, the nearest first"));
            peers.push(format!("asked at {}", peers[0]));
            json!(peers)
        }
        (_, _) => json!("done"),
    };
    let mut play = Play::new(air, USUAL_ID, &cast, answer).without_initiator();
    let mut under_way: VecDeque<(String, Vec<u8>)> = VecDeque::new();
    play.begin();
    under_way.push_back(("relay".to_owned(), play.data("client")));
    let mut last = (Vec::new(), Vec::new());
    while let Some((to, data)) = under_way.pop_front() {
        if to == "relay" {
            last = (play.data("relay"), data.clone());
        }
        for next in play.arrive(&to, &data) {
            under_way.push_back((next, play.data(&to)));
        }
    }
    DataSet::of(name, Some(official), &play, "relay", last.0, last.1)
}
