// A board of tasks in the state: read, changed in place, and told about.
const { moves, who } = $args;
const columns = ["todo", "doing", "done"];
$state.board ??= { columns: {}, log: [] };
for (const column of columns) $state.board.columns[column] ??= [];
for (let i = 0; i < 40; i++) {
  $state.board.columns.todo.push({ id: i, title: `Task ${i}`, points: 1 + (i % 5), owner: null });
}
let moved = 0;
for (const { id, to } of moves) {
  const from = columns.find((column) => $state.board.columns[column].some((task) => task.id === id));
  if (!from || from === to) {
    $log.warn(`task ${id} stays`);
    continue;
  }
  const list = $state.board.columns[from];
  const [task] = list.splice(list.findIndex((task) => task.id === id), 1);
  task.owner = who;
  $state.board.columns[to].push(task);
  $state.board.log.push(`${id}: ${from} to ${to}`);
  moved++;
}
const points = Object.fromEntries(columns.map((column) => [column, $state.board.columns[column].reduce((sum, { points }) => sum + points, 0)]));
$state.summary = { ...points, moved, at: $time.now() > 0 };
$state.count = ($state.count ?? 0) + 1;
for (let i = 0; i < 150; i++) {
  $state.count += $state.settings.step;
  if (i % 25 === 0) $log(`count is ${$state.count}, of ${$scope.user.name}`);
}
for (const [key, value] of Object.entries(points)) $emit("points", { key, value });
$view.setFilter(`owner = ${who}`);
$view.getElementById("summary").setProp("text", JSON.stringify(points));
if ("draft" in $state) delete $state.draft;
return { points, moved, count: $state.count };
