//! Parked runs as bytes: what the kernel knows of a run, the engine's memory of it, and proof that nobody changed either.
//!
//! Eight bytes name the format and its version, one says whether there was a key, 32 are the proof, and the rest is
//! MessagePack. The proof is HMAC-SHA-256 (RFC 2104) over all the rest and the embedder's label. Without a key it is made
//! with an empty one: then it finds damage, but anyone can make it.

use hmac::{Hmac, Mac};
use nexus_core::{CapabilityToken, Error, Limits, Suspension, msgpack};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use sha2::Sha256;

use crate::effect_guard::EffectsLeft;

/// What parked runs of every version begin with.
const FORMAT: &[u8; 7] = b"nexuspr";
/// The version that this release writes and reads.
const VERSION: u8 = b'1';
const PROOF_BYTES: usize = 32;

/// The secret of those who may make parked runs, if there is one.
#[derive(Clone, Default)]
pub struct ParkingKey(Option<Vec<u8>>);

/// A run that is parked.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ParkedRun {
    /// [`Engine::identity`](crate::engine::Engine::identity).
    pub(crate) engine: String,
    pub(crate) limits: Limits,
    pub(crate) capabilities: Vec<CapabilityToken>,
    pub(crate) effects_left: EffectsLeft,
    /// Calls without an answer, by their numbers.
    pub(crate) calls: Vec<Suspension>,
    /// [`Engine::park`](crate::engine::Engine::park).
    pub(crate) memory: ByteBuf,
}

impl ParkingKey {
    /// This secret, which should be random and as long as what the proof hashes to, 32 bytes.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for an empty one: everybody has that.
    pub fn new(secret: Vec<u8>) -> Result<Self, Error> {
        if secret.is_empty() {
            Err(Error::invalid_argument("the parking key is empty"))
        } else {
            Ok(Self(Some(secret)))
        }
    }

    fn header(&self) -> [u8; FORMAT.len() + 2] {
        let mut header = [VERSION; FORMAT.len() + 2];
        header[..FORMAT.len()].copy_from_slice(FORMAT);
        header[FORMAT.len() + 1] = self.0.is_some().into();
        header
    }

    fn proof(&self, label: &str, content: &[u8]) -> Hmac<Sha256> {
        let key = self.0.as_deref().unwrap_or_default();
        let proof = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
        // With the label's length, so that none of it passes for content.
        let label_bytes = (label.len() as u64).to_le_bytes();
        let parts = [&self.header()[..], &label_bytes, label.as_bytes(), content];
        parts.iter().fold(proof, |proof, part| proof.chain_update(part))
    }
}

impl ParkedRun {
    /// The run as bytes.
    ///
    /// # Errors
    /// `SERIALIZATION_ERROR`, which cannot be.
    pub(crate) fn seal(&self, key: &ParkingKey, label: &str) -> Result<Vec<u8>, Error> {
        let content = msgpack::encode(self)?;
        let proof = key.proof(label, &content).finalize().into_bytes();
        Ok([&key.header()[..], &proof, &content].concat())
    }

    /// The run in the bytes.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for bytes that are something else, or not what was parked with this key, label and engine.
    pub(crate) fn open(bytes: &[u8], key: &ParkingKey, label: &str, engine: &str) -> Result<Self, Error> {
        let refused = |why: &str| Error::invalid_argument(format!("this parked run is refused: {why}"));
        let header = key.header();
        if !bytes.starts_with(FORMAT) {
            return Err(Error::invalid_argument("these bytes are no parked run"));
        }
        let Some((given, rest)) = bytes.split_at_checked(header.len()) else { return Err(refused("it is cut off")) };
        if given[FORMAT.len()] != VERSION {
            return Err(refused("another version of this package parked it"));
        }
        if given != header {
            return Err(refused(match key.0 {
                Some(_) => "it was parked without a key, and this kernel has one",
                None => "it was parked with a key, and this kernel has none",
            }));
        }
        let Some((proof, content)) = rest.split_at_checked(PROOF_BYTES) else { return Err(refused("it is cut off")) };
        key.proof(label, content).verify_slice(proof).map_err(|_| {
            refused(match key.0 {
                Some(_) => "it is damaged or was changed, or it was parked with another key or label",
                None => "it is damaged, or it was parked with another label",
            })
        })?;
        // What anybody made is read no further than this.
        let parked: Self = msgpack::decode(content).map_err(|error| refused(&error.message))?;
        if parked.engine != engine {
            return Err(refused(&format!("it was parked by the engine {}; this one is {engine}", parked.engine)));
        }
        Ok(parked)
    }
}

