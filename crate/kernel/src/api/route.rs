//! What stands at which address, and who may ask for it: the table that requests are served by and OpenAPI is written from.

use percent_encoding::percent_decode_str;

use super::permission::Permission;

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Health,
    Metrics,
    OpenApi,
    ListPanels,
    CreatePanel,
    CreatePanelFromNxml,
    ReadPanel,
    DestroyPanel,
    ReadState,
    ReadView,
    TriggerTool,
    Connect,
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Also those who bring no token.
    Everyone,
    /// Those who may do this with the panel of the path.
    Panel(Permission),
    /// Those who may do this with some panel; what they are told or may make is their own.
    SomePanel(Permission),
    /// Those who may do this with every panel.
    AllPanels(Permission),
}

/// An operation: its method and its address, in which `{id}` and `{tool}` stand for names.
pub(super) struct Route {
    pub(super) operation: Operation,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) access: Access,
}

const fn route(operation: Operation, method: &'static str, path: &'static str, access: Access) -> Route {
    Route { operation, method, path, access }
}

/// All there are.
pub(super) const ROUTES: &[Route] = {
    use Access::{AllPanels, Everyone, Panel, SomePanel};
    use Permission::{Create, Delete, Execute, Read};
    &[
        route(Operation::Health, "GET", "/health", Everyone),
        route(Operation::Metrics, "GET", "/metrics", AllPanels(Read)),
        route(Operation::OpenApi, "GET", "/openapi.json", Everyone),
        route(Operation::ListPanels, "GET", "/panels", SomePanel(Read)),
        route(Operation::CreatePanel, "POST", "/panels", SomePanel(Create)),
        route(Operation::CreatePanelFromNxml, "POST", "/panels/from-nxml", SomePanel(Create)),
        route(Operation::ReadPanel, "GET", "/panels/{id}", Panel(Read)),
        route(Operation::DestroyPanel, "DELETE", "/panels/{id}", Panel(Delete)),
        route(Operation::ReadState, "GET", "/panels/{id}/state", Panel(Read)),
        route(Operation::ReadView, "GET", "/panels/{id}/view", Panel(Read)),
        route(Operation::TriggerTool, "POST", "/panels/{id}/trigger/{tool}", Panel(Execute)),
        route(Operation::Connect, "GET", "/panels/{id}/ws", Panel(Read)),
    ]
};

/// Names that a path has where its route has `{id}` and `{tool}`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) id: String,
    pub(super) tool: String,
}

/// What stands at an address.
pub(super) struct Place(Vec<(&'static Route, Names)>);

impl Place {
    /// What stands at a path, as a URL has it; `None` if nothing does.
    pub(super) fn at(path: &str) -> Option<Self> {
        let found: Vec<_> = ROUTES.iter().filter_map(|route| Some((route, route.names(path)?))).collect();
        (!found.is_empty()).then_some(Self(found))
    }

    /// What this method asks for here, if it can be asked. `HEAD` asks for what `GET` does.
    pub(super) fn find(&self, method: &str) -> Option<(&'static Route, &Names)> {
        let method = if method == "HEAD" { "GET" } else { method };
        self.0.iter().find(|(route, _)| route.method == method).map(|(route, names)| (*route, names))
    }

    /// The methods that can be used here, as `Allow` tells them.
    pub(super) fn methods(&self) -> String {
        let mut methods = Vec::new();
        for (route, _) in &self.0 {
            methods.push(route.method);
            if route.method == "GET" {
                methods.push("HEAD");
            }
        }
        methods.push("OPTIONS");
        methods.join(", ")
    }
}

impl Route {
    /// The names in a path, if it is one of this route.
    fn names(&self, path: &str) -> Option<Names> {
        let mut names = Names::default();
        let mut segments = path.split('/');
        for expected in self.path.split('/') {
            let segment = segments.next()?;
            let name = match expected {
                "{id}" => &mut names.id,
                "{tool}" => &mut names.tool,
                literal if literal == segment => continue,
                _ => return None,
            };
            *name = percent_decode_str(segment).decode_utf8().ok().filter(|name| !name.is_empty())?.into_owned();
        }
        segments.next().is_none().then_some(names)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(method: &str, path: &str) -> Option<(Operation, Names)> {
        Place::at(path)?.find(method).map(|(route, names)| (route.operation, names.clone()))
    }

    #[test]
    fn each_path_has_its_operation() {
        for (method, path, expected) in [
            ("GET", "/health", Some((Operation::Health, "", ""))),
            ("GET", "/panels", Some((Operation::ListPanels, "", ""))),
            ("HEAD", "/panels", Some((Operation::ListPanels, "", ""))),
            ("POST", "/panels", Some((Operation::CreatePanel, "", ""))),
            ("GET", "/panels/todo", Some((Operation::ReadPanel, "todo", ""))),
            ("DELETE", "/panels/todo", Some((Operation::DestroyPanel, "todo", ""))),
            ("GET", "/panels/a%3Ab/state", Some((Operation::ReadState, "a:b", ""))),
            ("POST", "/panels/a/trigger/add", Some((Operation::TriggerTool, "a", "add"))),
            ("GET", "/panels/a%2Fb/ws", Some((Operation::Connect, "a/b", ""))),
            // A panel may have this name.
            ("POST", "/panels/from-nxml", Some((Operation::CreatePanelFromNxml, "", ""))),
            ("GET", "/panels/from-nxml", Some((Operation::ReadPanel, "from-nxml", ""))),
            ("POST", "/panels/todo", None),
            ("get", "/panels", None),
            ("", "/panels", None),
        ] {
            let expected =
                expected.map(|(operation, id, tool)| (operation, Names { id: id.to_owned(), tool: tool.to_owned() }));
            assert_eq!(found(method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn nothing_stands_elsewhere() {
        for path in [
            "/",
            "",
            "/Health",
            "/panels/",
            "/panels//state",
            "/panels/a/",
            "/panels/a/trigger",
            "/panels/a/trigger/",
            "/panels/a/trigger/b/c",
            "/panels/%ff",
            "//panels",
            "health",
        ] {
            assert!(Place::at(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_place_tells_all_its_methods() {
        for (path, methods) in [
            ("/health", "GET, HEAD, OPTIONS"),
            ("/panels", "GET, HEAD, POST, OPTIONS"),
            ("/panels/a", "GET, HEAD, DELETE, OPTIONS"),
            ("/panels/from-nxml", "POST, GET, HEAD, DELETE, OPTIONS"),
            ("/panels/a/trigger/b", "POST, OPTIONS"),
        ] {
            assert_eq!(Place::at(path).unwrap().methods(), methods, "{path}");
        }
    }

    proptest! {
        #[test]
        fn no_path_is_too_odd(path in "[/a-z%0-9.]{0,40}") {
            let _ = Place::at(&path);
        }
    }
}
