// Documents as people write them.

/** A list of things to do. Texts that differ are other documents: nothing about their handlers is known from before. */
export const todo = (variant = "") => `<NexusPanel title="Todo ${variant}">
  <Data>
    <State name="todos" type="list" default='[{"title": "Read", "done": false}, {"title": "Write", "done": true}]'/>
    <State name="draft"/>
    <Computed name="open" value="$state.todos.filter(todo => !todo.done).length"/>
  </Data>
  <Logic>
    <Tool name="add" description="Adds what is in the draft" capabilities="state:read:*, state:write:*">
      <Handler>
        // ${variant}
        if ($state.draft.length < 1) return;
        $state.todos.push({ title: $state.draft, done: false });
        $state.draft = "";
      </Handler>
    </Tool>
    <Tool name="remove" capabilities="state:read:todos, state:write:todos">
      <Arg name="index" type="number"/>
      <Handler>$state.todos.splice($args.index, 1); // ${variant}</Handler>
    </Tool>
  </Logic>
  <View>
    <Container title="{$state.open} of {$state.todos.length} open">
      <Input bind="$state.draft" placeholder="What is next?"/>
      <Action label="Add" trigger="add" disabled="{!$state.draft}"/>
      <Iterate items="{$state.todos}" as="todo">
        <Switch bind="$scope.todo.done" label="{$scope.todo.title}"/>
        <Button label="Remove" trigger="remove" args="[$scope.todoIndex]"/>
      </Iterate>
    </Container>
  </View>
</NexusPanel>`;

/** A handler that computes little, and one that waits for one answer: both by a panel and alone. */
export const HANDLERS = {
  "no call": "$state.count += $args.by; return $state.count;",
  "one call": "$state.count += await $ext.bench.echo($args.by); return $state.count;",
};

export const HANDLER_CAPABILITIES = ["state:read:count", "state:write:count", "ext:bench.echo"];

/** A panel with these handlers as tools, by their position. */
export const counter = `<NexusPanel>
  <Data><State name="count" type="number"/></Data>
  <Logic>
    <Extension name="nexus.bench"/>
    ${Object.values(HANDLERS).map((code, i) => `<Tool name="t${i}" capabilities="${HANDLER_CAPABILITIES}"><Arg name="by" type="number"/><Trigger type="manual"/><Handler>${code}</Handler></Tool>`).join("\n")}
  </Logic>
</NexusPanel>`;

/** A document of at least so many bytes: of each group of elements as many as fit. */
export function large(bytes) {
  let [data, logic, view] = ["", "", ""];
  for (let i = 0; data.length + logic.length + view.length < bytes; i++) {
    data += `
    <State name="count${i}" type="number" default="${i}"/>
    <State name="items${i}" type="list" default='[{"id": 1, "title": "Read", "done": false}]'/>
    <Computed name="open${i}" value="$state.items${i}.filter(item => !item.done).length + $state.count${i}"/>`;
    logic += `
    <Tool name="add${i}" description="Adds to the count" capabilities="state:read:count${i}, state:read:items${i}, state:write:count${i}">
      <Arg name="by" type="number" default="1" description="How many"/>
      <Handler>
        // Raw comparison, strings and templates: what the scanner has to look at.
        for (let i = 0; i < $args.by && i < 100; i++) {
          if ($state.count${i} < 1000) $state.count${i} += 1;
          else throw new Error(\`more than "\${1000}" in '</b>'\`);
        }
        return $state.items${i}.map((item) => ({ ...item, title: item.title.toUpperCase() }));
      </Handler>
    </Tool>`;
    view += `
      <Container title="Group ${i}: {$state.open${i}} open &amp; {$state.items${i}.length} in all">
        <Metric id="metric${i}" label="Count" value="{$state.count${i}}" trend="{$state.count${i} > 10 ? 'up' : 'down'}"/>
        <Iterate items="{$state.items${i}}" as="item" key="{$scope.item.id}">
          <Switch bind="$scope.item.done" label="{$scope.itemIndex + 1}. {$scope.item.title}"/>
          <Button label="Add" trigger="add${i}" args="[$scope.item.id]" disabled="{$scope.item.done}"/>
        </Iterate>
      </Container>`;
  }
  return `<NexusPanel title="Large">\n  <Data>${data}\n  </Data>\n  <Logic>${logic}\n  </Logic>\n  <View>\n    <Layout>${view}\n    </Layout>\n  </View>\n</NexusPanel>\n`;
}
