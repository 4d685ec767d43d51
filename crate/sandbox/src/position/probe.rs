//! From a program counter to a place in the text.
//!
//! A *layout* is an outline together with the positions that its containers have in a text: the handler's own, or a
//! *probe*, the same text with wraps inserted. The probe is compiled and never run. Its code is that of the handler
//! with the wraps' instructions in between, so a program counter of the handler, moved on by the wraps before it,
//! falls into the container that it belongs to. That nothing else has moved is checked against the handler's own map.

use std::collections::HashMap;
use std::ops::Range;

use boa_engine::ast::Position;
use boa_engine::{Context, Script, Source};

use super::Cause;
use super::outline::{Action, Kind, Operation, Outline, Wrapping};
use super::trace::{self, Entry, SourceMap};
use crate::lines::Lines;
use crate::source::HandlerSource;

/// How deeply a probe may be nested. The engine's parser has room for 120 levels on the default stack.
const NESTING: usize = 90;
/// Two parentheses.
const NESTING_OF_A_WRAP: usize = 2;

#[derive(Debug)]
pub struct Layout {
    outline: Outline,
    /// The containers that have their position at a place of the text, outermost first.
    labels: HashMap<Position, Vec<usize>>,
}

impl Layout {
    /// The layout of the handler's own text.
    pub fn plain(source: &HandlerSource) -> Self {
        Self::build(source, None).0
    }

    /// The layout of a probe, and its text. `undefined` is a variable that the handler uses and nobody has.
    pub fn probed(&self, source: &HandlerSource, undefined: Option<&str>) -> (Self, String) {
        let depth = NESTING.saturating_sub(self.outline.nesting) / NESTING_OF_A_WRAP;
        Self::build(source, Some(Wrapping { depth, undefined }))
    }

    fn build(source: &HandlerSource, wrapping: Option<Wrapping<'_>>) -> (Self, String) {
        let lines = Lines::new(source.text());
        let outline = Outline::new(source, &lines, wrapping);
        let mut text = String::with_capacity(source.text().len() * 2);
        let mut places = Vec::new();
        let mut done = 0;
        for insertion in &outline.insertions {
            text.push_str(&source.text()[done..insertion.at]);
            done = insertion.at;
            if let Some((container, within)) = insertion.label {
                places.push((container, text.len() + within));
            }
            text.push_str(&insertion.text);
        }
        text.push_str(&source.text()[done..]);
        let lines = Lines::new(&text);
        let mut labels: HashMap<Position, Vec<usize>> = HashMap::new();
        for (container, place) in places {
            labels.entry(lines.position(place)).or_default().push(container);
        }
        (Self { outline, labels }, text)
    }

    /// The same, with the places of its loops.
    pub fn with_loops(mut self, source: &HandlerSource) -> Self {
        self.outline.find_loops(source, &Lines::new(source.text()));
        self
    }

    /// The loops of a function, in the order of its code.
    pub fn loops_of(&self, function: usize) -> Vec<usize> {
        let loops = self.outline.loops.iter().enumerate();
        loops.filter(|(_, found)| found.function == function).map(|(number, _)| number).collect()
    }

    /// Where a loop begins.
    pub fn keyword(&self, number: usize) -> Option<Position> {
        self.outline.loops[number].at
    }

    /// The name of the function that a source map is of, where the engine does not know it.
    pub fn name(&self, map: &SourceMap) -> Option<String> {
        self.outline.names.get(&self.function_of(map)?).cloned()
    }

    /// Where the body of a function begins.
    pub fn start(&self, function: usize) -> Option<Position> {
        self.outline.containers.iter().find_map(|container| match container.kind {
            Kind::Guard(position) if container.function == function && container.parent.is_none() => Some(position),
            _ => None,
        })
    }

    /// The position of the guard around a program counter, if there is one in the body.
    pub fn guard_at(&self, map: &SourceMap, pc: u32) -> Option<Position> {
        let index = map.partition_point(|entry| entry.pc <= pc).checked_sub(1)?;
        let is_inner =
            |container: &usize| self.outline.containers[*container].parent.is_some() && !self.is_outermost(*container);
        self.containers_at(map, index).iter().any(is_inner).then_some(map[index].position).flatten()
    }

