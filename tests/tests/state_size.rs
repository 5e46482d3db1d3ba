//! `State::size` against what the allocator counts.
//!
//! The size is that of a state whose data has been made ([`State::data`], [`State::encode`]): that is the most that it
//! takes, apart from the short time between a resumed step and the first use of its data.

#![allow(unsafe_code, reason = "a global allocator is an unsafe trait")]
#![allow(clippy::print_stdout, reason = "the table is the result")]

use aqua_keys::KeyPair;
use aqua_tests::simulated_network::call_results;
use aqua_tests::vm_datasets::DataSet;
use aqua_values::Value;
use aqua_vm::{CallRequest, CallResult, CanonMapFold, Params, Program, State, step};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, which counts the bytes that this thread holds.
struct Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: usize, sign: isize) {
    let bytes = isize::try_from(bytes).unwrap_or(isize::MAX);
    // Threads that end may free after their counter is gone.
    let _ = LIVE.try_with(|live| live.set(live.get() + sign * bytes));
}

// SAFETY: every call is passed on to `System` with the arguments unchanged, and its answer is returned unchanged. Counting
// touches only a `const` thread local without a destructor, so it neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        // SAFETY: the caller's promises about `layout` are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(layout.size(), -1);
        // SAFETY: `pointer` came from `System` with that layout, because `alloc` passes everything on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn live() -> isize {
    LIVE.get()
}

/// Bytes that go when a state goes, which must be the only one that holds them.
fn drop_counted(state: State) -> usize {
    let before = live();
    drop(state);
    usize::try_from(before - live()).expect("a drop frees")
}

struct Run {
    program: Program,
    params: Params,
}

impl Run {
    fn of(set: &DataSet) -> Self {
        let run = set.invocation();
        let mut params = Params::new(
            run.particle.id.clone(),
            run.particle.init_peer_id.clone(),
            KeyPair::from_seed(run.seed),
        );
        params.current_peer_id = run.current_peer_id.into();
        params.timestamp = run.particle.timestamp;
        params.ttl = run.particle.ttl;
        params.canon_map_fold = CanonMapFold::LastOfEachKey;
        let program = Program::from_air(&set.air).expect("sets have valid scripts");
        Self { program, params }
    }

    fn step(&self, set: &DataSet) -> State {
        let known = State::decode(&set.prev_data).expect("sets have valid data");
        let outcome = step(
            &self.program,
            &known,
            &set.data,
            &call_results(&set.call_results),
            &self.params,
        );
        assert_eq!(outcome.error, None, "{}", set.name);
        outcome.state
    }
}

/// Collects what is not near what was counted.
#[derive(Default)]
struct Table {
    wrong: Vec<String>,
}

impl Table {
    /// Counts a state and prints a row.
    fn row(&mut self, name: &str, state: State) {
        let size = state.size();
        let _ = state.data();
        assert_eq!(state.size(), size, "{name}: the size changes when the data is made");
        let counted = drop_counted(state);
        let ratio = size as f64 / counted as f64;
        println!("{name:40} {counted:>10} {size:>10} {ratio:>6.2}");
        if !(0.75..=1.25).contains(&ratio) {
            self.wrong.push(format!("{name}: {ratio:.2}"));
        }
    }

    fn check(&self) {
        assert!(self.wrong.is_empty(), "sizes are off: {:#?}", self.wrong);
    }
}

fn heading() {
    println!("{:40} {:>10} {:>10} {:>6}", "state", "counted", "size", "ratio");
}

#[test]
fn sizes_of_the_data_sets_are_near_what_the_allocator_counts() {
    heading();
    let mut table = Table::default();
    for set in DataSet::all() {
        let run = Run::of(&set);
        // Makes what a program computes once.
        drop(run.step(&set));
        table.row(set.name, run.step(&set));
        if !set.data.is_empty() {
            let incoming = State::decode(&set.data).expect("sets have valid data");
            table.row(&format!("{}, incoming", set.name), incoming);
        }
    }
    table.check();
}

fn answer(request: &CallRequest) -> CallResult {
    Ok(request.arguments[0].clone())
}

/// Calls are answered one by one, so all steps but the first two are resumed ones.
#[test]
fn sizes_of_resumed_states_are_near_what_the_allocator_counts() {
    const CALLS: usize = 200;
    heading();
    let mut table = Table::default();
    let key = KeyPair::from_seed([1; 32]);
    let params = Params::new("particle", key.peer_id(), key);
    let air = r#"(seq (call %init_peer_id% ("s" "list") [] list)
        (fold list i (par (seq (call %init_peer_id% ("s" "f") [i] x) (call %init_peer_id% ("s" "g") [x] $s)) (next i))))"#;
    let program = Program::from_air(air).expect("valid");
    let list = Value::array((0..CALLS).map(|number| format!("the element of number {number}")));
    for answered in [1, 10, 100, CALLS, CALLS + 100, 2 * CALLS - 1, 2 * CALLS] {
        let listing = step(&program, &State::default(), &[], &[].into(), &params).state;
        let mut outcome = step(&program, &listing, &[], &[(1, Ok(list.clone()))].into(), &params);
        drop(listing);
        let mut requests = std::mem::take(&mut outcome.call_requests);
        assert_eq!(requests.len(), CALLS);
        let mut state = outcome.state;
        for _ in 0..answered {
            let (id, request) = requests.pop_first().expect("calls wait");
            let outcome = step(&program, &state, &[], &[(id, answer(&request))].into(), &params);
            assert_eq!((outcome.error, outcome.resumed), (None, true));
            requests.extend(outcome.call_requests);
            state = outcome.state;
        }
        table.row(&format!("{answered} of {} calls answered", 2 * CALLS), state);
    }
    table.check();
}
