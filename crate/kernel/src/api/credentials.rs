//! The token that comes with a request: in `Authorization`, or among the protocols of a WebSocket, which is where a page can
//! put one. Never in the URL, which ends up in logs.

use super::token::Refusal;

/// The token of a request, from its headers `Authorization` and `Sec-WebSocket-Protocol`; `None` if it brings none.
///
/// # Errors
/// More than one token, or an `Authorization` that is not `Bearer` and a token.
pub fn bearer_token<'a>(
    authorization: Option<&'a str>,
    protocols: Option<&'a str>,
) -> Result<Option<&'a str>, Refusal> {
    let in_header = authorization.map(|header| read_authorization(header).ok_or(Refusal::Credentials)).transpose()?;
    let mut all = in_header.into_iter().chain(entries(protocols).filter(|entry| is_token(entry)));
    let token = all.next();
    if all.next().is_some() { Err(Refusal::Credentials) } else { Ok(token) }
}

/// Which of the protocols that a WebSocket's client offers is to be answered: `bearer`, or whatever stands first beside a token. A token
/// is never sent back; to a client that offers only that, or protocols that are not spoken here, none is answered.
#[must_use]
pub fn answered_protocol(protocols: Option<&str>) -> Option<&str> {
    let brings_token = entries(protocols).any(is_token);
    entries(protocols).find(|entry| *entry == "bearer" || (brings_token && !is_token(entry) && is_http_token(entry)))
}

fn entries(protocols: Option<&str>) -> impl Iterator<Item = &str> {
    // Optional white space of HTTP: blanks and tabs, nothing else.
    protocols.into_iter().flat_map(|header| header.split(',')).map(|entry| entry.trim_matches([' ', '\t']))
}

/// `Bearer`, in upper or lower case, blanks, a token.
fn read_authorization(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim_matches([' ', '\t']).split_once(' ')?;
    let token = token.trim_start_matches(' ');
    // Two headers of that name arrive as one, with a comma between them.
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.bytes().all(fits)).then_some(token)
}

/// Whether it has the shape of a JSON Web Token: three parts of base64url, none of them empty.
fn is_token(entry: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let mut parts = entry.split('.');
    let three = [parts.next(), parts.next(), parts.next()];
    parts.next().is_none() && three.into_iter().all(|part| part.is_some_and(is_part))
}

/// RFC 9110, section 5.6.2: what a protocol's name may be.
fn is_http_token(entry: &str) -> bool {
    !entry.is_empty() && entry.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl";

    #[test]
    fn a_token_comes_in_the_header_or_among_the_protocols() {
        for scheme in ["Bearer ", "bearer ", "BEARER   ", "  Bearer "] {
            assert_eq!(bearer_token(Some(&format!("{scheme}{TOKEN}")), None), Ok(Some(TOKEN)));
        }
        for protocols in [format!("bearer, {TOKEN}"), format!("{TOKEN},bearer"), format!("bearer,\t{TOKEN} ,x.y")] {
            assert_eq!(bearer_token(None, Some(&protocols)), Ok(Some(TOKEN)));
            assert_eq!(answered_protocol(Some(&protocols)), Some("bearer"));
        }
        assert_eq!(bearer_token(None, None), Ok(None));
        assert_eq!(bearer_token(None, Some("bearer")), Ok(None));
    }

    #[test]
    fn what_brings_two_tokens_or_another_scheme_is_refused() {
        for header in [
            "",
            "Bearer",
            "Bearer ",
            "Basic YTpi",
            "Bearertoken",
            "Bearer a b",
            "Bearer a, Bearer b",
            "Bearer ä",
            TOKEN,
        ] {
            assert_eq!(bearer_token(Some(header), None), Err(Refusal::Credentials), "{header}");
        }
        let header = format!("Bearer {TOKEN}");
        assert_eq!(bearer_token(Some(&header), Some(&format!("bearer, {TOKEN}"))), Err(Refusal::Credentials));
        assert_eq!(bearer_token(None, Some(&format!("bearer, {TOKEN}, {TOKEN}"))), Err(Refusal::Credentials));
    }

    #[test]
    fn a_token_is_never_answered_as_a_protocol() {
        assert_eq!(answered_protocol(None), None);
        assert_eq!(answered_protocol(Some("")), None);
        assert_eq!(answered_protocol(Some(TOKEN)), None);
        assert_eq!(answered_protocol(Some(&format!("a b, c\r\nd, \u{e9}, nexus, {TOKEN}"))), Some("nexus"));
        assert_eq!(answered_protocol(Some("graphql-ws, bearer")), Some("bearer"));
        assert_eq!(answered_protocol(Some("graphql-ws, nexus")), None);
    }
}
