//! Where a redirect leads.

use nexus_core::Error;

use super::failure;
use super::header::{drop_content, drop_credentials};
use super::request::Request;

/// Whether the status asks to go elsewhere.
pub(super) const fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// Turns the request into the one that a redirect asks for (Fetch Standard, "HTTP-redirect fetch").
///
/// # Errors
/// A failure if the location is no URL.
pub(super) fn follow(request: &mut Request, status: u16, location: &str) -> Result<(), Error> {
    let mut next =
        request.url.join(location).map_err(|error| failure("invalid redirect", format!("{location:?}: {error}")))?;
    next.set_fragment(None);
    let turns_into_get = match status {
        301 | 302 => request.method == "POST",
        303 => !matches!(request.method, "GET" | "HEAD"),
        _ => false,
    };
    if turns_into_get {
        request.method = "GET";
        request.body = None;
        drop_content(&mut request.headers);
    }
    if next.origin() != request.url.origin() {
        drop_credentials(&mut request.headers);
    }
    request.url = next;
    Ok(())
}

#[cfg(test)]
mod tests {
    use nexus_core::Value;

    use super::*;

    fn request(method: &str) -> Request {
        let headers = ["authorization", "cookie", "proxy-authorization", "content-type", "x-a"];
        let headers = Value::object(headers.map(|name| (name, Value::from("v"))));
        let mut fields = vec![("url", "https://a.org/x/y?z".into()), ("method", method.into()), ("headers", headers)];
        if !matches!(method, "GET" | "HEAD") {
            fields.push(("body", "body".into()));
        }
        Request::read("request", &[Value::object(fields)]).unwrap()
    }

    fn followed(method: &str, status: u16, location: &str) -> Request {
        let mut request = request(method);
        follow(&mut request, status, location).unwrap();
        request
    }

    #[test]
    fn the_method_follows_the_standard() {
        for (method, status, expected) in [
            ("POST", 301, "GET"),
            ("POST", 302, "GET"),
            ("POST", 303, "GET"),
            ("POST", 307, "POST"),
            ("POST", 308, "POST"),
            ("PUT", 302, "PUT"),
            ("PUT", 303, "GET"),
            ("DELETE", 301, "DELETE"),
            ("HEAD", 303, "HEAD"),
            ("GET", 302, "GET"),
        ] {
            let next = followed(method, status, "/");
            assert_eq!(next.method, expected, "{method} {status}");
            let keeps_body = expected != "GET" && method != "HEAD";
            assert_eq!(next.body.is_some(), keeps_body, "{method} {status}");
            assert_eq!(next.headers.contains_key("content-type"), method == expected, "{method} {status}");
        }
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        for (location, kept) in [
            ("/other", true),
            ("https://a.org:443/", true),
            ("http://a.org/", false),
            ("https://b.org/", false),
            ("https://a.org:444/", false),
        ] {
            let next = followed("GET", 302, location);
            for name in ["authorization", "cookie", "proxy-authorization"] {
                assert_eq!(next.headers.contains_key(name), kept, "{location}");
            }
            assert!(next.headers.contains_key("x-a"));
        }
    }

    #[test]
    fn a_location_is_relative_to_the_url() {
        assert_eq!(followed("GET", 302, "z#f").url.as_str(), "https://a.org/x/z");
        assert_eq!(followed("GET", 302, "//b.org").url.as_str(), "https://b.org/");
        assert!(follow(&mut request("GET"), 302, "https://").is_err());
    }
}
