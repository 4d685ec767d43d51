// Icons, drawn in the colour of the text around them.

import type { ComponentChildren } from "preact";

function Icon({ children, fill = false }: { children: ComponentChildren; fill?: boolean }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 16 16"
      aria-hidden="true"
      fill={fill ? "currentColor" : "none"}
      stroke={fill ? "none" : "currentColor"}
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      {children}
    </svg>
  );
}

export const PlayIcon = () => <Icon fill><path d="M4.5 2.8v10.4c0 .6.6.9 1.1.6l8-5.2a.7.7 0 0 0 0-1.2l-8-5.2a.7.7 0 0 0-1.1.6z" /></Icon>;
export const StopIcon = () => <Icon fill><rect x="3.5" y="3.5" width="9" height="9" rx="1.6" /></Icon>;
export const LinkIcon = () => <Icon><path d="M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2A2.6 2.6 0 0 0 9 3.3l-.9.9M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.3 9A2.6 2.6 0 0 0 7 12.7l.9-.9" /></Icon>;
export const SunIcon = () => <Icon><circle cx="8" cy="8" r="2.8" /><path d="M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9" /></Icon>;
export const MoonIcon = () => <Icon><path d="M13.5 9.6A5.7 5.7 0 0 1 6.4 2.5a5.7 5.7 0 1 0 7.1 7.1z" /></Icon>;
export const CheckIcon = () => <Icon><path d="m3.5 8.5 3 3 6-7" /></Icon>;
export const CrossIcon = () => <Icon><path d="m4.5 4.5 7 7m0-7-7 7" /></Icon>;
export const PlusIcon = () => <Icon><path d="M8 3.5v9M3.5 8h9" /></Icon>;
export const ResetIcon = () => <Icon><path d="M3 8a5 5 0 1 0 1.6-3.6L3 5.8M3 2.8v3h3" /></Icon>;
export const ErrorIcon = () => <Icon><circle cx="8" cy="8" r="5.8" /><path d="M8 5v3.6M8 11v.1" /></Icon>;
export const WarnIcon = () => <Icon><path d="M8 2.6 14 13.2H2zM8 6.6v3M8 11.4v.1" /></Icon>;
export const WandIcon = () => <Icon><path d="m3 13 6.5-6.5M11.5 2v2.4M13.8 5.2h-2.4M6.5 3.2v1.6M13 9.2v1.6" /></Icon>;
export const WindowIcon = () => <Icon><path d="M9.5 2.8h3.7v3.7M13 3 7.8 8.2M6.5 3.5H3.8a1 1 0 0 0-1 1v7.7a1 1 0 0 0 1 1h7.7a1 1 0 0 0 1-1V9.5" /></Icon>;
export const WidenIcon = () => <Icon><path d="M2.5 8h11M5.5 5l-3 3 3 3M10.5 5l3 3-3 3" /></Icon>;
