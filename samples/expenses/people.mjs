// Who works here, what each may do, and what happened so far.

/** @typedef {{ id: string, name: string, role: "employee" | "manager" | "director" | "accountant" }} Person */

/** @type {readonly Person[]} */
export const PEOPLE = [
  { id: "ann", name: "Ann Lund", role: "employee" },
  { id: "bo", name: "Bo Achterberg", role: "manager" },
  { id: "dora", name: "Dora Quist", role: "director" },
  { id: "carl", name: "Carl Osei", role: "accountant" },
];

/** Kinds of acts that a role may do: `small` and `large` are decisions, up to the limit and above it. */
const KINDS = {
  employee: ["submitted"],
  manager: ["submitted", "small"],
  director: ["submitted", "small", "large"],
  accountant: ["submitted", "paid"],
};

/**
 * What the panel of a person is granted: of writing, the keys with this person's id, of the kinds that the role may do.
 *
 * The person is the one whose panel it is: whoever makes the panel knows that, from a session or a token, and lets nobody else use it
 * (`permissions: ["panel:read:expenses-ann", "panel:execute:expenses-ann"]` in Ann's token).
 *
 * @param {Person} person
 */
export function policyOf({ id, role }) {
  const writing = (KINDS[role] ?? []).map((kind) => `ext:storage.put?prefix=expenses/${kind}/${id}/`);
  return (_panel, requested) => requested.flatMap((token) => (token === "ext:storage.put" ? writing : [token]));
}

const HOUR_MS = 3_600_000;

/** [hours ago, kind, person, claim, more]. */
const HISTORY = [
  [172, "submitted", "ann", "c1", { purpose: "Train to Ghent, client visit", cents: 8_460 }],
  [168, "small", "bo", "c1", { approve: true }],
  [146, "paid", "carl", "c1", {}],
  [121, "submitted", "bo", "c2", { purpose: "Team dinner after the release", cents: 31_290 }],
  [119, "small", "dora", "c2", { approve: true }],
  [96, "submitted", "ann", "c3", { purpose: "Headphones", cents: 34_900 }],
  [94, "small", "bo", "c3", { approve: false }],
  [51, "submitted", "ann", "c4", { purpose: "Conference ticket, Lisbon", cents: 64_000 }],
  [26, "submitted", "carl", "c5", { purpose: "Printer paper and toner", cents: 11_875 }],
  [5, "submitted", "ann", "c6", { purpose: "Taxi, last ferry missed", cents: 3_820 }],
];

/**
 * Writes what happened so far into the storage.
 * @param {{ extensions: { call(name: string, method: string, args: unknown[]): Promise<unknown> } }} kernel
 * @param {number} [now]
 */
export async function fill(kernel, now = Date.now()) {
  for (const [hours, kind, by, claim, more] of HISTORY) {
    const { name } = PEOPLE.find(({ id }) => id === by);
    await kernel.extensions.call("storage", "put", [`expenses/${kind}/${by}/${claim}`, { name, at: now - hours * HOUR_MS, ...more }]);
  }
}