    /// The code that the map gives the same position, in one piece, as that at a program counter.
    pub fn segment(&self, map: &SourceMap, pc: u32) -> Range<u32> {
        let after = map.partition_point(|entry| entry.pc <= pc);
        let start = after.checked_sub(1).map_or(0, |index| map[index].pc);
        start..map.get(after).map_or(u32::MAX, |entry| entry.pc)
    }

    /// The function that a source map is of; `None` if nothing in it has a position.
    pub fn function_of(&self, map: &SourceMap) -> Option<usize> {
        let label = map.iter().find_map(|entry| self.labels.get(&entry.position?)?.first())?;
        Some(self.outline.containers[*label].function)
    }

    fn containers_at(&self, map: &SourceMap, index: usize) -> &[usize] {
        map[index].position.and_then(|position| self.labels.get(&position)).map_or(&[], Vec::as_slice)
    }

    /// What can have thrown at a program counter, as far as the engine's own guards tell.
    pub fn operations_at(&self, map: &SourceMap, pc: u32) -> Vec<&Operation> {
        self.function_of(map).map_or_else(Vec::new, |function| self.operations(map, pc, function))
    }

    /// What can have thrown at a program counter of a function. More than one answer means that they cannot be told
    /// apart.
    fn operations(&self, map: &SourceMap, pc: u32, function: usize) -> Vec<&Operation> {
        let after = map.partition_point(|entry| entry.pc <= pc);
        let containers = match after.checked_sub(1) {
            Some(index) if map[index].position.is_some() => self.containers_at(map, index).to_vec(),
            _ => self.parameters(function),
        };
        let since = pc - after.checked_sub(1).map_or(0, |index| map[index].pc);
        // Empty entries are of containers that were entered here.
        let mut before = (0..after.saturating_sub(1)).rev().filter(|index| map[*index].pc < map[index + 1].pc);
        let left = before.next().map_or(&[][..], |index| self.containers_at(map, index));
        let mut found = Vec::new();
        for container in containers {
            let previous = left.iter().find_map(|left| self.child_of(container, *left));
            found.extend(self.outline.operations.iter().filter(|operation| {
                let here = operation.container == container && operation.previous == previous;
                // Where the guard ends is not known.
                let behind = self.is_outermost(container) && operation.previous == Some(container);
                (here || behind) && operation.code.is_none_or(|(start, end)| (start..end).contains(&since))
            }));
        }
        found
    }

    /// Outside a body, code behind a wrap counts as the wrap's in the engine's map. There is another wrap in such a wrap,
    /// so its last entry begins with its last instruction.
    fn with_ends(&self, map: SourceMap) -> SourceMap {
        let mut ended = SourceMap::with_capacity(map.len());
        for (index, entry) in map.iter().enumerate() {
            ended.push(*entry);
            let Some(container) = self.containers_at(&map, index).first() else { continue };
            let (Kind::Wrap(wrap), true) = (self.outline.containers[*container].kind, self.is_outermost(*container))
            else {
                continue;
            };
            let end = entry.pc + wrap.code_size().1;
            let again = map[index + 1..].iter().any(|later| later.position == entry.position);
            if !again && map.get(index + 1).is_some_and(|next| next.pc > end) {
                ended.push(Entry { pc: end, position: None });
            }
        }
        ended
    }

    /// Whether a container is outside of a body, and in no other.
    fn is_outermost(&self, container: usize) -> bool {
        let parent = self.outline.containers[container].parent;
        parent.is_some_and(|parent| self.outline.containers[parent].kind == Kind::Parameters)
    }

    fn parameters(&self, function: usize) -> Vec<usize> {
        let is_it = |container: &usize| {
            let container = &self.outline.containers[*container];
            container.function == function && container.kind == Kind::Parameters
        };
        (0..self.outline.containers.len()).filter(is_it).collect()
    }

