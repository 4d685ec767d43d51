//! Any JSON, taken for the definition of a panel; the code of its handlers is read by a real interpreter.
#![no_main]

#[path = "../../crate/kernel/tests/kernel/law/definition.rs"]
mod definition;
#[path = "../../crate/kernel/tests/kernel/native_engine.rs"]
#[allow(dead_code)]
mod native_engine;
#[path = "../../crate/kernel/tests/kernel/world.rs"]
#[allow(dead_code)]
mod world;

use std::rc::Rc;

use nexus_kernel::Kernel;

use native_engine::NativeEngine;
use world::World;

thread_local! {
    static SCENE: (World, Kernel) = {
        let world = World::new();
        let kernel = world.kernel(Rc::new(NativeEngine::default()));
        (world, kernel)
    };
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(data) = serde_json::from_str(text) else { return };
    SCENE.with(|(world, kernel)| definition::any_data_is_taken_for_a_definition(world, kernel, &data));
});
