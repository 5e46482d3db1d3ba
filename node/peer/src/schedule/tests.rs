use super::*;

const SHORT: Nanos = Nanos::from_micros(80);
const SLOW: Nanos = Nanos::from_millis(2);

/// A schedule in which actors always have work, and the time that each got.
struct Busy {
    schedule: Schedule,
    flows: BTreeMap<ActorId, (FlowId, Nanos)>,
    used: BTreeMap<ActorId, u64>,
}

impl Busy {
    fn new() -> Self {
        Self {
            schedule: Schedule::new(),
            flows: BTreeMap::new(),
            used: BTreeMap::new(),
        }
    }

    fn add(&mut self, connection: u64, initiator: u64, cost: Nanos) -> ActorId {
        let actor = ActorId(self.flows.len() as u64);
        let ingress = Ingress::Connection(ConnectionId(connection));
        let leaf = Leaf::Initiator(InitiatorId(initiator));
        let flow = self.schedule.flow((ScopeId::HOST, 1), ingress, leaf);
        self.flows.insert(actor, (flow, cost));
        self.schedule.push(flow, Work::Step(actor), cost);
        actor
    }

    /// Runs the next step; its actor has work again.
    fn run(&mut self, allow_long: bool) -> Option<ActorId> {
        let choice = self.schedule.pop(allow_long)?;
        let Work::Step(actor) = choice.work else {
            panic!("only steps are pushed")
        };
        let (flow, cost) = self.flows[&actor];
        self.schedule.charge(flow, i64::try_from(cost.0).expect("small"));
        self.schedule.push(flow, choice.work, cost);
        *self.used.entry(actor).or_default() += cost.0;
        Some(actor)
    }
}

#[test]
fn connections_share_before_initiators() {
    let mut busy = Busy::new();
    let honest = busy.add(1, 1, SHORT);
    for initiator in 0..100 {
        busy.add(2, 100 + initiator, SLOW);
    }
    for _ in 0..2000 {
        busy.run(true);
    }
    let all: u64 = busy.used.values().sum();
    let share = busy.used[&honest] as f64 / all as f64;
    assert!((0.45..0.55).contains(&share), "{share}");
}

#[test]
fn initiators_of_a_connection_share_evenly() {
    let mut busy = Busy::new();
    let actors: Vec<_> = (0..5)
        .map(|initiator| busy.add(1, initiator, if initiator == 0 { SLOW } else { SHORT }))
        .collect();
    for _ in 0..5000 {
        busy.run(true);
    }
    let used: Vec<u64> = actors.iter().map(|actor| busy.used[actor]).collect();
    let (least, most) = (used.iter().min(), used.iter().max());
    assert!(
        most.zip(least).is_some_and(|(most, least)| most - least <= 2 * SLOW.0),
        "{used:?}"
    );
}

#[test]
fn a_flow_that_was_idle_is_served_next_and_gets_no_more_than_its_share() {
    let mut busy = Busy::new();
    let first = busy.add(1, 1, SHORT);
    for _ in 0..1000 {
        assert_eq!(busy.run(true), Some(first));
    }
    let second = busy.add(2, 2, SHORT);
    assert_eq!(busy.run(true), Some(second));
    let before = busy.used[&first];
    for _ in 0..1000 {
        busy.run(true);
    }
    let (first, second) = (busy.used[&first] - before, busy.used[&second]);
    assert!(second.abs_diff(first) <= CREDIT + 2 * SHORT.0, "{first} {second}");
}

#[test]
fn long_work_waits_where_it_is_not_allowed() {
    let mut busy = Busy::new();
    let slow = busy.add(1, 1, SLOW);
    assert_eq!(busy.run(false), None);
    let quick = busy.add(2, 2, SHORT);
    assert_eq!(busy.run(false), Some(quick));
    assert_eq!((0..3).filter(|_| busy.run(true) == Some(slow)).count(), 1);
}

#[test]
fn held_flows_are_left_out() {
    let mut busy = Busy::new();
    let actor = busy.add(1, 1, SHORT);
    let (flow, _) = busy.flows[&actor];
    busy.schedule.hold(flow, true);
    assert_eq!(busy.run(true), None);
    busy.schedule.hold(flow, false);
    assert_eq!(busy.run(true), Some(actor));
}

#[test]
fn a_flow_in_debt_is_remembered_and_then_forgotten() {
    let mut schedule = Schedule::new();
    let flow = |schedule: &mut Schedule, connection: u64| {
        let ingress = Ingress::Connection(ConnectionId(connection));
        schedule.flow((ScopeId::HOST, 1), ingress, Leaf::Verifications)
    };
    let (debtor, other) = (flow(&mut schedule, 1), flow(&mut schedule, 2));
    schedule.charge(debtor, 10_000_000);
    schedule.push(other, Work::Verify(VerificationId(1)), SHORT);
    schedule.release(debtor);
    assert_eq!(
        schedule.len(),
        4,
        "the debtor's connection is remembered while the other has work"
    );
    for _ in 0..300 {
        schedule.push(other, Work::Verify(VerificationId(1)), SHORT);
        assert!(schedule.pop(true).is_some());
        schedule.charge(other, 80_000);
    }
    assert_eq!(schedule.len(), 3);
}

#[test]
fn debts_are_forgotten_where_nobody_competes() {
    let mut schedule = Schedule::new();
    for connection in 0..10 {
        let ingress = Ingress::Connection(ConnectionId(connection));
        let flow = schedule.flow((ScopeId::HOST, 1), ingress, Leaf::Verifications);
        schedule.push(flow, Work::Verify(VerificationId(connection)), SHORT);
        assert!(schedule.pop(true).is_some());
        schedule.charge(flow, 50_000);
        schedule.release(flow);
    }
    assert_eq!(schedule.len(), 0);
}
