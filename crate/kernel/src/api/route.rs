//! What stands at which address.

use percent_encoding::percent_decode_str;

/// A place that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    Health,
    Metrics,
    OpenApi,
    Panels,
    PanelsFromNxml,
    Panel(String),
    State(String),
    View(String),
    Trigger(String, String),
    Socket(String),
}

impl Route {
    /// The route of a path, as a URL has it; `None` if nothing stands there.
    pub(super) fn of(path: &str, method: &str) -> Option<Self> {
        let segments: Vec<_> = path.strip_prefix('/')?.split('/').collect();
        let named = |name: &str| {
            let name = percent_decode_str(name).decode_utf8().ok()?;
            (!name.is_empty()).then(|| name.into_owned())
        };
        Some(match segments[..] {
            ["health"] => Self::Health,
            ["metrics"] => Self::Metrics,
            ["openapi.json"] => Self::OpenApi,
            ["panels"] => Self::Panels,
            // A panel may have this name.
            ["panels", "from-nxml"] if method == "POST" => Self::PanelsFromNxml,
            ["panels", id] => Self::Panel(named(id)?),
            ["panels", id, "state"] => Self::State(named(id)?),
            ["panels", id, "view"] => Self::View(named(id)?),
            ["panels", id, "trigger", tool] => Self::Trigger(named(id)?, named(tool)?),
            ["panels", id, "ws"] => Self::Socket(named(id)?),
            _ => return None,
        })
    }

    /// The methods that it takes, as `Allow` tells them.
    pub(super) const fn methods(&self) -> &'static str {
        match self {
            Self::Health | Self::Metrics | Self::OpenApi | Self::State(_) | Self::View(_) => "GET, HEAD, OPTIONS",
            Self::Panels => "GET, HEAD, POST, OPTIONS",
            Self::Panel(_) => "GET, HEAD, DELETE, OPTIONS",
            Self::PanelsFromNxml | Self::Trigger(..) => "POST, OPTIONS",
            Self::Socket(_) => "GET, OPTIONS",
        }
    }

    pub(super) fn takes(&self, method: &str) -> bool {
        self.methods().split(", ").any(|one| one == method)
    }

    /// Whether it is served to those who bring no token.
    pub(super) const fn is_public(&self) -> bool {
        matches!(self, Self::Health | Self::OpenApi)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_path_has_its_route() {
        for (path, route) in [
            ("/health", Some(Route::Health)),
            ("/panels", Some(Route::Panels)),
            ("/panels/todo", Some(Route::Panel("todo".to_owned()))),
            ("/panels/a%3Ab/state", Some(Route::State("a:b".to_owned()))),
            ("/panels/a/trigger/add", Some(Route::Trigger("a".to_owned(), "add".to_owned()))),
            ("/panels/a%2Fb/ws", Some(Route::Socket("a/b".to_owned()))),
            ("/panels/from-nxml", Some(Route::Panel("from-nxml".to_owned()))),
            ("/", None),
            ("", None),
            ("/Health", None),
            ("/panels/", None),
            ("/panels//state", None),
            ("/panels/a/", None),
            ("/panels/a/trigger", None),
            ("/panels/a/trigger/", None),
            ("/panels/a/trigger/b/c", None),
            ("/panels/%ff", None),
            ("//panels", None),
        ] {
            assert_eq!(Route::of(path, "GET"), route, "{path}");
        }
        assert_eq!(Route::of("/panels/from-nxml", "POST"), Some(Route::PanelsFromNxml));
    }

    #[test]
    fn a_route_takes_its_methods_and_no_others() {
        let panel = Route::Panel("a".to_owned());
        assert_eq!(
            ["GET", "HEAD", "DELETE", "POST", "get", ""].map(|one| panel.takes(one)),
            [true, true, true, false, false, false]
        );
    }

    proptest! {
        #[test]
        fn no_path_is_too_odd(path in "[/a-z%0-9.]{0,40}") {
            let _ = Route::of(&path, "GET");
        }
    }
}
