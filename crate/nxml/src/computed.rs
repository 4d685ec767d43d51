//! Computed values: when each has to be computed again, and that it is not done more often.

use std::collections::{HashMap, HashSet, VecDeque};

use nexus_core::limits::{VALUE_BYTES, VALUE_DEPTH};
use nexus_core::{Map, Value};

use crate::expression::{ExpressionError, ExpressionErrorKind};
use crate::limits;
use crate::panel::{Computed, Panel};

/// In which order computed values are to be computed, by their position in the document.
pub(crate) struct DependencyOrder {
    /// Each behind those that it reads; those of a circle and what reads them are left out.
    pub(crate) order: Vec<usize>,
    /// Circles, each beginning with the value that stands first. Of circles that share values one is told.
    pub(crate) cycles: Vec<Vec<usize>>,
}

/// Finds the order, and the circles that have none.
pub(crate) fn dependency_order(computed: &[Computed]) -> DependencyOrder {
    let positions: HashMap<&str, usize> =
        computed.iter().enumerate().map(|(index, computed)| (computed.name.as_str(), index)).collect();
    let positions_of = |computed: &Computed| -> Vec<usize> {
        let (names, _) = computed.expression.dependencies();
        names.iter().filter_map(|name| positions.get(name).copied()).collect()
    };
    let reads: Vec<Vec<usize>> = computed.iter().map(positions_of).collect();
    let mut found = DependencyOrder { order: Vec::new(), cycles: Vec::new() };
    let mut has_value = vec![true; computed.len()];
    for component in strongly_connected(&reads) {
        let (first, is_circle) = match component.as_slice() {
            [only] => (*only, reads[*only].contains(only)),
            several => (several.iter().copied().min().unwrap_or(0), true),
        };
        if is_circle {
            found.cycles.push(circle(first, &component, &reads));
        }
        let reads_nothing = |index: &usize| reads[*index].iter().any(|read| !has_value[*read]);
        if is_circle || component.iter().any(reads_nothing) {
            component.iter().for_each(|index| has_value[*index] = false);
        } else {
            found.order.extend(component);
        }
    }
    found.cycles.sort_unstable();
    found
}

/// A circle through `first` in a component that has one.
fn circle(first: usize, component: &[usize], reads: &[Vec<usize>]) -> Vec<usize> {
    // Breadth first from `first` back to it: the shortest.
    let component: HashSet<usize> = component.iter().copied().collect();
    let mut from: HashMap<usize, usize> = HashMap::new();
    let mut queue = VecDeque::from([first]);
    while let Some(index) = queue.pop_front() {
        for next in reads[index].iter().filter(|next| component.contains(next)) {
            if *next == first {
                let mut circle = vec![index];
                while circle.last() != Some(&first) {
                    circle.push(from[&circle[circle.len() - 1]]);
                }
                circle.reverse();
                return circle;
            }
            if !from.contains_key(next) {
                from.insert(*next, index);
                queue.push_back(*next);
            }
        }
    }
    vec![first]
}

/// Tarjan's strongly connected components, each behind those that it reads. Without recursion: chains may be long.
fn strongly_connected(reads: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let mut number = vec![NEW; reads.len()];
    let mut lowest = vec![NEW; reads.len()];
    let mut is_open = vec![false; reads.len()];
    let (mut open, mut components, mut count) = (Vec::new(), Vec::new(), 0);
    for start in 0..reads.len() {
        if number[start] != NEW {
            continue;
        }
        // Values on the way, each with how many of those that it reads were looked at.
        let mut way = vec![(start, 0)];
        while let Some((index, looked)) = way.last_mut() {
            let index = *index;
            if number[index] == NEW {
                number[index] = count;
                lowest[index] = count;
                count += 1;
                open.push(index);
                is_open[index] = true;
            }
            if let Some(&next) = reads[index].get(*looked) {
                *looked += 1;
                if number[next] == NEW {
                    way.push((next, 0));
                } else if is_open[next] {
                    lowest[index] = lowest[index].min(number[next]);
                }
                continue;
            }
            way.pop();
            if let Some((before, _)) = way.last() {
                lowest[*before] = lowest[*before].min(lowest[index]);
            }
            if lowest[index] == number[index] {
                let from = open.iter().rposition(|open| *open == index).unwrap_or(0);
                let component = open.split_off(from);
                component.iter().for_each(|index| is_open[*index] = false);
                components.push(component);
            }
        }
    }
    components
}

/// One computed value in the cache.
#[derive(Debug)]
struct Entry {
    computed: Computed,
    error: Option<ExpressionError>,
    is_stale: bool,
    /// Bytes of its value.
    bytes: usize,
}

