//! Names of one kind: each only once, and references that lead somewhere.

use std::collections::HashMap;

use crate::items::folded;
use crate::reader::Placed;
use crate::report::{Report, did_you_mean, quoted};

/// The names of one kind of thing, told apart whatever the case.
pub(crate) struct Names {
    what: &'static str,
    known: HashMap<String, (String, usize)>,
    in_order: Vec<String>,
}

impl Names {
    /// `what` is how messages call such a name: "tag", "mailing list".
    pub fn new(what: &'static str) -> Self {
        Self { what, known: HashMap::new(), in_order: Vec::new() }
    }

    /// Takes a name, and says so; a fault when it is taken already.
    pub fn claim(&mut self, report: &Report<'_>, name: &Placed<String>) -> bool {
        let key = folded(&name.value);
        if let Some((first, at)) = self.known.get(&key) {
            let line = report.place(*at).line;
            report.fault(name.at, format!("the {} {} is there already, in line {line}", self.what, quoted(first)));
            false
        } else {
            self.known.insert(key, (name.value.clone(), name.at));
            self.in_order.push(name.value.clone());
            true
        }
    }

    /// A name as it was first written.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.known.get(&folded(name)).map(|(first, _)| first.as_str())
    }

    /// The name that a reference leads to, as it was first written; a fault when there is none.
    pub fn refer(&self, report: &Report<'_>, to: &Placed<String>) -> Option<String> {
        let found = self.find(&to.value).map(str::to_owned);
        if found.is_none() {
            let near = did_you_mean(&to.value, self.in_order.iter().map(String::as_str));
            report.fault(to.at, format!("there is no {} {} in this file{near}", self.what, quoted(&to.value)));
        }
        found
    }

    /// As [`Names::refer`], for several.
    pub fn refer_all(&self, report: &Report<'_>, to: &[Placed<String>]) -> Vec<String> {
        to.iter().filter_map(|name| self.refer(report, name)).collect()
    }
}
