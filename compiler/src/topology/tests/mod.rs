//! Plans of handwritten workflows.
//!
//! A plan is shown as one line: `@P:name` is a call on `P`, `>R` a hop to `R`, `xor{a | b}` alternatives, and so on. Every
//! program starts on the initiator `I`, whose relay is `R`.

mod errors;

use super::{VariableId, plan};
use crate::workflow::{Exit, Last, LocationId, Locations, Op, PeerName, StepId, Workflow};
use aqua_air::{Operand, Variable};

/// A workflow; peers and variables by name.
enum Tree {
    Leaf(Op),
    Group(Op, Vec<Self>),
    On(&'static str, &'static [&'static str], Exit, Vec<Self>),
    /// A closure that was defined on the initiator outside of every `on`.
    Closure(Vec<Self>),
}

fn call(name: &'static str) -> Tree {
    call_with(name, "", &[])
}

fn call_with(name: &'static str, makes: &'static str, uses: &[&'static str]) -> Tree {
    Tree::Leaf(Op::Call {
        service: Operand::literal("s"),
        function: Operand::literal(name),
        arguments: uses.iter().map(|name| Operand::scalar(*name)).collect(),
        output: (!makes.is_empty()).then(|| Variable::scalar(makes)),
    })
}

fn ap(makes: &'static str, uses: &'static str) -> Tree {
    Tree::Leaf(Op::Ap {
        source: Operand::scalar(uses),
        target: Variable::scalar(makes),
    })
}

fn canon(makes: &'static str, uses: &'static str) -> Tree {
    Tree::Leaf(Op::Canon {
        source: Variable::scalar(uses),
        target: Variable::scalar(makes),
    })
}

fn fail() -> Tree {
    Tree::Leaf(Op::Fail(Operand::Error(None)))
}

fn next(iterator: &'static str) -> Tree {
    Tree::Leaf(Op::Next(iterator.into()))
}

fn seq<const N: usize>(children: [Tree; N]) -> Tree {
    Tree::Group(Op::Seq, children.into())
}

fn par<const N: usize>(children: [Tree; N]) -> Tree {
    Tree::Group(Op::Par, children.into())
}

fn xor<const N: usize>(children: [Tree; N]) -> Tree {
    Tree::Group(Op::Xor, children.into())
}

fn co(child: Tree) -> Tree {
    Tree::Group(Op::Detach, vec![child])
}

fn new<const N: usize>(name: &'static str, children: [Tree; N]) -> Tree {
    Tree::Group(Op::New(Variable::scalar(name)), children.into())
}

fn is<const N: usize>(uses: &'static str, children: [Tree; N]) -> Tree {
    let (left, right) = (Operand::scalar(uses), Operand::Boolean(true));
    let equal = true;
    Tree::Group(Op::Match { left, right, equal }, children.into())
}

fn fold<const N: usize>(iterable: &'static str, iterator: &'static str, children: [Tree; N]) -> Tree {
    let op = Op::Fold {
        iterable: Operand::scalar(iterable),
        iterator: iterator.into(),
        last: Last::Done,
    };
    Tree::Group(op, children.into())
}

fn on<const N: usize>(peer: &'static str, relays: &'static [&'static str], children: [Tree; N]) -> Tree {
    Tree::On(peer, relays, Exit::AsNeeded, children.into())
}

/// An `on` whose errors are rethrown outside of it.
fn guarded<const N: usize>(peer: &'static str, relays: &'static [&'static str], children: [Tree; N]) -> Tree {
    Tree::Group(Op::Rethrow, vec![on(peer, relays, children), fail()])
}

/// A call of a closure of the initiator, whose errors are rethrown outside of it.
fn closure<const N: usize>(children: [Tree; N]) -> Tree {
    Tree::Group(Op::Rethrow, vec![Tree::Closure(children.into()), fail()])
}

/// An `if` without `else`: an error of a branch is rethrown.
fn condition<const N: usize>(uses: &'static str, children: [Tree; N]) -> Tree {
    let otherwise = seq([
        ap("if-error", "error"),
        Tree::Group(Op::Rethrow, vec![is("code", []), fail()]),
    ]);
    Tree::Group(Op::Rethrow, vec![is(uses, children), otherwise])
}

fn program<const N: usize>(body: [Tree; N]) -> Tree {
    let steps = std::iter::once(call("arg")).chain(body).collect();
    xor([Tree::Group(Op::Seq, steps), call("err")])
}

fn build(workflow: &mut Workflow, location: LocationId, tree: Tree) -> StepId {
    let (op, inside, children) = match tree {
        Tree::Leaf(op) => (op, location, Vec::new()),
        Tree::Group(op, children) => (op, location, children),
        Tree::On(peer, relays, exit, children) => {
            let locations = workflow.locations_mut();
            let mut id = |name: &str| locations.intern_peer(PeerName::One(Operand::scalar(name)));
            let (peer, relays) = (id(peer), relays.iter().map(|relay| id(relay)).collect::<Vec<_>>());
            let location = locations.nested(location, peer, &relays);
            let peer_span = None;
            let on = Op::On {
                location,
                exit,
                peer_span,
            };
            (on, location, children)
        }
        Tree::Closure(children) => {
            let locations = workflow.locations_mut();
            let [peer, relay] = ["I", "R"].map(|name| locations.intern_peer(PeerName::One(Operand::scalar(name))));
            let location = locations.nested(Locations::ROOT, peer, &[relay]);
            let (exit, peer_span) = (Exit::AsNeeded, None);
            let on = Op::On {
                location,
                exit,
                peer_span,
            };
            (on, location, children)
        }
    };
    let children = children
        .into_iter()
        .map(|child| build(workflow, inside, child))
        .collect();
    workflow.add(op, children)
}

fn planned(tree: Tree) -> String {
    let mut workflow = Workflow::new();
    let root = build(&mut workflow, Locations::ROOT, on("I", &["R"], [tree]));
    let plan = plan(&workflow);
    show(&workflow, &plan, root)
}

fn show(workflow: &Workflow, plan: &super::Plan, step: StepId) -> String {
    let name = |peer| workflow.locations().peer(peer).value().to_string();
    let hops = |hops: &[super::Hop]| {
        hops.iter()
            .map(|hop| format!(">{}", name(hop.peer)))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut inner: Vec<String> = Vec::new();
    let mut rescued = Vec::new();
    for child in &workflow.step(step).children {
        let rescues = plan.rescues(*child).iter();
        rescued.extend(rescues.map(|rescue| (rescue, inner.len())));
        let text = show(workflow, plan, *child);
        inner.extend((!text.is_empty()).then_some(text));
        while let Some((rescue, first)) = rescued.pop_if(|(rescue, _)| rescue.last == *child) {
            let steps = inner.split_off(first).join(" ");
            inner.push(format!("xor{{{steps} | {} rethrow}}", hops(&rescue.hops)));
        }
    }
    let at = plan.peer(step).map(name).unwrap_or_default();
    let own = match &workflow.step(step).op {
        Op::Seq | Op::On { .. } | Op::New(_) => inner.join(" "),
        Op::Call { function, .. } => format!("@{at}:{}", function.to_string().trim_matches('"')),
        Op::Canon { .. } => format!("@{at}:canon"),
        Op::Par | Op::Detach => format!("par{{{}}}", inner.join(" | ")),
        Op::Xor | Op::Rethrow => format!("xor{{{}}}", inner.join(" | ")),
        Op::Fold { .. } => format!("fold{{{}}}", inner.join(" ")),
        Op::Match { .. } => format!("match{{{}}}", inner.join(" ")),
        Op::Ap { .. } | Op::ApMap { .. } => "ap".into(),
        Op::Null => String::new(),
        Op::Never => "never".into(),
        Op::Fail(_) => "fail".into(),
        Op::Next(_) => "next".into(),
    };
    let parts = [hops(plan.before(step)), own, hops(plan.after(step))];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

macro_rules! plans {
    ($($name:ident: [$($body:expr),* $(,)?] => $expected:literal;)*) => {
        $(#[test] fn $name() {
            assert_shown(&planned(program([$($body),*])), $expected);
        })*
    };
}

fn assert_shown(got: &str, expected: &str) {
    assert!(got == expected, "\n     got {got}\nexpected {expected}");
}

plans! {
    goes_through_the_relay_and_back:
        [guarded("P", &[], [call_with("id", "x", &[])]), call_with("resp", "", &["x"])]
        => "xor{@I:arg xor{>R @P:id >R | >R >I fail} @I:resp | @I:err}";
    goes_directly_to_a_nested_peer:
        [guarded("A", &[], [call_with("a", "x", &[]), guarded("B", &[], [call_with("b", "y", &[])])]), call_with("resp", "", &["y"])]
        => "xor{@I:arg xor{>R @A:a xor{@B:b >R | fail} | >R >I fail} @I:resp | @I:err}";
    enters_and_leaves_through_the_inner_relay:
        [guarded("A", &[], [call("n"), guarded("B", &["V"], [call("n")]), call("again")])]
        => "xor{@I:arg xor{>R @A:n xor{>V @B:n >V | >V fail} @A:again >R | >R >I fail} | @I:err}";
    shares_the_relays_of_neighbours:
        [on("A", &["V"], [call("n")]), on("B", &["V"], [call("n")]), call("home")]
        => "xor{@I:arg >R >V @A:n >V @B:n >V >R @I:home | @I:err}";
    leaves_branches_whose_results_are_used:
        [par([on("P", &[], [call_with("p", "x", &[])]), on("Q", &[], [call_with("q", "y", &[])])]), call_with("u", "", &["x", "y"])]
        => "xor{@I:arg par{>R @P:p >R >I | >R @Q:q >R >I} @I:u | @I:err}";
    stays_in_branches_whose_results_are_not_used:
        [par([on("P", &[], [call_with("p", "x", &[])]), on("Q", &[], [call_with("q", "y", &[])])]), call("u")]
        => "xor{@I:arg par{>R @P:p | >R @Q:q} @I:u | @I:err}";
    joins_branches_on_the_peer_around:
        [on("A", &[], [par([on("P", &[], [call_with("p", "x", &[])]), on("Q", &[], [call_with("q", "y", &[])])]), call_with("u", "", &["x", "y"])])]
        => "xor{@I:arg >R par{@P:p >A | @Q:q >A} @A:u | @I:err}";
    returns_for_every_item:
        [fold("ps", "p", [seq([on("p", &[], [call("n")]), next("p")])]), call("after")]
        => "xor{@I:arg fold{>R @p:n >R next} @I:after | @I:err}";
    stays_with_the_items_of_a_parallel_loop:
        [co(fold("ps", "p", [par([on("p", &[], [call("n")]), next("p")])])), call("after")]
        => "xor{@I:arg par{fold{par{>R @p:n | next}}} @I:after | @I:err}";
    returns_with_every_item_that_is_joined:
        [co(fold("ps", "p", [par([guarded("p", &["R"], [call_with("n", "r", &[]), ap("s", "r")]), next("p")])])),
         canon("c", "s"), call_with("resp", "", &["c"])]
        => "xor{@I:arg par{fold{par{xor{>R @p:n ap >R >I | >R >I fail} | next}}} @I:canon @I:resp | @I:err}";
    returns_to_the_relay_only:
        [fold("ps", "p", [par([xor([Tree::On("p", &[], Exit::ToRelay, vec![call_with("n", "r", &[]), ap("s", "r")]), fail()]), next("p")])]),
         canon("c", "s"), call_with("resp", "", &["c"])]
        => "xor{@I:arg fold{par{xor{>R @p:n ap >R | >R >I fail} | next}} @I:canon @I:resp | @I:err}";
    catches_on_the_initiator:
        [xor([guarded("P", &[], [call("n")]), call("catch")]), call("after")]
        => "xor{@I:arg xor{xor{>R @P:n >R | >R >I fail} | @I:catch} @I:after | @I:err}";
    leaves_an_alternative:
        [xor([is("c", [on("P", &[], [call("n")])]), call("else")]), call("after")]
        => "xor{@I:arg xor{match{>R @P:n} >R | @I:else} @I:after | @I:err}";
    an_error_of_a_closure_does_not_visit_its_caller:
        [guarded("P", &[], [closure([call("c")]), call("p")])]
        => "xor{@I:arg xor{>R xor{>R @I:c >R | fail} xor{@P:p | >R rethrow} >R | >I fail} | @I:err}";
    errors_of_an_on_and_its_closures_part_where_their_paths_do:
        [guarded("P", &["V"], [call("1"), condition("x", [call("2"), closure([call("c")])]), call("3"), guarded("Q", &["W"], [call("q")])])]
        => "xor{@I:arg xor{>R >V xor{@P:1 | >V >R rethrow} xor{match{xor{@P:2 | >V >R rethrow} xor{>V >R @I:c >R >V | fail}} | ap xor{match{} | fail}} xor{@P:3 xor{>V >W @Q:q >W >V >R | >W fail} | >V >R rethrow} | >I fail} | @I:err}";
    a_false_condition_is_not_rescued:
        [guarded("P", &[], [closure([call("c")]), condition("x", [call("1")])])]
        => "xor{@I:arg xor{>R xor{>R @I:c >R | fail} xor{xor{match{@P:1} >R | ap xor{match{} >R | fail} >R} | >R rethrow} | >I fail} | @I:err}";
    errors_of_later_iterations_are_not_rescued_twice:
        [guarded("P", &[], [fold("xs", "x", [seq([call("1"), closure([call("c")]), next("x")])])])]
        => "xor{@I:arg xor{>R fold{xor{@P:1 | >R rethrow} xor{>R @I:c >R | fail} next} >R | >I fail} | @I:err}";
    an_on_that_follows_on_the_same_peer_is_not_left:
        [guarded("P", &["V"], [call("1")]), guarded("P", &["V"], [call("2")]), guarded("A", &[], [guarded("P", &["V"], [call("3")])]), call("z")]
        => "xor{@I:arg xor{>R >V @P:1 | >V >R >I fail} xor{@P:2 | >V >R >I fail} xor{xor{@P:3 >V >R | >V fail} | >R >I fail} @I:z | @I:err}";
    the_initiator_is_not_left_between_callbacks:
        [guarded("P", &[], [closure([call("1")]), closure([call("2")])]), guarded("I", &[], [call("3")])]
        => "xor{@I:arg xor{>R xor{>R @I:1 | fail} xor{@I:2 | fail} | >I fail} xor{@I:3 | fail} | @I:err}";
    an_error_that_leaves_two_peers_visits_their_relays:
        [guarded("A", &["V"], [condition("x", [guarded("B", &["W"], [call("b")])]), call("a")])]
        => "xor{@I:arg xor{>R >V xor{match{xor{>V >W @B:b >W >V | >W fail}} | ap xor{match{} | fail}} @A:a >V >R | >V >R >I fail} | @I:err}";
    an_error_visits_shared_relays_once:
        [guarded("A", &["V"], [guarded("B", &["V"], [call("b")]), call("a")])]
        => "xor{@I:arg xor{>R >V xor{>V @B:b >V | fail} @A:a >V >R | >V >R >I fail} | @I:err}";
    an_error_on_the_peer_around_does_not_visit_further_relays:
        [guarded("A", &["V"], [guarded("A", &["W"], [call("1")])])]
        => "xor{@I:arg xor{>R >V xor{@A:1 >W >V >R | fail} | >V >R >I fail} | @I:err}";
    an_error_visits_no_relay_that_was_not_visited_before:
        [guarded("A", &[], [guarded("B", &["A"], [call("b")])])]
        => "xor{@I:arg xor{>R xor{@B:b >A >R | fail} | >R >I fail} | @I:err}";
    an_error_of_the_inner_one_of_three_locations_visits_none_of_their_peers:
        [guarded("R", &["A", "B"], [guarded("A", &["B"], [guarded("B", &["R"], [call("b")])])])]
        => "xor{@I:arg xor{>R xor{>B xor{@B:b >A >R | fail} | >R >I fail} | fail} | @I:err}";
    an_error_inside_of_an_on_of_the_initiator_visits_its_relay:
        [guarded("I", &[], [guarded("P", &[], [call("p")])])]
        => "xor{@I:arg xor{xor{@P:p >R | >R fail} | >I fail} | @I:err}";
    an_error_inside_of_an_on_of_the_initiator_visits_that_relay_too:
        [guarded("I", &["V"], [guarded("P", &["V"], [call("p")])])]
        => "xor{@I:arg xor{xor{>V @P:p >V >R | >V >R fail} | >I fail} | @I:err}";
    an_error_does_not_visit_a_peer_as_its_own_relay:
        [guarded("A", &["A"], [guarded("A", &["W"], [call("a")])]), guarded("A", &["A"], [guarded("B", &[], [call("b")])]), call("z")]
        => "xor{@I:arg xor{>R xor{@A:a >R | fail} >R | >R >I fail} xor{>R xor{@B:b >R | fail} | >R >I fail} @I:z | @I:err}";
    an_error_that_is_handled_elsewhere_goes_there:
        [guarded("A", &[], [xor([guarded("B", &["V"], [call("b")]), seq([ap("e", "error"), guarded("C", &["W"], [call("c")])])]), call("a")])]
        => "xor{@I:arg xor{>R xor{xor{>V @B:b >V | >V fail} | ap xor{>W @C:c >W | >W fail}} @A:a >R | >R >I fail} | @I:err}";
    an_error_that_may_be_handled_without_a_call_is_brought_to_the_peer_around:
        [guarded("A", &[], [xor([guarded("B", &["V"], [call("b")]), ap("e", "error")]), call("a")])]
        => "xor{@I:arg xor{>R xor{xor{>V @B:b >V | >V >A fail} | ap} @A:a >R | >R >I fail} | @I:err}";
    an_error_in_a_branch_is_brought_to_the_peer_around:
        [guarded("A", &[], [par([guarded("B", &["V"], [call("b")]), call("1")]), call("a")])]
        => "xor{@I:arg xor{>R par{xor{>V @B:b | >V >A fail} | @A:1} @A:a >R | >R >I fail} | @I:err}";
    calls_back_through_the_relay:
        [on("P", &[], [call_with("a", "x", &[]), on("I", &["R"], [call_with("cb", "", &["x"])]), call("still")])]
        => "xor{@I:arg >R @P:a >R @I:cb >R @P:still | @I:err}";
    shares_the_relay_of_the_initiator:
        [on("P", &["R"], [call("1")]), on("Q", &["R"], [call("2")]), call("3")]
        => "xor{@I:arg >R @P:1 >R @Q:2 >R @I:3 | @I:err}";
    works_on_the_relay:
        [on("R", &[], [call("h"), on("P", &[], [call_with("p", "x", &[])])]), call_with("resp", "", &["x"])]
        => "xor{@I:arg @R:h @P:p >R @I:resp | @I:err}";
    does_not_wait_for_a_detached_step:
        [co(guarded("P", &[], [call("n")])), call("eat")]
        => "xor{@I:arg par{xor{>R @P:n | >R >I fail}} @I:eat | @I:err}";
    visits_the_relay_before_an_idle_step:
        [on("P", &[], [Tree::Leaf(Op::Null)]), call("eat")]
        => "xor{@I:arg >R @I:eat | @I:err}";
    decides_on_a_remote_peer_in_a_loop:
        [co(fold("ps", "p", [par([guarded("p", &[], [call_with("id", "x", &[]), new("ie", [xor([
            is("x", [ap("r", "x")]),
            seq([ap("ie", "err"), xor([is("err", [Tree::Leaf(Op::Null)]), Tree::Leaf(Op::Fail(Operand::scalar("ie")))])]),
         ])])]), next("p")])])),
         new("t", [fold("r", "i", [ap("t", "i"), canon("ic", "t"), xor([is("ic", [Tree::Leaf(Op::Null)]), next("i")])]), canon("rc", "t"), ap("g", "rc")]),
         call_with("resp", "", &["g"])]
        => "xor{@I:arg par{fold{par{xor{>R @p:id xor{match{ap} >R >I | ap xor{match{} >R >I | fail} >R >I} | >R >I fail} | next}}} fold{ap @I:canon xor{match{} | next}} @I:canon ap @I:resp | @I:err}";
    joins_on_a_remote_peer:
        [on("R", &[], [co(fold("ps", "p", [par([on("p", &[], [call_with("id", "x", &[]), ap("s", "x")]), next("p")])])), canon("c", "s")]),
         canon("c2", "s"), call_with("resp", "", &["c2"])]
        => "xor{@I:arg >R par{fold{par{@p:id ap >R | next}}} @R:canon @I:canon @I:resp | @I:err}";
    calls_back_in_parallel:
        [on("P", &[], [par([call_with("1", "x", &[]), on("I", &["R"], [call("cb")])])]), call("z")]
        => "xor{@I:arg >R par{@P:1 | >R @I:cb} >R @I:z | @I:err}";
    tries_one_peer_after_the_other:
        [fold("ps", "p", [xor([guarded("p", &[], [call("n")]), next("p")])]), call("done")]
        => "xor{@I:arg fold{xor{xor{>R @p:n >R | >R >I fail} | next}} @I:done | @I:err}";
    goes_through_a_chain_of_relays:
        [guarded("P", &["A", "B"], [call("n")]), call("back")]
        => "xor{@I:arg xor{>R >A >B @P:n >B >A >R | >B >A >R >I fail} @I:back | @I:err}";
    goes_from_peer_to_peer:
        [on("A", &[], [call_with("a", "x", &[])]), on("B", &[], [call_with("b", "y", &["x"])]), call_with("resp", "", &["y"])]
        => "xor{@I:arg >R @A:a @B:b >R @I:resp | @I:err}";
    returns_with_detached_results:
        [co(on("P", &[], [call_with("1", "a", &[]), ap("s", "a")])), co(on("Q", &[], [call_with("2", "b", &[]), ap("s", "b")])),
         canon("c", "s"), call_with("resp", "", &["c"])]
        => "xor{@I:arg par{>R @P:1 ap >R >I} par{>R @Q:2 ap >R >I} @I:canon @I:resp | @I:err}";
}

#[test]
fn a_variable_that_is_bound_in_a_branch_is_not_read_outside() {
    // The branch writes an `x` of its own; the `x` that is read later is another variable.
    let branch = on("P", &[], [new("x", [call_with("p", "x", &[])])]);
    let tree = program([par([branch, call("q")]), call_with("u", "", &["x"])]);
    assert_shown(&planned(tree), "xor{@I:arg par{>R @P:p | @I:q} @I:u | @I:err}");
}

#[test]
fn a_plan_says_where_values_are_read_and_what_is_brought_back() {
    let mut workflow = Workflow::new();
    let away = on("P", &[], [call_with("p", "x", &["arg"]), ap("local", "x")]);
    let body = [call_with("arg", "arg", &[]), away, call_with("u", "", &["x"])];
    let root = build(&mut workflow, Locations::ROOT, on("I", &["R"], body));
    let plan = plan(&workflow);
    let steps = &workflow.step(root).children;
    let remote = &workflow.step(steps[1]).children;
    let names = |variables: &[VariableId]| {
        let names: Vec<_> = variables.iter().map(|it| plan.variable_name(*it).to_owned()).collect();
        names.join(" ")
    };

    assert_eq!(names(plan.reads(steps[1])), "P");
    assert_eq!(names(plan.reads(remote[0])), "arg");
    assert_eq!(plan.writes(remote[0]).map(|it| names(&[it])).as_deref(), Some("x"));
    assert_eq!(names(&plan.results(steps[1])), "x");
    assert_eq!(names(&plan.results(root)), "");
    let peer = |step| plan.peer_expression(&workflow, step).map(|it| it.value.to_string());
    assert_eq!(peer(remote[0]).as_deref(), Some("P"));
    assert_eq!(peer(steps[2]).as_deref(), Some("I"));
    let transfers: Vec<_> = plan.transfers();
    let shown = transfers.iter().map(|it| (names(&[it.variable]), it.writer, it.reader));
    let expected = [("arg", steps[0], remote[0]), ("x", remote[0], steps[2])];
    assert_eq!(
        shown.collect::<Vec<_>>(),
        expected.map(|(name, from, to)| (name.to_owned(), from, to))
    );
}

#[test]
fn deep_workflows_need_no_recursion() {
    let mut workflow = Workflow::new();
    let peers = ["I", "P", "Q"].map(|name| {
        workflow
            .locations_mut()
            .intern_peer(PeerName::One(Operand::scalar(name)))
    });
    let home = workflow.locations_mut().nested(Locations::ROOT, peers[0], &[]);
    let away = [1, 2].map(|peer| workflow.locations_mut().nested(home, peers[peer], &[peers[3 - peer]]));
    let mut body = workflow.add(Op::Null, Vec::new());
    for round in 0..20_000 {
        let call = workflow.add(
            Op::Call {
                service: Operand::literal("s"),
                function: Operand::literal("f"),
                arguments: vec![],
                output: None,
            },
            Vec::new(),
        );
        let op = Op::On {
            location: away[round % 2],
            exit: Exit::AsNeeded,
            peer_span: None,
        };
        let on = workflow.add(op, vec![call]);
        let fail = workflow.add(Op::Fail(Operand::Error(None)), Vec::new());
        let guarded = workflow.add(Op::Xor, vec![on, fail]);
        body = workflow.add(if round % 3 == 0 { Op::Par } else { Op::Seq }, vec![body, guarded]);
    }
    let location = home;
    workflow.add(
        Op::On {
            location,
            exit: Exit::AsNeeded,
            peer_span: None,
        },
        vec![body],
    );
    let plan = plan(&workflow);
    let hops: usize = workflow
        .ids()
        .map(|step| plan.before(step).len() + plan.after(step).len())
        .sum();
    assert!(hops > 20_000);
}
