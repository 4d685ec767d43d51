//! What the kernel and the sandbox module send each other: MessagePack maps with the field names of these structs.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::effect::StateMutation;
use crate::error::Error;
use crate::handler_facts::HandlerFacts;
use crate::limits::Limits;
use crate::run::{Answer, Context, Segment};
use crate::value::Value;

/// Compile this handler; the instance then serves runs of it alone. Answered with [`Compiled`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CompileRequest {
    /// The body of an async function.
    pub source: String,
    /// The limits that runs of it will have.
    pub limits: Limits,
}

/// Answer to [`CompileRequest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compiled {
    /// Nothing, or why the source is no handler.
    pub outcome: Result<(), Error>,
}

/// Start the compiled handler. Answered with a [`Segment`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartRequest {
    /// Names the run; suspension ids begin with it.
    pub run_id: String,
    /// What the handler is given.
    pub context: Context,
    /// Registered extensions, each with its methods.
    pub extensions: IndexMap<String, Vec<String>>,
    /// Names of the embedder's synchronous host functions.
    pub host_functions: Vec<String>,
    /// Milliseconds since the epoch; time stands still until the next message.
    pub now: f64,
    /// Seed of `Math.random`, 16 bytes. As bytes on the wire, and not as numbers whose length depends on them: the fuel
    /// of reading a message must not depend on chance.
    #[serde(with = "serde_bytes")]
    pub seed: Vec<u8>,
}

/// Go on with the suspended run. Answered with a [`Segment`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResumeRequest {
    /// Answers to pending calls, in the order in which they arrived.
    pub answers: Vec<Answer>,
    /// What changed in the state meanwhile, by others.
    pub state: Vec<StateMutation>,
    /// Milliseconds since the epoch.
    pub now: f64,
}

/// What does this source do? Answered with [`Inferred`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InferRequest {
    /// The body of an async function.
    pub source: String,
    /// The longest source taken, in bytes.
    pub limits: Limits,
}

/// Answer to [`InferRequest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inferred {
    /// What its syntax tree tells, or why the source is no handler.
    pub outcome: Result<HandlerFacts, Error>,
}

/// A synchronous call of an embedder's host function, from inside the sandbox. Answered with [`HostReply`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostCall {
    /// Which function.
    pub name: String,
    /// With which arguments.
    pub args: Vec<Value>,
}

/// Answer to [`HostCall`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostReply {
    /// Its value, or why it failed.
    pub outcome: Result<Value, Error>,
}

/// What a stopped instance still tells: the effects recorded until then, with a stack.
pub type PostMortem = Segment;
