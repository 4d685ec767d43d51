//! Which URLs may be asked.

use nexus_core::Error;
use url::{Host, Url};

use super::failure;

/// Names that never leave the machine or the local network: RFC 6761, RFC 6762 with its appendix G, RFC 8375, and what ICANN
/// reserved for private use.
const PRIVATE_SUFFIXES: [&str; 10] = [
    ".local",
    ".internal",
    ".localhost",
    ".localdomain",
    ".home.arpa",
    ".intranet",
    ".private",
    ".corp",
    ".home",
    ".lan",
];

/// One entry of the list of domains.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    /// `*`
    Any,
    /// `host` or `host:port`
    Host { host: String, port: Option<u16> },
    /// `*.host` or `*.host:port`: every name below, the host itself not.
    Below { suffix: String, port: Option<u16> },
}

/// Decides on URLs.
///
/// An entry is a host, or `*.` and a host for every name below it, with a port where it is not the default one; `*` is
/// every public host on its default port. Names without a dot, names under `.local`, `.internal`, `.localhost` and their
/// kin, and all addresses are private: they need `allow_private_networks` besides an entry that covers them, and with it `*` covers
/// any host on any port. Only names are judged: what a public name resolves to is for the host to see to, where it can.
#[derive(Debug, Clone, Default)]
pub struct DomainRules {
    patterns: Vec<Pattern>,
    allow_private_networks: bool,
}

impl DomainRules {
    /// Rules from entries.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` naming the entry that is none.
    pub fn new<T: AsRef<str>>(entries: &[T], allow_private_networks: bool) -> Result<Self, Error> {
        let patterns = entries.iter().map(|entry| parse_pattern(entry.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self { patterns, allow_private_networks })
    }

    /// Checks scheme, user info, host and port.
    ///
    /// # Errors
    /// A failure that says which rule the URL breaks.
    pub fn check(&self, url: &Url) -> Result<(), Error> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(failure("invalid URL", format!("{url} is neither http nor https")));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(failure("invalid URL", "it holds a user name or a password"));
        }
        let Some(host) = host_name(url) else {
            return Err(failure("invalid URL", format!("{url} has no host")));
        };
        if !self.allow_private_networks && is_private(url, &host) {
            return Err(failure("domain not allowed", format!("{host} is not a public host")));
        }
        if !self.patterns.iter().any(|pattern| self.covers(pattern, &host, url)) {
            return Err(failure("domain not allowed", host_and_port(url)));
        }
        Ok(())
    }

    fn covers(&self, pattern: &Pattern, host: &str, url: &Url) -> bool {
        // The parser leaves a scheme's default port out.
        let port_fits = |port: &Option<u16>| match port {
            Some(port) => url.port_or_known_default() == Some(*port),
            None => url.port().is_none(),
        };
        match pattern {
            Pattern::Any => self.allow_private_networks || url.port().is_none(),
            Pattern::Host { host: own, port } => own == host && port_fits(port),
            Pattern::Below { suffix, port } => {
                host.len() > suffix.len() && host.ends_with(suffix.as_str()) && port_fits(port)
            }
        }
    }
}

/// The host with its port, where that is not the default one.
pub(super) fn host_and_port(url: &Url) -> String {
    let host = host_name(url).unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}

/// The host in its one spelling: lower case, no dots at the end.
fn host_name(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(host.trim_end_matches('.').to_owned())
}

