//! The document that says what a definition says.

use std::collections::HashSet;

use indexmap::IndexMap;
use nexus_core::CapabilityToken;
use nexus_core::capability::ExtensionScope;
use nexus_nxml::{Document, HandlerCode, limits};

use super::PanelDefinition;

/// A document, and what in the definition its elements are made of.
pub(crate) struct Written {
    pub(crate) nxml: String,
    /// For each extension, the pointer to the first capability that names it.
    pub(super) extensions: Vec<String>,
    /// For each tool the pointers to its capabilities.
    pub(super) capabilities: Vec<Vec<String>>,
}

impl PanelDefinition {
    /// The document. Where a capability is for every extension, those that are `registered` are declared.
    pub(crate) fn write(&self, registered: &[String]) -> Written {
        let mut nxml = Writer(String::new());
        nxml.open("NexusPanel");
        nxml.optional("title", self.title.as_deref());
        nxml.optional("description", self.description.as_deref());
        nxml.end(">\n<Data>\n");
        for state in &self.states {
            // What it is, and of what type, is put into its place afterwards.
            nxml.open("State");
            nxml.attribute("name", &state.name);
            nxml.end("/>\n");
        }
        nxml.end("</Data>\n<Logic>\n");
        let mut extensions = Vec::new();
        for (name, path) in self.extensions(registered) {
            nxml.open("Extension");
            nxml.attribute("name", name);
            nxml.end("/>\n");
            extensions.push(path);
        }
        let mut capabilities = Vec::new();
        for index in 0..self.tools.len() {
            // What the panel may do is written for each tool: a little JSON may come to very much. This much is refused.
            if nxml.0.len() > limits::DOCUMENT_BYTES {
                break;
            }
            capabilities.push(self.write_tool(index, &mut nxml));
        }
        nxml.end("</Logic>\n</NexusPanel>\n");
        Written { nxml: nxml.0, extensions, capabilities }
    }

    /// Writes a tool; answers the pointers to its capabilities.
    fn write_tool(&self, index: usize, nxml: &mut Writer) -> Vec<String> {
        let tool = &self.tools[index];
        nxml.open("Tool");
        nxml.attribute("name", &tool.name);
        nxml.optional("description", tool.description.as_deref());
        nxml.end("><Capabilities>\n");
        let mut paths = Vec::new();
        for (token, path) in self.capabilities_of(index) {
            let text = token.to_string();
            let (kind, scope) = split(&text);
            nxml.open("Capability");
            nxml.attribute("type", kind);
            nxml.attribute("scope", scope);
            nxml.end("/>\n");
            paths.push(path);
        }
        nxml.end("</Capabilities>\n");
        for arg in &tool.args {
            nxml.open("Arg");
            nxml.attribute("name", &arg.name);
            nxml.optional("type", arg.data_type.as_deref());
            // The default is put into its place afterwards; with one it is not required.
            let required = arg.default.is_none() && arg.required != Some(false);
            nxml.attribute("required", if required { "true" } else { "false" });
            nxml.optional("description", arg.description.as_deref());
            nxml.end("/>\n");
        }
        nxml.open("Trigger");
        // Nothing else can run it: there is no view.
        nxml.attribute("type", tool.trigger.as_ref().map_or("manual", |trigger| trigger.kind));
        if let Some((name, value)) = tool.trigger.as_ref().and_then(|trigger| trigger.given.as_ref()) {
            nxml.attribute(name, value);
        }
        nxml.end("/>\n<Handler><![CDATA[");
        nxml.end(&tool.handler.replace("]]>", "]]]]><![CDATA[>"));
        nxml.end("]]></Handler>\n</Tool>\n");
        paths
    }

    /// What a tool may do, and where that stands: what it says itself, then what the panel says for all, each once.
    fn capabilities_of(&self, index: usize) -> impl Iterator<Item = (&CapabilityToken, String)> {
        let own = &self.tools[index].capabilities;
        let known: HashSet<&CapabilityToken> = own.iter().collect();
        let general = self.general().filter(move |(token, _)| !known.contains(token));
        self.own(index).chain(general)
    }

    fn own(&self, index: usize) -> impl Iterator<Item = (&CapabilityToken, String)> {
        let own = self.tools[index].capabilities.iter().enumerate();
        own.map(move |(at, token)| (token, format!("/tools/{index}/capabilities/{at}")))
    }

    fn general(&self) -> impl Iterator<Item = (&CapabilityToken, String)> {
        self.capabilities.iter().enumerate().map(|(at, token)| (token, format!("/capabilities/{at}")))
    }

    /// All that the panel and its tools may do, and where that stands.
    pub(crate) fn capabilities(&self) -> impl Iterator<Item = (&CapabilityToken, String)> {
        self.general().chain((0..self.tools.len()).flat_map(|index| self.own(index)))
    }

    /// The extensions that its capabilities name, each with the pointer to the first that does.
    fn extensions<'a>(&'a self, registered: &'a [String]) -> IndexMap<&'a str, String> {
        let mut found: IndexMap<&str, String> = IndexMap::new();
        for (token, path) in self.capabilities() {
            match token {
                CapabilityToken::Extension(ExtensionScope::Any) => {
                    for name in registered {
                        found.entry(name).or_insert_with(|| path.clone());
                    }
                }
                CapabilityToken::Extension(ExtensionScope::Extension { name, .. }) => {
                    found.entry(name).or_insert(path);
                }
                _ => {}
            }
        }
        found
    }

    /// Puts into a document that was read from what [`write`](Self::write) wrote what no text has to say.
    pub(crate) fn complete(&self, document: &mut Document<'_>) {
        super::place::forget_places(document);
        let panel = document.panel_mut();
        for state in &mut panel.states {
            if let Some(own) = self.states.iter().find(|own| own.name == state.name) {
                (state.data_type, state.default) = (own.data_type, own.value.clone());
            }
        }
        for tool in &mut panel.tools {
            // Of two with one name the first is there.
            let Some(own) = self.tools.iter().find(|own| own.name == tool.name) else { continue };
            tool.handler.code = HandlerCode::alone(&own.handler);
            for arg in &mut tool.args {
                let own = own.args.iter().find(|own| own.name == arg.name);
                arg.default = own.and_then(|own| own.default.clone());
            }
        }
    }
}

/// A token as `type` and `scope` of an element.
fn split(token: &str) -> (&str, &str) {
    let family = if token.starts_with("ext:") || token.starts_with("host:") {
        0
    } else {
        token.find(':').map_or(0, |at| at + 1)
    };
    let at = token[family..].find(':').map_or(token.len(), |at| family + at);
    (&token[..at], token.get(at + 1..).unwrap_or_default())
}

struct Writer(String);

impl Writer {
    fn open(&mut self, element: &str) {
        self.0.push('<');
        self.0.push_str(element);
    }

    fn end(&mut self, text: &str) {
        self.0.push_str(text);
    }

    fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.attribute(name, value);
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.0.extend([" ", name, "=\""]);
        for character in value.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\t' => self.0.push_str("&#9;"),
                '\n' => self.0.push_str("&#10;"),
                '\r' => self.0.push_str("&#13;"),
                other => self.0.push(other),
            }
        }
        self.0.push('"');
    }
}
