//! Tests of pseudo-code and control-flow graphs.

use crate::scripts::any_script;
use aqua_air::{ControlFlowGraph, Script, parse, pseudocode};
use proptest::prelude::*;

/// Contains each instruction and each pattern that is abbreviated, next to similar code that is not.
const SCRIPT: &str = r#"
(seq
 (seq
  (seq (call %init_peer_id% ("getDataSrv" "-relay-") [] relay) (call %init_peer_id% ("getDataSrv" "names") [] names))
  (seq
   (seq (call relay ("op" "noop") []) (new $hop (new #hop (canon "far" $hop #hop))))
   (seq (new $hop (new #other (canon "far" $hop #other))) (call relay ("op" "noop") [] result))))
 (new $all
  (new #all
   (seq
    (fold names name
     (par
      (xor
       (call relay ("greeter" "greet") [name] $all)
       (null))
      (next name))
     (never))
    (seq
     (seq
      (canon %init_peer_id% $all #all)
      (fold #all item
       (seq
        (match item "quit" (fail 7 "enough"))
        (next item))))
     (par
      (par
       (call item.$.peer (relay "fn-1") [1 1.5 "text" #all.length])
       (ap ("key" relay) %map))
      (xor
       (fold %map pair
        (seq
         (par (next pair) (ap pair.$.value $again))
         (mismatch 1 2 (ap [] x))))
       (seq
        (call %init_peer_id% ("odd name" "error") [:error:])
        (fail :error:)))))))))
"#;

fn script() -> Script {
    // The last `fold` violates the rule against instructions after `next`, which does not apply to folds over scalars.
    parse(&SCRIPT.replace("(fold %map pair", "(fold relay pair")).expect("valid")
}

#[test]
fn pseudocode_abbreviates_patterns() {
    insta::assert_snapshot!(pseudocode(&script()));
}

#[test]
fn graphs_show_control_flow_over_peers() {
    let graph = ControlFlowGraph::new(&script());
    insta::assert_snapshot!("graph_in_dot", graph.to_dot());
    insta::assert_snapshot!("graph_in_mermaid", graph.to_mermaid());
}

proptest! {
    #[test]
    fn each_call_is_printed_once(script in any_script()) {
        let calls = script.in_text_order().filter(|(_, it)| it.keyword() == "call").count();
        // The only other parenthesis is in a literal that the second instruction copies.
        let parentheses = |text: &str| text.matches('(').count();
        prop_assert_eq!(parentheses(&pseudocode(&script)), calls + 1);
        let graph = ControlFlowGraph::new(&script);
        prop_assert_eq!(parentheses(&graph.to_dot()), calls);
        let round = graph.to_mermaid().matches("([\"").count();
        prop_assert_eq!(parentheses(&graph.to_mermaid()), calls + round);
    }
}

#[test]
fn deep_scripts_are_printed() {
    const DEPTH: usize = 20_000;
    for (open, close) in [
        ("(xor (null) ", ")"),
        ("(par ", " (null))"),
        ("(new $s ", ")"),
        ("(match 1 1 ", ")"),
    ] {
        let text = format!("{}(null){}", open.repeat(DEPTH), close.repeat(DEPTH));
        let script = parse(&text).expect("valid");
        assert!(pseudocode(&script).len() < 300 * DEPTH);
        assert!(!ControlFlowGraph::new(&script).to_dot().is_empty());
    }
}
