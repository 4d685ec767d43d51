// What the panel holds, does, may do, and did: beside the panel itself.

import { inspector, type InspectorTab } from "../model/inspector.ts";
import { refused } from "../model/document.ts";
import { live } from "../model/live.ts";
import { ActivityList } from "./activity-list.tsx";
import { AuditConsole } from "./audit-console.tsx";
import { CapabilitySwitches } from "./capability-switches.tsx";
import { StateTree } from "./state-tree.tsx";
import { TabPanel, Tabs } from "./tabs.tsx";

const TABS: readonly { id: InspectorTab; title: string; Content: () => preact.JSX.Element }[] = [
  { id: "state", title: "State", Content: StateTree },
  { id: "activity", title: "Activity", Content: ActivityList },
  { id: "capabilities", title: "Capabilities", Content: CapabilitySwitches },
  { id: "audit", title: "Audit", Content: AuditConsole },
];

export function Inspector() {
  const open = inspector.value;
  return (
    <section class="card inspector" aria-label="Inside the panel">
      <Tabs
        name="inspector"
        label="Inside the panel"
        open={inspector}
        tabs={TABS.map(({ id, title }) => ({ id, title, note: <Note tab={id} /> }))}
      />
      {TABS.map(({ id, Content }) => (
        <TabPanel key={id} name="inspector" id={id} open={open === id}>
          {open === id && <Content />}
        </TabPanel>
      ))}
    </section>
  );
}

function Note({ tab }: { tab: InspectorTab }) {
  if (tab === "state" && live.value) return <span class="tab-note">{`v${live.value.version}`}</span>;
  if (tab === "capabilities" && refused.value.length > 0) {
    return <span class="dot" role="img" aria-label={`${refused.value.length} taken away`} />;
  }
  return null;
}