    /// The direct child of `container` that `inner` is, or is in.
    fn child_of(&self, container: usize, inner: usize) -> Option<usize> {
        let mut child = inner;
        loop {
            let parent = self.outline.containers[child].parent?;
            if parent == container {
                return Some(child);
            }
            child = parent;
        }
    }
}

/// A compiled probe.
#[derive(Debug)]
pub struct Probe {
    layout: Layout,
    functions: Vec<ProbedFunction>,
}

#[derive(Debug)]
pub struct ProbedFunction {
    function: usize,
    map: SourceMap,
    wraps: Wraps,
}

impl Probe {
    /// Compiles a probe; `None` if it is no program.
    pub fn compile(layout: Layout, text: String, context: &mut Context) -> Option<Self> {
        let script = Script::parse(Source::from_bytes(&text), None, context).ok()?;
        drop(text);
        let code = script.codeblock(context).ok()?;
        let functions = trace::source_maps(&code)
            .into_iter()
            .filter_map(|map| {
                let function = layout.function_of(&map)?;
                let map = layout.with_ends(map);
                let wraps = Wraps::find(&layout, &map);
                Some(ProbedFunction { function, map, wraps })
            })
            .collect();
        Some(Self { layout, functions })
    }

    /// What can have thrown at a program counter of the handler; nothing if the probe's code is not the handler's.
    pub fn operations(&self, plain: &Layout, map: &SourceMap, pc: u32) -> Vec<&Operation> {
        if plain.function_of(map).is_none() {
            return self.operations_without_guards(map, pc);
        }
        self.function(plain, map).map_or_else(Vec::new, |probed| {
            self.layout.operations(&probed.map, probed.wraps.moved(pc), probed.function)
        })
    }

    /// The function of the probe that is the one with this map, if its code is the same.
    pub fn function(&self, plain: &Layout, map: &SourceMap) -> Option<&ProbedFunction> {
        let function = plain.function_of(map)?;
        let mut probed = self.functions.iter().filter(|probed| probed.function == function);
        match (probed.next(), probed.next()) {
            (Some(probed), None) if self.agrees(probed, map) => Some(probed),
            _ => None,
        }
    }

    /// For a function with no position at all: every function of the probe with nothing but wraps may be it.
    fn operations_without_guards(&self, map: &SourceMap, pc: u32) -> Vec<&Operation> {
        let only_wraps = |probed: &&ProbedFunction| {
            let labels = probed.map.iter().filter_map(|entry| entry.position);
            map.iter().all(|entry| entry.position.is_none())
                && labels.into_iter().all(|label| self.layout.origin(label).is_none())
        };
        let functions = self.functions.iter().filter(only_wraps);
        functions
            .flat_map(|probed| self.layout.operations(&probed.map, probed.wraps.moved(pc), probed.function))
            .collect()
    }

    /// Whether a function of the probe, but for its wraps, has the handler's map.
    fn agrees(&self, probed: &ProbedFunction, map: &SourceMap) -> bool {
        let ends = probed.map.iter().skip(1).map(|entry| Some(entry.pc)).chain([None]);
        for (entry, end) in probed.map.iter().zip(ends) {
            let start = probed.wraps.moved_back(entry.pc);
            match (entry.position, end) {
                // Behind the body, where both end.
                (None, None) => {
                    let last = map.last();
                    if last.is_none_or(|last| last.pc != start || last.position.is_some()) {
                        return false;
                    }
                }
                (Some(label), end) => {
                    if !self.layout.labels.contains_key(&label) {
                        return false;
                    }
                    let Some(origin) = self.layout.origin(label) else { continue };
                    let end = end.map_or(u32::MAX, |end| probed.wraps.moved_back(end));
                    if start < end && !has(map, start, end, origin) {
                        return false;
                    }
                }
                (None, Some(_)) => {}
            }
        }
        true
    }
}

impl Layout {
    /// Where a guard of the engine is in the handler's own text; `None` for wraps.
    fn origin(&self, label: Position) -> Option<Position> {
        match self.outline.containers[*self.labels.get(&label)?.first()?].kind {
            Kind::Guard(origin) => Some(origin),
            Kind::Parameters | Kind::Wrap(_) => None,
        }
    }
}

