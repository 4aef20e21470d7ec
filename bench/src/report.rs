//! Medians, the table, and the same as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::load::Measured;
use crate::machine::Machine;

/// One run of a pair: the baseline and, right after it, the server.
#[derive(Debug)]
pub struct Pair {
    /// Requests a second of the bare handler.
    pub baseline: f64,
    /// Cores that anything else took during either run.
    pub other_cores: f64,
    /// What the server did.
    pub measured: Measured,
}

/// One line of the table: medians over pairs.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Figure {
    /// `"false"` or `journey`.
    pub workload: String,
    /// `sqlite`, `postgres`, or `none` for the baseline alone.
    pub engine: String,
    /// Connections.
    pub connections: usize,
    /// Pairs run.
    pub pairs: usize,
    /// Sign-up requests a second.
    pub sign_ups_per_second: f64,
    /// Whole journeys a second.
    pub journeys_per_second: f64,
    /// The bare handler's requests a second.
    pub baseline_per_second: f64,
    /// Median of the pairs' ratios: sign-ups, or whole journeys for journeys, to the bare handler's requests.
    pub ratio: f64,
    /// The pairs' ratios, lowest and highest.
    pub ratio_range: (f64, f64),
    /// Latency of a sign-up, milliseconds.
    pub p50_ms: f64,
    /// As above.
    pub p99_ms: f64,
    /// Latency of a confirmation, milliseconds.
    pub confirm_p50_ms: f64,
    /// As above.
    pub confirm_p99_ms: f64,
    /// The server's own processor time for each sign-up request, microseconds.
    pub cpu_us: f64,
    /// The database's, where it is a server, microseconds.
    pub database_cpu_us: f64,
    /// Share of one core that the bench itself took.
    pub client_cores: f64,
    /// Cores taken by anything else at the same time; above a tenth, the figures are not to be relied on.
    pub other_cores: f64,
    /// Resident memory at the end of a run, MiB.
    pub rss_mib: f64,
    /// The highest.
    pub highest_rss_mib: f64,
    /// Everything that went otherwise than it should.
    pub faults: BTreeMap<String, u64>,
}

impl Figure {
    /// Medians of some pairs.
    pub fn of(workload: &str, engine: &str, connections: usize, pairs: &[Pair]) -> Self {
        let over = |value: &dyn Fn(&Pair) -> f64| median(&pairs.iter().map(value).collect::<Vec<_>>());
        let at = |quantile: f64| move |p: &Pair| p.measured.tally.sign_ups.value_at_quantile(quantile) as f64 / 1e3;
        let confirm =
            |quantile: f64| move |p: &Pair| p.measured.tally.confirms.value_at_quantile(quantile) as f64 / 1e3;
        let ratio = |p: &Pair| {
            let rate = if p.measured.tally.journeys > 0 { p.measured.journey_rate() } else { p.measured.rate() };
            rate / p.baseline
        };
        let ratios: Vec<_> = pairs.iter().map(ratio).collect();
        let mut faults = BTreeMap::new();
        for (what, count) in pairs.iter().flat_map(|p| &p.measured.tally.faults) {
            *faults.entry(what.clone()).or_default() += count;
        }
        Self {
            workload: workload.into(),
            engine: engine.into(),
            connections,
            pairs: pairs.len(),
            sign_ups_per_second: over(&|p| p.measured.rate()),
            journeys_per_second: over(&|p| p.measured.journey_rate()),
            baseline_per_second: over(&|p| p.baseline),
            ratio: median(&ratios),
            ratio_range: (ratios.iter().copied().fold(f64::MAX, f64::min), ratios.iter().copied().fold(0.0, f64::max)),
            p50_ms: over(&at(0.5)),
            p99_ms: over(&at(0.99)),
            confirm_p50_ms: over(&confirm(0.5)),
            confirm_p99_ms: over(&confirm(0.99)),
            cpu_us: over(&|p| p.measured.cpu_per_sign_up()),
            database_cpu_us: over(&|p| p.measured.database_cpu_per_sign_up()),
            client_cores: over(&|p| p.measured.client_cpu / p.measured.seconds),
            other_cores: over(&|p| p.other_cores),
            rss_mib: over(&|p| p.measured.rss),
            highest_rss_mib: over(&|p| p.measured.highest_rss),
            faults,
        }
    }
}

/// The middle value; the mean of the two middle ones of an even count; 0 of none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// Cores that anything else may take before a figure is called noisy.
pub const QUIET: f64 = 0.1;

const HEADINGS: [&str; 15] = [
    "workload",
    "engine",
    "conn",
    "sign-ups/s",
    "journeys/s",
    "bare/s",
    "ratio",
    "range",
    "p50 ms",
    "p99 ms",
    "CPU µs",
    "db µs",
    "RSS MiB",
    "client cores",
    "others",
];

/// The table for people.
pub fn table(figures: &[Figure]) -> String {
    let mut rows = vec![HEADINGS.map(String::from).to_vec()];
    for figure in figures {
        let journeys = figure.journeys_per_second > 0.0;
        let both = |sign_up: f64, confirm: f64| {
            if journeys { format!("{sign_up:.1}/{confirm:.1}") } else { format!("{sign_up:.1}") }
        };
        rows.push(vec![
            figure.workload.clone(),
            figure.engine.clone(),
            figure.connections.to_string(),
            format!("{:.0}", figure.sign_ups_per_second),
            if journeys { format!("{:.0}", figure.journeys_per_second) } else { "–".into() },
            format!("{:.0}", figure.baseline_per_second),
            format!("{:.3}", figure.ratio),
            format!("{:.3}–{:.3}", figure.ratio_range.0, figure.ratio_range.1),
            both(figure.p50_ms, figure.confirm_p50_ms),
            both(figure.p99_ms, figure.confirm_p99_ms),
            format!("{:.1}", figure.cpu_us),
            format!("{:.1}", figure.database_cpu_us),
            format!("{:.0} (max {:.0})", figure.rss_mib, figure.highest_rss_mib),
            format!("{:.2}", figure.client_cores),
            format!("{:.2}", figure.other_cores),
        ]);
    }
    let mut text = align(&rows);
    for figure in figures {
        if figure.other_cores > QUIET {
            let _ = writeln!(text, "NOISY {} {}: something else ran", figure.workload, figure.connections);
        }
        for (what, count) in &figure.faults {
            let _ =
                writeln!(text, "FAULT {} {} {}: {count} × {what}", figure.workload, figure.engine, figure.connections);
        }
    }
    text
}

fn align(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..rows.first().map_or(0, Vec::len)).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<_> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(at, (cell, width))| if at < 2 { format!("{cell:<width$}") } else { format!("{cell:>width$}") })
            .collect();
        text += cells.join("  ").trim_end();
        text.push('\n');
    }
    text
}

/// The same for programs.
pub fn json(machine: &Machine, figures: &[Figure]) -> String {
    let all = serde_json::json!({ "machine": machine, "figures": figures });
    serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        for (values, expected) in
            [(&[][..], 0.0), (&[3.0], 3.0), (&[9.0, 1.0, 5.0], 5.0), (&[4.0, 1.0, 3.0, 2.0], 2.5), (&[2.0, 2.0], 2.0)]
        {
            assert!((median(values) - expected).abs() < 1e-9, "{values:?}");
        }
    }

    #[test]
    fn columns_line_up() {
        let rows = [vec!["a".into(), "µµ".into(), "1".into()], vec!["bbb".into(), "c".into(), "22".into()]];
        assert_eq!(align(&rows), "a    µµ   1\nbbb  c   22\n");
    }
}