#[cfg(test)]
mod tests {
    use nexus_core::ErrorCode;

    use super::*;
    use crate::effect_guard::EffectGuard;

    fn run() -> ParkedRun {
        let limits = Limits::default();
        ParkedRun {
            engine: "engine".to_owned(),
            effects_left: EffectGuard::new(&limits).left(),
            limits,
            capabilities: vec!["ext:test?a=1".parse().unwrap()],
            calls: vec![Suspension {
                suspension_id: "1".to_owned(),
                extension_name: "test".to_owned(),
                method: "echo".to_owned(),
                args: vec![1.into()],
            }],
            memory: ByteBuf::from(vec![1, 2, 3]),
        }
    }

    fn secret(byte: u8) -> ParkingKey {
        ParkingKey::new(vec![byte; 32]).unwrap()
    }

    /// Why it is refused.
    fn why(bytes: &[u8], key: &ParkingKey, label: &str, engine: &str) -> String {
        let error = ParkedRun::open(bytes, key, label, engine).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        error.message
    }

    #[test]
    fn a_run_comes_back_as_it_went() {
        for key in [ParkingKey::default(), secret(1)] {
            let bytes = run().seal(&key, "order 7").unwrap();
            assert_eq!(ParkedRun::open(&bytes, &key, "order 7", "engine").unwrap(), run());
        }
    }

    #[test]
    fn a_bit_more_or_less_anywhere_is_refused() {
        for key in [ParkingKey::default(), secret(1)] {
            let bytes = run().seal(&key, "").unwrap();
            for index in 0..bytes.len() {
                why(&bytes[..index], &key, "", "engine");
                for bit in 0..8 {
                    let mut changed = bytes.clone();
                    changed[index] ^= 1 << bit;
                    why(&changed, &key, "", "engine");
                }
            }
            why(&[bytes, vec![0]].concat(), &key, "", "engine");
        }
    }

    #[test]
    fn each_reason_to_refuse_is_told() {
        let (keyed, unkeyed) = (run().seal(&secret(1), "a").unwrap(), run().seal(&ParkingKey::default(), "a").unwrap());
        let none = ParkingKey::default();
        assert!(why(&keyed, &secret(2), "a", "engine").contains("another key"));
        assert!(why(&keyed, &secret(1), "b", "engine").contains("label"));
        assert!(why(&unkeyed, &none, "b", "engine").contains("label"));
        assert!(why(&keyed, &none, "a", "engine").contains("this kernel has none"));
        assert!(why(&unkeyed, &secret(1), "a", "engine").contains("without a key"));
        assert!(why(&unkeyed, &none, "a", "other").contains("the engine engine; this one is other"));
        assert!(why(b"", &none, "a", "engine").contains("no parked run"));
        assert!(why(b"{\"version\":1}", &none, "a", "engine").contains("no parked run"));
        assert!(why(&unkeyed[..8], &none, "a", "engine").contains("cut off"));
        assert!(why(b"nexuspr2and more", &none, "a", "engine").contains("another version"));
    }

    #[test]
    fn a_label_does_not_run_into_the_content() {
        let key = secret(1);
        let proof = |label, content| key.proof(label, content).finalize().into_bytes();
        assert_ne!(proof("ab", b"c"), proof("a", b"bc"));
    }

    #[test]
    fn everybody_has_the_empty_key() {
        assert_eq!(ParkingKey::new(Vec::new()).err().unwrap().code, ErrorCode::InvalidArgument);
    }
}
