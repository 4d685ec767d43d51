import { CONTENT } from "./content.js";
import { CONTROLS } from "./controls.js";
import { FRAME } from "./frame.js";
import { LAYOUT } from "./layout.js";
import { TOKENS } from "./tokens.js";

/** Of the whole panel: its components render into one tree. */
export const STYLES = [TOKENS, FRAME, LAYOUT, CONTENT, CONTROLS];