/// The computed values of a panel, kept until something that they read changes.
///
/// ```
/// use nexus_nxml::{ComputedValues, parse};
/// use nexus_core::Value;
///
/// let document = parse(r#"<NexusPanel>
///   <Data>
///     <State name="price" type="number" default="10"/>
///     <State name="note"/>
///     <Computed name="gross" value="$state.price * 1.25"/>
///   </Data>
/// </NexusPanel>"#);
/// let mut state = document.panel().initial_state();
/// let mut computed = ComputedValues::new(document.panel());
/// computed.refresh(&state);
/// assert_eq!(computed.values()["gross"], Value::Number(12.5));
///
/// state.insert("note".to_owned(), Value::from("read by nothing"));
/// computed.state_changed("note");
/// assert_eq!(computed.refresh(&state), Vec::<String>::new());
/// ```
#[derive(Debug)]
pub struct ComputedValues {
    /// In the order in which they are computed.
    entries: Vec<Entry>,
    /// Which of them read a state or a computed value.
    readers: HashMap<String, Vec<usize>>,
    /// Which of them may read any state.
    readers_of_any: Vec<usize>,
    values: Map,
    /// Bytes of all of them.
    bytes: usize,
    evaluations: u64,
}

impl ComputedValues {
    /// The computed values of a panel, none computed yet. Those of a circle are left out.
    #[must_use]
    pub fn new(panel: &Panel) -> Self {
        let (mut readers, mut readers_of_any): (HashMap<String, Vec<usize>>, _) = (HashMap::new(), Vec::new());
        let mut entries = Vec::new();
        for index in dependency_order(&panel.computed).order {
            let computed = panel.computed[index].clone();
            let (names, any) = computed.expression.dependencies();
            names.iter().for_each(|name| readers.entry((*name).to_owned()).or_default().push(entries.len()));
            if any {
                readers_of_any.push(entries.len());
            }
            entries.push(Entry { computed, error: None, is_stale: true, bytes: 0 });
        }
        Self { entries, readers, readers_of_any, values: Map::new(), bytes: 0, evaluations: 0 }
    }

    /// Says that a state became another.
    pub fn state_changed(&mut self, key: &str) {
        for reader in self.readers.get(key).into_iter().flatten().chain(&self.readers_of_any) {
            self.entries[*reader].is_stale = true;
        }
    }

    /// Computes what has to be computed, and answers the names of the values that became others. A value that comes out
    /// as it was lets those that read it be.
    ///
    /// One that cannot be computed, or is larger than a value of the state may be, is `null`; [`errors`](Self::errors) says why.
    pub fn refresh(&mut self, state: &Map) -> Vec<String> {
        let mut changed = Vec::new();
        for index in 0..self.entries.len() {
            let entry = &mut self.entries[index];
            if !entry.is_stale {
                continue;
            }
            entry.is_stale = false;
            self.evaluations += 1;
            let others = self.bytes - entry.bytes;
            let computed = entry.computed.expression.compute(state, &self.values);
            let (value, bytes, error) = match computed.and_then(|value| fitting(value, &entry.computed, others)) {
                Ok((value, bytes)) => (value, bytes, None),
                Err(error) => (Value::Null, 0, Some(error)),
            };
            self.bytes = others + bytes;
            entry.bytes = bytes;
            entry.error = error;
            let name = entry.computed.name.clone();
            if self.values.get(&name).is_none_or(|before| !same_value(before, &value)) {
                self.values.insert(name.clone(), value);
                for reader in self.readers.get(&name).into_iter().flatten() {
                    self.entries[*reader].is_stale = true;
                }
                changed.push(name);
            }
        }
        changed
    }

    /// The values as of the last [`refresh`](Self::refresh).
    #[must_use]
    pub const fn values(&self) -> &Map {
        &self.values
    }

    /// Names of values that could not be computed, and why.
    pub fn errors(&self) -> impl Iterator<Item = (&str, &ExpressionError)> {
        self.entries.iter().filter_map(|entry| Some((entry.computed.name.as_str(), entry.error.as_ref()?)))
    }

    /// How often an expression was evaluated.
    #[must_use]
    pub const fn evaluations(&self) -> u64 {
        self.evaluations
    }
}

/// The value and its bytes, if it is one that handlers can be given beside the `others`.
fn fitting(value: Value, computed: &Computed, others: usize) -> Result<(Value, usize), ExpressionError> {
    let refuse = |why: String| ExpressionError::new(ExpressionErrorKind::Limit, computed.expression.location(), why);
    let bytes = value.check(VALUE_DEPTH, VALUE_BYTES).map_err(|error| refuse(error.message))?;
    if others + bytes > limits::COMPUTED_BYTES {
        return Err(refuse(format!("the computed values have more than {} bytes", limits::COMPUTED_BYTES)));
    }
    Ok((value, bytes))
}

/// Whether both are the same value, NaN being the same as itself.
#[must_use]
pub fn same_value(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || (left.is_nan() && right.is_nan()),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_value(left, right))
        }
        // Another order of keys is another object to whoever lists them.
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|((key, left), (other, right))| key == other && same_value(left, right))
        }
        (left, right) => left == right,
    }
}