fn is_private(url: &Url, host: &str) -> bool {
    match url.host() {
        Some(Host::Domain(_)) => {
            let under = |suffix: &&str| host.ends_with(suffix) || Some(host) == suffix.strip_prefix('.');
            !host.contains('.') || PRIVATE_SUFFIXES.iter().any(under)
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => true,
    }
}

fn parse_pattern(entry: &str) -> Result<Pattern, Error> {
    if entry == "*" {
        return Ok(Pattern::Any);
    }
    let refuse = || {
        Error::invalid_argument(format!("allowedDomains: {entry:?} is no host, *.host or *, with or without a port"))
    };
    let (below, rest) = match entry.strip_prefix("*.") {
        Some(rest) => (true, rest),
        None => (false, entry),
    };
    // A colon inside brackets belongs to an address.
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let digits = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let port = match port {
        Some(port) if digits(port) => Some(port.parse().map_err(|_| refuse())?),
        Some(_) => return Err(refuse()),
        None => None,
    };
    let host = match Host::parse(host.trim_end_matches('.')).map_err(|_| refuse())? {
        Host::Domain(name) if name.is_empty() || name.contains('*') => return Err(refuse()),
        Host::Ipv4(_) | Host::Ipv6(_) if below => return Err(refuse()),
        host => host.to_string(),
    };
    Ok(if below { Pattern::Below { suffix: format!(".{host}"), port } } else { Pattern::Host { host, port } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(entries: &[&str], private: bool, url: &str) -> bool {
        DomainRules::new(entries, private).unwrap().check(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn an_empty_list_allows_nothing() {
        for private in [false, true] {
            assert!(!allowed(&[], private, "https://example.com/"));
            assert!(!allowed(&[], private, "http://localhost/"));
        }
    }

    #[test]
    fn a_host_allows_itself_and_a_star_what_is_below() {
        for (entry, url, expected) in [
            ("example.com", "https://example.com/a?b", true),
            ("example.com", "http://EXAMPLE.com./", true),
            ("Example.COM", "https://example.com/", true),
            ("bücher.example", "https://xn--bcher-kva.example/", true),
            ("example.com", "https://www.example.com/", false),
            ("example.com", "https://example.com.evil.org/", false),
            ("example.com", "https://notexample.com/", false),
            ("*.example.com", "https://a.example.com/", true),
            ("*.example.com", "https://a.b.example.com/", true),
            ("*.example.com", "https://example.com/", false),
            ("*.example.com", "https://badexample.com/", false),
            ("*", "https://anything.org/", true),
        ] {
            assert_eq!(allowed(&[entry], false, url), expected, "{entry} {url}");
        }
    }

    #[test]
    fn only_default_ports_unless_the_entry_carries_one() {
        for (entry, private, url, expected) in [
            ("example.com", false, "https://example.com:443/", true),
            ("example.com", false, "http://example.com:443/", false),
            ("example.com", false, "https://example.com:8443/", false),
            ("example.com:8443", false, "https://example.com:8443/", true),
            ("example.com:8443", false, "https://example.com/", false),
            ("example.com:443", false, "https://example.com/", true),
            ("*.example.com:81", false, "http://a.example.com:81/", true),
            ("*", false, "https://example.com:8443/", false),
            ("*", true, "https://example.com:8443/", true),
            ("localhost", true, "http://localhost:8080/", false),
            ("localhost:8080", true, "http://localhost:8080/", true),
        ] {
            assert_eq!(allowed(&[entry], private, url), expected, "{entry} {url}");
        }
    }

    #[test]
    fn private_hosts_need_to_be_allowed_and_to_match() {
        for host in [
            "localhost",
            "localhost.",
            "localhost..",
            "a.localhost",
            "intranet",
            "printer.local",
            "metadata.google.internal",
            "127.0.0.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "10.0.0.1",
            "169.254.169.254",
            "8.8.8.8",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ] {
            let url = format!("http://{host}/");
            assert!(!allowed(&["*"], false, &url), "{host}");
            assert!(allowed(&["*"], true, &url), "{host}");
            assert!(!allowed(&[host], false, &url), "{host}");
            assert!(allowed(&[host], true, &url), "{host}");
            assert!(!allowed(&["example.com"], true, &url), "{host}");
        }
        assert!(allowed(&["127.0.0.1:8080"], true, "http://127.0.0.1:8080/"));
        assert!(allowed(&["[::1]:8080"], true, "http://[::1]:8080/"));
    }

    #[test]
    fn only_http_and_no_user_info() {
        for url in [
            "ftp://example.com/",
            "file:///etc/passwd",
            "data:text/plain,x",
            "ws://example.com/",
            "https://user@example.com/",
            "https://user:password@example.com/",
            "https://:password@example.com/",
        ] {
            assert!(!allowed(&["*", "example.com"], true, url), "{url}");
        }
        assert!(allowed(&["example.com"], false, "https://@example.com/"));
    }

    #[test]
    fn entries_that_are_no_hosts_are_refused() {
        for entry in [
            "",
            "*.",
            "**",
            "*.*",
            "a.*.com",
            "*example.com",
            "https://example.com",
            "example.com/path",
            "example.com:",
            "example.com:http",
            "example.com:70000",
            "a b.com",
            "user@example.com",
            "*.127.0.0.1",
            ":80",
            "[::1",
            ".",
        ] {
            let error = DomainRules::new(&[entry], true).expect_err(entry);
            assert_eq!(error.code, nexus_core::ErrorCode::InvalidArgument);
        }
    }
}
