//! The law of messages in their MessagePack form. The fuzz target `messages` checks it too.

use std::any::type_name;

use nexus_core::Segment;
use nexus_core::message::{
    CompileRequest, Compiled, HostCall, HostReply, InferRequest, Inferred, ResumeRequest, StartRequest,
};
use nexus_core::msgpack::{decode, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Whichever message the bytes decode to, it encodes to what decodes to the same. Answers to how many they decode.
pub fn what_decodes_comes_back_as_it_went(bytes: &[u8]) -> usize {
    [
        comes_back::<CompileRequest>,
        comes_back::<Compiled>,
        comes_back::<StartRequest>,
        comes_back::<ResumeRequest>,
        comes_back::<InferRequest>,
        comes_back::<Inferred>,
        comes_back::<HostCall>,
        comes_back::<HostReply>,
        comes_back::<Segment>,
    ]
    .into_iter()
    .filter(|law| law(bytes))
    .count()
}

fn comes_back<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> bool {
    let Ok(message) = decode::<T>(bytes) else { return false };
    let name = type_name::<T>();
    let encoded = encode(&message).unwrap_or_else(|error| panic!("{name} cannot be encoded: {error:?}"));
    let again: T = decode(&encoded).unwrap_or_else(|error| panic!("{name} does not come back: {error:?}"));
    // By their bytes, in which NaN equals itself.
    assert_eq!(encode(&again).expect("it could be encoded"), encoded, "{name} changed");
    true
}
