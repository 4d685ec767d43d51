//! What a kernel stands on.

use std::rc::Rc;

use crate::clock::Clock;
use crate::engine::Engine;
use crate::entropy::Entropy;
use crate::spawner::Spawner;

/// The parts that differ from host to host.
#[derive(Clone)]
pub struct Platform {
    /// Runs handlers.
    pub engine: Rc<dyn Engine>,
    /// Tells the time and waits.
    pub clock: Rc<dyn Clock>,
    /// Names runs and seeds `Math.random`.
    pub entropy: Rc<dyn Entropy>,
    /// Does what nobody waits for.
    pub spawner: Rc<dyn Spawner>,
}
