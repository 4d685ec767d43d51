import assert from "node:assert/strict";
import { test } from "node:test";
import { opened, until } from "./harness.mjs";

const titles = ({ state }) => state.todos.map(({ title, done }) => `${done ? "x" : "-"} ${title}`);
const seen = (shown) => shown.elements().filter(({ type }) => type === "Switch").map(({ props }) => props.label);

test("what is written is added, and the input is ready for the next", opened("todo", async ({ shown }) => {
  await shown.enter("draft", "  Buy salt  ");
  await shown.press("Add");
  assert.equal(titles(shown).at(-1), "- Buy salt");
  assert.equal(shown.state.draft, "");
  assert.deepEqual(shown.toasts, ["success: Added “Buy salt”"]);
  assert.deepEqual(shown.focused, ["draft"]);
}));

test("nothing is added of nothing, of too much, or beyond 500", opened("todo", async ({ shown }) => {
  assert.equal(await shown.press("Add"), undefined, "the button is disabled");
  await shown.panel.trigger("add");
  await shown.enter("draft", "x".repeat(201));
  await shown.press("Add");
  assert.equal(shown.state.todos.length, 3);
  await shown.panel.set("todos", Array.from({ length: 500 }, (_, id) => ({ id, title: "t", done: false })));
  await shown.panel.trigger("add", { title: "one more" });
  assert.equal(shown.state.todos.length, 500);
  assert.deepEqual(shown.toasts.map((toast) => toast.slice(0, 5)), ["warn:", "warn:", "warn:"]);
}));

test("a switch ticks off its own, also while a filter hides others", opened("todo", async ({ shown }) => {
  await shown.press("Open");
  assert.deepEqual(seen(shown), ["Send the minutes to the co-op", "Repot the lemon tree"]);
  await shown.enter("Repot the lemon tree", true);
  assert.deepEqual(titles(shown), ["x Book the train to Ghent", "- Send the minutes to the co-op", "x Repot the lemon tree"]);
  assert.deepEqual(seen(shown), ["Send the minutes to the co-op"]);
  await shown.press("Done");
  assert.deepEqual(seen(shown), ["Book the train to Ghent", "Repot the lemon tree"]);
  assert.deepEqual([shown.panel.computed.open, shown.panel.computed.done], [1, 2]);
}));

test("the last one done is worth a word", opened("todo", async ({ shown }) => {
  await shown.enter("Repot the lemon tree", true);
  await shown.enter("Send the minutes to the co-op", true);
  await until(() => shown.toasts.length > 0);
  assert.deepEqual(shown.toasts, ["success: All done. Time for tea."]);
}));

test("what was removed comes back where it was", opened("todo", async ({ shown }) => {
  const before = titles(shown);
  await shown.press("Remove", 1);
  assert.deepEqual(titles(shown), [before[0], before[2]]);
  assert.match(shown.toasts[0], /Removed “Send the minutes/);
  // One that came meanwhile has an id of its own.
  await shown.panel.trigger("add", { title: "New" });
  await shown.press("Undo");
  assert.deepEqual(titles(shown), [...before, "- New"]);
  assert.equal(new Set(shown.state.todos.map(({ id }) => id)).size, 4);
  assert.equal(shown.byId("undo"), undefined, "there is nothing left to undo");
}));

test("done ones are cleared at once", opened("todo", async ({ shown }) => {
  await shown.enter("Repot the lemon tree", true);
  await shown.press("Clear done");
  assert.deepEqual(titles(shown), ["- Send the minutes to the co-op"]);
  assert.match(shown.toasts.at(-1), /Cleared 2 done things/);
  assert.equal(await shown.press("Clear done"), undefined, "nothing is left to clear");
}));

test("an empty list says what to do", opened("todo", async ({ shown }) => {
  assert.match(shown.text, /Nothing to do\. Add something above\./);
  await shown.press("Done");
  assert.match(shown.text, /Nothing is done yet\./);
}, { state: { todos: [] } }));

test("a filter that does not exist is refused", opened("todo", async ({ shown }) => {
  const { error } = await shown.panel.trigger("show", ["some"]);
  assert.match(error.message, /all, open or done/);
  assert.equal(shown.state.filter, "all");
}));
