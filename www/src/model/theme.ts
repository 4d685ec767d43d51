// Light or dark: the system's choice until the visitor makes one. public/theme.js applies it on the next visit.

import { signal } from "@preact/signals";

export type Theme = "light" | "dark";

const system = matchMedia("(prefers-color-scheme: dark)");
const chosen = document.documentElement.dataset["theme"];

export const theme = signal<Theme>(
  chosen === "light" || chosen === "dark" ? chosen : system.matches ? "dark" : "light",
);

system.addEventListener("change", (event) => {
  if (!document.documentElement.dataset["theme"]) theme.value = event.matches ? "dark" : "light";
});

/** Switches between the two, for good. */
export function switchTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  document.documentElement.dataset["theme"] = theme.value;
  try {
    localStorage.setItem("theme", theme.value);
  } catch {
    // Storage is forbidden: the choice lasts as long as the page.
  }
}
