//! The laws of capability tokens. The fuzz target `tokens` checks them too.

use nexus_core::capability::{CapabilityToken, attenuate};
use nexus_core::checker::{CapabilityChecker, ExtensionGrant};

/// Takes each line for a token; the laws are over those that parse.
pub fn tokens_keep_their_laws(lines: &[&str]) {
    let tokens: Vec<CapabilityToken> = lines.iter().filter_map(|line| line.parse().ok()).collect();
    for a in &tokens {
        prints_to_itself(a);
        assert!(a.covers(a), "{a} does not cover itself");
        for b in &tokens {
            assert!(!(a.covers(b) && b.covers(a)) || a == b, "{a} and {b} cover each other");
            assert_eq!(attenuate(std::slice::from_ref(a), std::slice::from_ref(b)).is_ok(), a.covers(b), "{a} to {b}");
            if a.covers(b) {
                allows_no_less(a, b, lines);
            }
            for c in &tokens {
                assert!(!(a.covers(b) && b.covers(c)) || a.covers(c), "{a} covers {b}, that {c}");
            }
        }
    }
    assert_eq!(attenuate(&tokens, &tokens).expect("all are granted"), tokens);
}

fn prints_to_itself(token: &CapabilityToken) {
    let printed = token.to_string();
    let again: CapabilityToken = printed.parse().unwrap_or_else(|error| panic!("{printed} does not parse: {error:?}"));
    assert_eq!(again, *token, "{printed}");
    assert_eq!(again.to_string(), printed);
}

/// Whoever holds `a`, which covers `b`, may do all that whoever holds `b` may.
fn allows_no_less(a: &CapabilityToken, b: &CapabilityToken, lines: &[&str]) {
    let (more, less) = (CapabilityChecker::new(vec![a.clone()]), CapabilityChecker::new(vec![b.clone()]));
    let names = lines.iter().copied().chain(lines.iter().filter_map(|line| line.rsplit(':').next()));
    for name in names {
        assert!(!less.can_read_state(name) || more.can_read_state(name), "{a}, {b}: reading {name}");
        assert!(!less.can_write_state(name) || more.can_write_state(name), "{a}, {b}: writing {name}");
        assert!(!less.can_emit_event(name) || more.can_emit_event(name), "{a}, {b}: emitting {name}");
        assert!(!less.can_call_host(name) || more.can_call_host(name), "{a}, {b}: calling {name}");
        for id in [Some(name), None] {
            assert!(!less.can_update_view(id) || more.can_update_view(id), "{a}, {b}: updating {id:?}");
        }
        let target = name.split('?').next().unwrap_or_default();
        let (extension, method) = target.split_once('.').unwrap_or((target, "method"));
        match (more.extension_grant(extension, method), less.extension_grant(extension, method)) {
            (ExtensionGrant::Allowed, _) | (_, ExtensionGrant::Denied) => {}
            (ExtensionGrant::Conditional(wide), ExtensionGrant::Conditional(narrow)) => {
                let kept = |(key, values): (&String, &std::collections::BTreeSet<String>)| {
                    narrow[0].get(key).is_some_and(|own| own.is_subset(values))
                };
                assert!(wide[0].iter().all(kept), "{a}, {b}: the wider has caveats that the narrower has not");
            }
            (wide, narrow) => panic!("{a} grants {wide:?} of {target}, {b} grants {narrow:?}"),
        }
    }
    assert!(!less.can_list_state() || more.can_list_state(), "{a}, {b}: listing the state");
}
