//! The conformance corpus: scripts written by hand, one for each thing that machines must do alike. `@A` to `@D` stand for
//! peers, `@A` starts.

use crate::simulated_network::peers;

/// A walk to three peers at once and back, with a stream that collects their answers until there are three.
pub const JOURNEY: &str = r#"
(seq
 (seq
  (par
   (call @B ("op" "where") [] $answers)
   (par (call @C ("op" "where") [] $answers) (call @D ("op" "where") [] $answers)))
  (fold $answers answer
   (seq
    (seq (ap answer $seen) (canon @A $seen #now))
    (xor (match #now.length 3 (null)) (next answer)))
   (never)))
 (seq (canon @A $seen #all) (call @A ("return" "arguments") [#all #all.length #all.$.[0] %timestamp%])))"#;

/// All scripts with their names.
pub fn scripts() -> Vec<(&'static str, String)> {
    SCRIPTS
        .iter()
        .map(|(name, script)| (*name, with_peers(script)))
        .collect()
}

/// Puts the ids of the peers into a script.
pub fn with_peers(script: &str) -> String {
    let names = ["@A", "@B", "@C", "@D"];
    names
        .iter()
        .zip(peers(4))
        .fold(script.to_owned(), |script, (name, peer)| {
            script
                .replace(&format!("\"{name}\""), &format!("\"{}\"", peer.id))
                .replace(name, &format!("\"{}\"", peer.id))
        })
}

const SCRIPTS: &[(&str, &str)] = &[
    ("journey", JOURNEY),
    ("null", "(null)"),
    ("never", "(seq (never) (call @A (\"op\" \"number\") []))"),
    (
        "call without output",
        r#"(seq (call @A ("op" "identity") [1]) (call @B ("op" "identity") [2]))"#,
    ),
    (
        "calls along a chain of peers",
        r#"(seq (call @A ("op" "object") [] a) (seq (call @B ("op" "identity") [a.$.a.[1]] b) (seq (call @C ("op" "arguments") [a b] c)
           (call @A ("return" "arguments") [c c.$.[0].name c.$.[1] c.length]))))"#,
    ),
    (
        "every kind of constant",
        r#"(call @A ("op" "arguments") ["" "é\n(;" 0 -1 9223372036854775807 1.0 1.5 -0.0 0.0000001 true false [] %timestamp% %ttl% %init_peer_id% %last_error% :error:] x)"#,
    ),
    (
        "par waits for one side",
        r#"(seq (par (call @B ("op" "number") [] b) (call @C ("op" "number") [1] c)) (call @A ("return" "arguments") [b c]))"#,
    ),
    (
        "par of an error and a success",
        r#"(seq (par (call @A ("op" "broken") []) (call @A ("op" "number") [] n)) (call @A ("return" "arguments") [n %last_error%]))"#,
    ),
    (
        "par of two errors",
        r#"(par (call @A ("op" "broken") [1]) (call @B ("op" "broken") [2]))"#,
    ),
    (
        "xor after a service's error",
        r#"(xor (call @B ("op" "broken") []) (call @A ("return" "arguments") [%last_error% :error: %last_error%.$.error_code :error:.$.message]))"#,
    ),
    (
        "nested xor",
        r#"(xor (xor (call @A ("op" "broken") []) (fail 7 "inner")) (seq (call @A ("return" "arguments") [%last_error% :error:]) (fail :error:)))"#,
    ),
    (
        "fail in all forms",
        r#"(seq (call @A ("op" "object") [] o) (xor (fail 5 "five") (xor (fail o) (xor (fail o.$.a) (xor (fail %last_error%)
           (seq (ap o $s) (seq (canon @A $s #s1) (fail #s1.$.[0]))))))))"#,
    ),
    ("fail without xor", r#"(fail 1337 "no reason")"#),
    (
        "match and mismatch",
        r#"(seq (ap 1 one) (seq (xor (match one 1.0 (null)) (ap "floats differ" a)) (seq (mismatch one 2 (ap "unequal" b))
           (xor (mismatch one 1 (null)) (call @A ("return" "arguments") [a b :error: %last_error%])))))"#,
    ),
    ("match without xor", r#"(match "a" "b" (null))"#),
    (
        "a match of what is not there yet",
        r#"(par (seq (match late 1 (null)) (null)) (seq (call @B ("op" "identity") [1] late) (null)))"#,
    ),
    (
        "fold over an array",
        r#"(seq (call @A ("op" "list") [] list) (seq (fold list item (seq (call @B ("op" "identity") [item] $seen) (next item)))
           (seq (canon @A $seen #all) (call @A ("return" "arguments") [#all]))))"#,
    ),
    (
        "fold from the end",
        r#"(seq (call @A ("op" "numbers") [] list) (seq (fold list item (seq (next item) (ap item $back)))
           (seq (canon @A $back #all) (call @A ("return" "arguments") [#all]))))"#,
    ),
    (
        "fold at the same time",
        r#"(seq (seq (ap @B $peers) (seq (ap @C $peers) (ap @D $peers))) (seq (canon @A $peers #peers)
           (seq (fold #peers peer (par (call peer ("op" "where") [] $seen) (next peer)) (null))
           (seq (canon @A $seen #all) (call @A ("return" "arguments") [#all.length])))))"#,
    ),
    (
        "fold over an object",
        r#"(seq (call @A ("op" "object") [] o) (fold o item (next item)))"#,
    ),
    (
        "fold with a last instruction",
        r#"(seq (call @A ("op" "numbers") [] l) (seq (fold l i (next i) (ap "end" e)) (call @A ("return" "arguments") [e])))"#,
    ),
    (
        "nested folds",
        r#"(seq (call @A ("op" "numbers") [] l) (seq (fold l i (seq (fold l j (seq (call @A ("op" "arguments") [i j] $s) (next j))) (next i)))
           (seq (canon @A $s #s1) (call @A ("return" "arguments") [#s1]))))"#,
    ),
    (
        "a stream that grows while it is folded",
        r#"(seq (ap 1 $s) (seq (fold $s i (par (seq (canon @A $s #s1) (match #s1.length 1 (ap 2 $s))) (next i)) (null))
           (seq (canon @A $s #s2) (call @A ("return" "arguments") [#s2]))))"#,
    ),
    (
        "a stream filled and folded by peers at once",
        r#"(par (par (call @B ("op" "list") [] $s) (call @C ("op" "numbers") [] $s))
           (fold $s i (par (call @A ("op" "arguments") [i] $t) (next i))))"#,
    ),
    (
        "new of a stream in a fold",
        r#"(seq (call @A ("op" "numbers") [] l) (seq (fold l i (seq (new $s (seq (seq (ap i $s) (ap i $s)) (seq (canon @A $s #s1) (ap #s1 $all)))) (next i)))
           (seq (canon @A $all #all) (call @A ("return" "arguments") [#all]))))"#,
    ),
    (
        "new goes on inside and ends outside",
        r#"(seq (call @A ("op" "numbers") [] l) (seq (ap 0 $s) (seq (fold l i (new $s (seq (ap i $s) (next i))))
           (seq (canon @A $s #s1) (call @A ("return" "arguments") [#s1])))))"#,
    ),
    (
        "new of a scalar",
        r#"(seq (ap 1 x) (seq (new x (seq (ap 2 x) (call @A ("op" "identity") [x] inner))) (call @A ("return" "arguments") [x inner])))"#,
    ),
    (
        "a cleared scalar",
        r#"(seq (ap 1 x) (new x (call @A ("op" "identity") [x])))"#,
    ),
    (
        "a cleared canon",
        r#"(seq (canon @A $s #s1) (new #s1 (call @A ("op" "identity") [#s1])))"#,
    ),
    ("shadowing", r#"(seq (ap 1 x) (ap 2 x))"#),
    (
        "shadowing in a fold",
        r#"(seq (call @A ("op" "numbers") [] l) (seq (ap 9 x) (fold l i (seq (seq (ap i x) (call @A ("op" "identity") [x])) (next i)))))"#,
    ),
    (
        "a call into a live iterator",
        r#"(seq (call @A ("op" "numbers") [] l) (fold l i (seq (call @A ("op" "number") [] i) (next i))))"#,
    ),
    (
        "next without its fold",
        r#"(seq (seq (ap 1 $s) (fold $s j (next j))) (next j))"#,
    ),
    (
        "an outer next in an inner fold",
        r#"(seq (call @A ("op" "numbers") [] l) (fold l i (fold l j (seq (ap j x) (next i)))))"#,
    ),
    (
        "canon of nothing",
        r#"(seq (canon @B $nothing #nothing) (call @A ("return" "arguments") [#nothing #nothing.length]))"#,
    ),
    (
        "canon on another peer",
        r#"(seq (par (call @B ("op" "where") [] $s) (call @C ("op" "where") [] $s)) (seq (canon @D $s #s1) (seq (ap #s1 copy)
           (call @A ("return" "arguments") [#s1 copy #s1.$.[0]]))))"#,
    ),
    (
        "lens beyond a canon",
        r#"(seq (ap 1 $s) (seq (canon @A $s #s1) (call @A ("op" "identity") [#s1.$.[5]])))"#,
    ),
    (
        "field of a canon",
        r#"(seq (ap 1 $s) (seq (canon @A $s #s1) (call @A ("op" "identity") [#s1.$.name])))"#,
    ),
    (
        "lens into nothing",
        r#"(seq (call @A ("op" "object") [] o) (call @A ("op" "identity") [o.$.b]))"#,
    ),
    (
        "index of an object",
        r#"(seq (call @A ("op" "object") [] o) (call @A ("op" "identity") [o.$.[0]]))"#,
    ),
    (
        "field of a list",
        r#"(seq (call @A ("op" "list") [] o) (call @A ("op" "identity") [o.$.b]))"#,
    ),
    (
        "index beyond a list",
        r#"(seq (call @A ("op" "list") [] o) (call @A ("op" "identity") [o.$.[3]]))"#,
    ),
    (
        "length of a text",
        r#"(seq (ap "text" t) (call @A ("op" "identity") [t.length]))"#,
    ),
    (
        "lens by a scalar",
        r#"(seq (call @A ("op" "object") [] o) (seq (ap "a" field) (seq (ap 1 place) (call @A ("return" "arguments") [o.$.[field].[place] o.$.[field].[o]]))))"#,
    ),
    (
        "a peer that is a number",
        r#"(seq (ap 5 p) (call p ("op" "identity") []))"#,
    ),
    (
        "a service that is an object",
        r#"(seq (call @A ("op" "object") [] o) (call @A (o o.$.name) []))"#,
    ),
    (
        "map: entries, lenses and folds",
        r#"(seq (seq (seq (ap ("k" 1) %m) (ap (7 "seven") %m)) (seq (ap ("k" [])  %m) (ap ("8" 2.5) %m)))
           (seq (canon @A %m #%mm) (seq (fold #%mm e (seq (ap e $entries) (next e))) (seq (fold #%mm.$.k v (seq (ap v $values) (next v)))
           (seq (seq (canon @A $entries #entries) (canon @A $values #values)) (seq (canon @B %m object)
           (call @A ("return" "arguments") [#%mm #%mm.length #%mm.$.k #%mm.$.[7] #%mm.$.[7].[0] #%mm.$.missing #%mm.$.missing.[3].x #entries #values object]))))))) "#,
    ),
    (
        "map: index beyond a key",
        r#"(seq (ap ("k" 1) %m) (seq (canon @A %m #%mm) (call @A ("op" "identity") [#%mm.$.k.[4]])))"#,
    ),
    (
        "map: a key of a wrong kind",
        r#"(seq (call @A ("op" "object") [] o) (ap (o 1) %m))"#,
    ),
    (
        "map: fold while it grows",
        r#"(seq (ap ("a" 1) %m) (seq (fold %m e (par (seq (canon @A %m #%mm) (match #%mm.length 1 (ap (2 "b") %m))) (next e)) (null))
           (seq (canon @C %m #%all) (call @A ("return" "arguments") [#%all]))))"#,
    ),
    (
        "map: an iterator as accessor",
        r#"(seq (ap ("a" 1) %m) (seq (canon @A %m #%mm) (fold #%mm e (seq (call @A ("op" "identity") [#%mm.$.[e]]) (next e)))))"#,
    ),
    (
        "map: new",
        r#"(seq (ap ("a" 1) %m) (seq (new %m (seq (ap ("b" 2) %m) (canon @A %m #%in))) (seq (canon @A %m #%out) (call @A ("return" "arguments") [#%in #%out]))))"#,
    ),
    (
        "unknown names in triplets wait",
        r#"(par (call @B ("op" "where") [] p) (call p ("op" "where") [] q))"#,
    ),
    (
        "a result that nobody defines",
        r#"(seq (par (never) (ap 1 x)) (call @A ("return" "arguments") [x]))"#,
    ),
    ("text that is no script", "(seq (null)"),
    ("text with an unknown name", "(seq (null) (ap unknown x))"),
];
