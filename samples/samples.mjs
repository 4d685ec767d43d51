// The samples, as data: for tests, demos, servers and pages. Runs anywhere; how a document is read is the caller's to say.

import { PEOPLE, policyOf } from "./expenses/people.mjs";

/**
 * A sample.
 * @typedef {object} Sample
 * @property {string} id
 * @property {string} title
 * @property {string} blurb a sentence for a gallery
 * @property {string} nxml the document, relative to this file
 * @property {readonly ("http" | "storage")[]} extensions what the kernel has to have registered
 * @property {(origin: string) => readonly SamplePanel[]} panels the panels to make of it, with the sources at `origin`
 */

/**
 * One panel of a sample: `kernel.panels.create(nxml, panel.options)`.
 * @typedef {object} SamplePanel
 * @property {string} label what tells it from the other panels of the sample, if there are others
 * @property {{ id: string, state: object, policy?: (panel: object, requested: string[]) => string[] }} options
 */

/** The panels of one sample share what they store: `storageExtension({ namespace: STORAGE_NAMESPACE })`. */
export const STORAGE_NAMESPACE = "samples";

/** One panel, which may ask `origin` and nobody else. */
const asking = (id) => (origin) => [{ label: "", options: { id, state: { origin }, policy: askingOnly(origin) } }];

/** The documents do not know where the sources are, so their tokens name no host: this does. */
function askingOnly(origin) {
  const narrow = `ext:http.get?host=${new URL(origin).host}`;
  return (_panel, requested) => requested.map((token) => (token === "ext:http.get" ? narrow : token));
}

/** @type {readonly Sample[]} */
export const samples = [
  {
    id: "todo",
    title: "To-do list",
    blurb: "Add, tick off, filter, take a removal back: state, two-way bindings, toasts.",
    nxml: "todo/panel.nxml",
    extensions: [],
    panels: () => [{ label: "", options: { id: "todo", state: {} } }],
  },
  {
    id: "weather",
    title: "Weather, twice",
    blurb: "Two services asked at once, compared, and either may fail.",
    nxml: "weather/panel.nxml",
    extensions: ["http"],
    panels: asking("weather"),
  },
  {
    id: "logs",
    title: "Log viewer",
    blurb: "Follows a log of 10 000 lines; level, text and pause.",
    nxml: "logs/panel.nxml",
    extensions: ["http"],
    panels: asking("logs"),
  },
  {
    id: "dashboard",
    title: "Shop dashboard",
    blurb: "Four charts and their trends, anew every two seconds.",
    nxml: "dashboard/panel.nxml",
    extensions: ["http"],
    panels: asking("dashboard"),
  },
  {
    id: "expenses",
    title: "Expense approval",
    blurb: "One panel for each person over one storage; what each may do are capabilities, not promises.",
    nxml: "expenses/panel.nxml",
    extensions: ["storage"],
    panels: () =>
      PEOPLE.map((person) => ({
        label: `${person.name}, ${person.role}`,
        options: { id: `expenses-${person.id}`, state: { me: person }, policy: policyOf(person) },
      })),
  },
  {
    id: "feeds",
    title: "Feed reader",
    blurb: "RSS and Atom read by the panel itself, as text; each feed may fail by itself.",
    nxml: "feeds/panel.nxml",
    extensions: ["http"],
    panels: asking("feeds"),
  },
];
