//! Whether a URL leads to this machine.

use url::{Host, Url};

/// Whether the host of a URL is this machine by its name (`localhost`, `*.localhost`) or its address (127.0.0.0/8, `::1`,
/// and the former written as IPv6). A name that merely resolves to such an address is none: whoever owns a domain can
/// make it resolve to anything.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|address| address.is_loopback())
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_every_spelling_of_it_and_by_no_other() {
        for (host, is_own) in [
            ("localhost", true),
            ("LOCALHOST:3000", true),
            ("localhost.", true),
            ("app.localhost", true),
            ("127.0.0.1", true),
            ("127.255.255.254:8080", true),
            ("127.1", true),
            ("2130706433", true),
            ("0x7f.0.0.1", true),
            ("[::1]:3000", true),
            ("[::ffff:127.0.0.1]", true),
            ("[::ffff:7f00:1]", true),
            ("localhost.example.org", false),
            ("notlocalhost", false),
            ("localhost..", false),
            ("127.0.0.1.example.org", false),
            ("127.0.0.1.nip.io", false),
            ("128.0.0.1", false),
            ("0.0.0.0", false),
            ("10.0.0.1", false),
            ("[::]", false),
            ("[::ffff:10.0.0.1]", false),
            ("[::127.0.0.1]", false),
            ("localhost@example.org", false),
            ("example.org#@localhost", false),
        ] {
            let url = Url::parse(&format!("http://{host}")).unwrap();
            assert_eq!(is_loopback(&url), is_own, "{host}");
        }
        assert!(!is_loopback(&Url::parse("data:,localhost").unwrap()));
    }
}
