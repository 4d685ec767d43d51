import { useSignal } from "@preact/signals";
import { currentLink, go, view, type View } from "../model/link.ts";
import { switchTheme, theme } from "../model/theme.ts";
import { CheckIcon, LinkIcon, MoonIcon, SunIcon } from "./icons.tsx";

/** Milliseconds that "Copied" stays. */
const NOTE_MS = 1_800;

const VIEWS: readonly { id: View; title: string }[] = [
  { id: "panels", title: "Panels" },
  { id: "handlers", title: "Handlers" },
];

const TAGLINES: Record<View, string> = {
  panels:
    "A panel is one document: what it shows, remembers and does. Change the text, and the live panel changes with it. Its code runs in a sandbox and can do what its capabilities name, no more.",
  handlers:
    "Runs JavaScript nobody vouches for: a handler can do what its capability tokens name, within its limits, and no more.",
};

export function Header() {
  const note = useSignal<"" | "copied" | "in the address bar">("");
  const share = async () => {
    const link = await currentLink();
    try {
      await navigator.clipboard.writeText(link);
      note.value = "copied";
    } catch {
      note.value = "in the address bar";
    }
    setTimeout(() => (note.value = ""), NOTE_MS);
  };
  const other = theme.value === "dark" ? "light" : "dark";
  return (
    <header class="header">
      <h1 class="brand">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d="M16 4.5 26 10v12l-10 5.5L6 22V10z" />
          <circle cx="16" cy="16" r="4" />
        </svg>
        nexus-kernel
      </h1>
      <nav class="views" aria-label="Views">
        {VIEWS.map(({ id, title }) => (
          <button
            key={id}
            type="button"
            aria-current={view.value === id ? "page" : undefined}
            onClick={() => void go(() => (view.value = id))}
          >
            {title}
          </button>
        ))}
      </nav>
      <p class="tagline">{TAGLINES[view.value]}</p>
      <div class="header-actions">
        <button type="button" class="button quiet share" onClick={() => void share()}>
          {note.value ? <CheckIcon /> : <LinkIcon />}
          <span class="share-note" aria-live="polite">{note.value === "copied" ? "Link copied" : note.value ? "Link in address bar" : "Share"}</span>
        </button>
        <button
          type="button"
          class="button quiet square"
          onClick={switchTheme}
          aria-label={`Switch to the ${other} theme`}
          title={`Switch to the ${other} theme`}
        >
          {theme.value === "dark" ? <SunIcon /> : <MoonIcon />}
        </button>
      </div>
    </header>
  );
}
