// Changes that a visitor is offered, sample by sample; test/gallery.test.mjs sees that each can be made and does no harm but what it says.

/** A change of the document, or a capability that is taken away. */
export type Try =
  | { readonly title: string; readonly find: string; readonly replace: string }
  | { readonly title: string; readonly refuse: string };

/** What each shows, in the few words that a card has room for. */
export const SHOWS: Readonly<Record<string, string>> = {
  split: "Begin here: twenty lines",
  todo: "Bindings, lists, undo",
  weather: "Two services at once",
  logs: "10 000 lines, filtered",
  dashboard: "Charts, every 2 seconds",
  expenses: "Roles are capabilities",
  feeds: "RSS and Atom as text",
};

export const TRIES: Readonly<Record<string, readonly Try[]>> = {
  split: [
    { title: "Pay in dollars", find: 'unit="€"', replace: 'unit="$"' },
    {
      title: "Add a button",
      find: 'args="[20]"/>\n',
      replace: 'args="[20]"/>\n        <Button label="25 %" trigger="setTip" args="[25]"/>\n',
    },
    { title: "Misspell something", find: "{$state.each}", replace: "{$state.eech}" },
    { title: "Forbid it to write the tip", refuse: "state:write:tip" },
  ],
  todo: [
    { title: "Rename it", find: '<Text variant="h2" content="To-do list"/>', replace: '<Text variant="h2" content="{$state.open} to go"/>' },
    { title: "Shout", find: "todos.push({ id, title, done: false })", replace: "todos.push({ id, title: title.toUpperCase(), done: false })" },
    { title: "Forbid it to write the list", refuse: "state:write:todos" },
  ],
  weather: [
    { title: "Add a city", find: '"Wellington"]', replace: '"Wellington", "Reykjavík"]' },
    { title: "Forbid it the network", refuse: "ext:http.get" },
  ],
  logs: [
    { title: "Rename it", find: 'content="Log viewer"', replace: 'content="{$state.errors} errors"' },
    { title: "Forbid it the network", refuse: "ext:http.get" },
  ],
  dashboard: [
    { title: "Other words", find: 'content="Shop dashboard"', replace: 'content="How the shop is doing"' },
    { title: "Forbid it the network", refuse: "ext:http.get" },
  ],
  expenses: [
    { title: "Pay in pounds", find: 'label="Paid" value="{($state.paid.reduce((sum, claim) => sum + claim.cents, 0) / 100).toFixed(2)}" unit="€"', replace: 'label="Paid" value="{($state.paid.reduce((sum, claim) => sum + claim.cents, 0) / 100).toFixed(2)}" unit="£"' },
    { title: "Forbid it to store", refuse: "ext:storage.put" },
  ],
  feeds: [
    { title: "Rename it", find: 'content="Feed reader"', replace: 'content="{$state.unread} to read"' },
    { title: "Forbid it the network", refuse: "ext:http.get" },
  ],
};