/// Whether the code from `start` to `end` has this position.
fn has(map: &SourceMap, start: u32, end: u32, position: Position) -> bool {
    let after = map.partition_point(|entry| entry.pc <= start);
    let next = map.get(after).map_or(u32::MAX, |entry| entry.pc);
    after > 0 && map[after - 1].position == Some(position) && end <= next
}

/// The wraps' instructions in a function of the probe, in ascending order.
#[derive(Debug)]
struct Wraps(Vec<Inserted>);

#[derive(Debug)]
struct Inserted {
    /// Program counter in the probe.
    start: u32,
    length: u32,
    /// The length of all before.
    before: u32,
}

impl Wraps {
    fn find(layout: &Layout, map: &SourceMap) -> Self {
        let mut ranges: HashMap<usize, (u32, u32)> = HashMap::new();
        for (index, entry) in map.iter().enumerate() {
            let end = map.get(index + 1).map_or(entry.pc, |next| next.pc);
            for container in layout.containers_at(map, index) {
                ranges.entry(*container).or_insert((entry.pc, end)).1 = end;
            }
        }
        let mut instructions = Vec::new();
        for (container, (start, end)) in ranges {
            if let Kind::Wrap(wrap) = layout.outline.containers[container].kind {
                let (before, after) = wrap.code_size();
                instructions.extend([(start, before), (end.saturating_sub(after), after)]);
            }
        }
        instructions.sort_unstable();
        let mut before = 0;
        let inserted = instructions.into_iter().map(|(start, length)| {
            let inserted = Inserted { start, length, before };
            before += length;
            inserted
        });
        Self(inserted.collect())
    }

    /// From a program counter of the handler to one of the probe.
    fn moved(&self, pc: u32) -> u32 {
        let after = self.0.partition_point(|inserted| inserted.start.saturating_sub(inserted.before) <= pc);
        after.checked_sub(1).map_or(pc, |index| pc + self.0[index].before + self.0[index].length)
    }

    /// From a program counter of the probe to one of the handler.
    fn moved_back(&self, pc: u32) -> u32 {
        let after = self.0.partition_point(|inserted| inserted.start <= pc);
        let Some(last) = after.checked_sub(1).map(|index| &self.0[index]) else { return pc };
        pc - last.before - (pc - last.start).min(last.length)
    }
}

/// The one place for what can have happened, if the cause leaves just one, or several on one line.
pub fn place(operations: &[&Operation], cause: Cause<'_>) -> Option<Position> {
    let possible = |operation: &Operation| match cause {
        Cause::Thrown(Some(message)) => throws(operation.action, message),
        Cause::Thrown(None) | Cause::Refused | Cause::Stopped => operation.action != Action::Await,
    };
    let mut possible: Vec<_> = operations.iter().filter(|operation| possible(operation)).collect();
    // The handler makes errors, too, and gives them any message.
    if possible.is_empty() && operations.iter().all(|operation| operation.action == Action::Call) {
        possible = operations.iter().collect();
    }
    let mut places = possible.iter().map(|operation| operation.at);
    let first = places.next()?;
    places.all(|place| place.line_number() == first.line_number()).then_some(first)
}

/// Whether an action can throw an error of the engine's with this message.
fn throws(action: Action, message: &str) -> bool {
    const MESSAGES: &[(&str, &[Action])] = &[
        (" is not defined", &[Action::Read]),
        ("access of uninitialized binding", &[Action::Read]),
        (" is not iterable", &[Action::Iterate, Action::Destructure]),
        ("Cannot destructure ", &[Action::Destructure]),
        ("cannot convert 'null' or 'undefined' to object", &[Action::Member, Action::Destructure, Action::Operator]),
        ("not a callable function", &[Action::Call, Action::Iterate, Action::Destructure]),
        ("not a constructor", &[Action::Call]),
        ("right-hand side of ", &[Action::Operator]),
        ("cannot mix BigInt", &[Action::Operator]),
    ];
    match MESSAGES.iter().find(|(text, _)| message.contains(text)) {
        Some((_, actions)) => actions.contains(&action),
        None => action != Action::Await,
    }
}
