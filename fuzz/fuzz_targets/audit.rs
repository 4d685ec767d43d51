//! Whatever text is given to the check of audit logs: an answer, in bounded time, and what it calls valid is lines of JSON that each
//! hold the hash of the one before.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nexus_kernel::audit::verify;

fuzz_target!(|text: &str| {
    let found = verify(text);
    assert_eq!(found.valid, found.first_problem.is_none());
    if found.valid {
        let lines: Vec<serde_json::Value> =
            text.split('\n').filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len() as u64, found.entries);
        assert!(lines.windows(2).all(|pair| pair[0]["hash"] == pair[1]["previousHash"]));
    }
});
