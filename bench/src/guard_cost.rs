//! What the guard costs: the same sign-ups with it and without it, in turn, each on a fresh store.

use anyhow::Result;

use crate::accounts::Guard;
use crate::compare::{Plan, Workload, run_server};
use crate::report::median;
use crate::sink::Sink;
use crate::store::{Engine, Stores};

/// What must be left of the throughput without it.
const LEFT: f64 = 0.85;

/// Measures and prints; whether the guard costs no more than it may.
pub fn run(plan: &Plan, stores: &Stores, sink: &Sink, engine: Engine, connections: usize) -> Result<bool> {
    let mut well = true;
    for workload in [Workload::Applied, Workload::Form] {
        let (mut without, mut with, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..plan.pairs.max(1) {
            let rate = |guard| {
                let measured = run_server(&Plan { guard, ..*plan }, stores, sink, engine, workload, connections)?;
                anyhow::ensure!(measured.tally.faults.is_empty(), "{:?}", measured.tally.faults);
                Ok(measured.rate())
            };
            let (off, on) = (rate(Guard::Off)?, rate(Guard::Enforce)?);
            without.push(off);
            with.push(on);
            ratios.push(on / off);
        }
        let ratio = median(&ratios);
        let enough = ratio >= LEFT || plan.pairs < 3;
        println!(
            "guard, {} {} over {connections} connections: {:.0}/s without, {:.0}/s with, median ratio {ratio:.3}{}",
            workload.name(),
            engine.name(),
            median(&without),
            median(&with),
            if enough { "" } else { " BELOW 0.85" }
        );
        well &= enough;
    }
    Ok(well)
}
