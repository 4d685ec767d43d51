//! Recorded runs, run again by a kernel that has none of the extensions and host functions they used.

use std::cell::Cell;
use std::rc::Rc;

use nexus_core::record::RunRecord;
use nexus_core::run::Context;
use nexus_core::{Error, ErrorCode, Segment, Status, Value, msgpack};
use nexus_kernel::{AbortController, HostFunction, Kernel, Recording, Replayed, RunOptions};

use crate::extensions::{Notes, test_extension};
use crate::native_engine::NativeEngine;
use crate::world::World;

const ALL: &[&str] = &["state:read:*", "state:write:*", "events:emit:*", "view:update:*", "ext:*", "host:*"];

fn options(recording: &Recording) -> RunOptions {
    let capabilities = ALL.iter().map(|token| token.parse().unwrap()).collect();
    let state = [("a", 1), ("b", 2)].map(|(key, value)| (key.to_owned(), Value::from(value))).into();
    let args = Value::object([("n", Value::from(3))]);
    RunOptions {
        context: Context { capabilities, state, args, ..Context::default() },
        recording: Some(recording.clone()),
        ..RunOptions::default()
    }
}

/// A change of a record, and a word of what it leads to.
type Change = (&'static str, fn(&mut RunRecord));

/// Runs and records on one kernel.
fn record(source: &str) -> (Segment, RunRecord) {
    let (world, recording) = (World::new(), Recording::default());
    let kernel = world.kernel(Rc::new(NativeEngine::default()));
    kernel.extensions().register(test_extension(world.clock.clone(), Notes::default())).unwrap();
    let count = Rc::new(Cell::new(0));
    let call = Rc::new(move |args: Vec<Value>| {
        count.set(count.get() + 1);
        match args.first() {
            Some(Value::Null) => Err(Error::invalid_argument("not null")),
            _ => Ok(Value::from(count.get())),
        }
    });
    kernel.host_functions().register(HostFunction { name: "count".into(), signature: String::new(), call }).unwrap();
    let (options, source) = (options(&recording), source.to_owned());
    let result = world.run(async move { kernel.run(&source, options, None).await }).unwrap();
    (result, recording.take().expect("a run leaves a record").read().unwrap())
}

fn replay(record: RunRecord) -> Result<Replayed, Error> {
    let world = World::new();
    let kernel: Kernel = world.kernel(Rc::new(NativeEngine::default()));
    world.run(async move { kernel.replay(record).await })
}

/// What a result says, but for its name and times.
fn told(mut result: Segment) -> Vec<u8> {
    let run_id = std::mem::take(&mut result.run_id);
    let calls = result.suspensions.iter_mut().map(|call| &mut call.suspension_id);
    for suspension_id in calls.chain(&mut result.aborted) {
        *suspension_id = suspension_id.replacen(&run_id, "", 1);
    }
    result.metrics.duration_us = 0;
    msgpack::encode(&result).unwrap()
}

const SOURCES: &[&str] = &[
    "return 1 + $args.n",
    "",
    "$state.a++; $state.list = [1]; $state.list.push({ x: NaN }); $emit('e', { n: -0 }); $log('x', 1); $view.focus('v')",
    "throw new TypeError('no')",
    "syntax error here",
    "return [Math.random(), Math.random(), Date.now(), new Date().toISOString()]",
    "let sum = 0; for (let i = 0; i < 5; i++) { sum += await $ext.test.wait(i); $state.sum = sum; $emit('sum', sum) } return sum",
    "return await Promise.all([30, 10, 20].map((ms) => $ext.test.wait(ms, 'after ' + ms)))",
    "return await Promise.race([$ext.test.wait(30), $ext.test.wait(10, 'first')])",
    "try { await $ext.test.fail('gone') } catch (e) { return [e.code, e.message, e.extension] }",
    "await $ext.test.fail('gone')",
    "$ext.test.wait(1000); return 'not awaited'",
    "return [$host.count(1), $host.count(2), (() => { try { $host.count(null) } catch (e) { return e.code } })(), $host.count(3)]",
    "const order = []; await Promise.all([5, 3, 4].map(async (ms) => { await $ext.test.wait(ms); order.push(ms, Date.now()) })); return order",
    "return await Promise.allSettled([$ext.test.fail('a'), $ext.test.wait(1, 'b'), $ext.none?.x])",
    "await new Promise(() => {})",
    "for (;;) { await $ext.test.wait(1); $emit('tick') }",
];

#[test]
fn a_replay_is_the_same_bytes_and_calls_nothing() {
    for source in SOURCES {
        let (result, record) = record(source);
        let replayed = replay(record).unwrap();
        assert_eq!(replayed.divergence, None, "{source}");
        assert_eq!(told(replayed.result), told(result), "{source}");
    }
}

#[test]
fn a_record_crosses_as_bytes() {
    for source in SOURCES {
        let (_, record) = record(source);
        let bytes = msgpack::encode(&record).unwrap();
        let again: RunRecord = msgpack::decode(&bytes).unwrap();
        assert_eq!(msgpack::encode(&again).unwrap(), bytes, "{source}");
        assert_eq!(replay(again).unwrap().divergence, None, "{source}");
    }
}

#[test]
fn a_changed_answer_is_told_at_the_call_that_it_answered() {
    let source =
        "const a = await $ext.test.echo(1); const b = await $ext.test.echo(a + 1); return await $ext.test.echo(b + 1)";
    let (_, mut record) = record(source);
    record.steps[2].answers[0].outcome = Ok(Value::from(20)).into();
    let divergence = replay(record).unwrap().divergence.unwrap();
    assert_eq!(divergence.step, 2);
    assert_eq!(divergence.answered, [("2".into(), "test".into(), "echo".into())]);
    assert_eq!(divergence.path, "segment.suspensions[0].args[0]");
    assert_eq!((divergence.expected.clone(), divergence.found.clone()), (Some(3.into()), Some(21.into())));
    assert_eq!(
        divergence.message(),
        "the run diverges from its record after the answer to call 2 (test.echo): segment.suspensions[0].args[0] differs"
    );
}

#[test]
fn whatever_comes_from_outside_makes_a_difference() {
    let source = "const n = $host.count(1); await $ext.test.wait(5); $emit('e', [n, $state.a, $args.n, Date.now(), Math.random()])";
    let (_, original) = record(source);
    let changes: [Change; 7] = [
        ("segment.events[0].payload[0]", |record| record.steps[0].host_calls[0].outcome = Ok(Value::from(7)).into()),
        ("segment.events[0].payload[1]", |record| *record.context.state.get_mut("a").unwrap() = Value::from(9)),
        ("segment.events[0].payload[2]", |record| record.context.args = Value::object([("n", Value::from(4))])),
        ("segment.events[0].payload[3]", |record| record.steps[1].now += 1.0),
        ("segment.events[0].payload[4]", |record| record.seed.replace_range(0..8, "01234567")),
        ("hostCalls[0]", |record| record.steps[0].host_calls[0].args[0] = Value::from(2)),
        ("hostCalls[1]", |record| {
            let again = record.steps[0].host_calls[0].clone();
            record.steps[0].host_calls.push(again);
        }),
    ];
    for (path, change) in changes {
        let mut record = original.clone();
        change(&mut record);
        assert_eq!(replay(record).unwrap().divergence.map(|divergence| divergence.path).as_deref(), Some(path));
    }
}

#[test]
fn a_recorded_effect_that_does_not_come_is_told() {
    let (_, mut record) = record("$emit('a'); $emit('b'); return [0, NaN]");
    record.steps[0].segment.events.swap(0, 1);
    let divergence = replay(record.clone()).unwrap().divergence.unwrap();
    assert_eq!((divergence.path.as_str(), divergence.step), ("segment.events[0].name", 0));
    record.steps[0].segment.events.swap(0, 1);
    record.steps[0].segment.return_value = Some(Value::Array(vec![Value::Number(-0.0), Value::Number(f64::NAN)]));
    let divergence = replay(record).unwrap().divergence.unwrap();
    assert_eq!(divergence.path, "segment.returnValue[0]", "0 is not -0, and NaN is NaN");
}

#[test]
fn a_run_that_was_aborted_between_segments_replays_to_its_end() {
    let (world, recording, abort) = (World::new(), Recording::default(), AbortController::new());
    let kernel = world.kernel(Rc::new(NativeEngine::default()));
    kernel.extensions().register(test_extension(world.clock.clone(), Notes::default())).unwrap();
    let options = RunOptions { signal: abort.signal(), ..options(&recording) };
    let task = world.spawn(async move { kernel.run("$emit('a'); await $ext.test.wait(1e9)", options, None).await });
    world.settle();
    abort.abort("enough");
    world.settle();
    let result = task.result().unwrap().unwrap();
    assert_eq!(result.error.as_ref().unwrap().code, ErrorCode::Cancelled);
    let replayed = replay(recording.take().unwrap().read().unwrap()).unwrap();
    assert_eq!(replayed.divergence, None);
    assert_eq!(told(replayed.result), told(result));
}

#[test]
fn records_that_cannot_be_replayed_are_refused() {
    let (_, original) = record("await $ext.test.wait(1); return 1");
    let changes: [Change; 6] = [
        ("version 2", |record| record.version = 2),
        ("another build", |record| record.engine = "another build".into()),
        ("not whole", |record| record.steps.truncate(1)),
        ("not whole", |record| record.steps[0].segment.status = Status::Success),
        ("seed", |record| record.seed = "00".into()),
        ("fuel", |record| record.limits.fuel = 0),
    ];
    for (word, change) in changes {
        let mut record = original.clone();
        change(&mut record);
        let error = replay(record).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        assert!(error.message.contains(word), "{}", error.message);
    }
}
