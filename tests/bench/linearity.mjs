// Whether time grows as the input does, in what splits texts and in global regular expressions.

import { RIVAL, each, openEngines, race } from "./race.mjs";
import { milliseconds, table } from "./report.mjs";

/** How much longer the long text is. */
const TIMES = 8;
/** The time may grow this much more than the text does: caches of the processor, collections of garbage. */
const SLACK = 1.6;
/** What the text repeats. */
const PIECE = "name=value-17; ";

const WORK = {
  'split(";")': 'return text.split(";").length;',
  "split(/[;=]/)": "return text.split(/[;=]/).length;",
  'replaceAll("=", ": ")': 'return text.replaceAll("=", ": ").length;',
  "replace(/\\d+/g, ...)": "return text.replace(/\\d+/g, (digits) => digits.length).length;",
  "match(/\\w+/g)": "return text.match(/\\w+/g).length;",
  "matchAll(/(\\w+)=(\\S+)/g)": "let sum = 0; for (const [, key, value] of text.matchAll(/(\\w+)=(\\S+)/g)) sum += key.length + value.length; return sum;",
  "exec, sticky": "const word = /\\w+|\\W+/y; let count = 0; while (word.exec(text)) count++; return count;",
  "indexOf from the last place": 'let at = -1, count = 0; while ((at = text.indexOf(";", at + 1)) >= 0) count++; return count;',
  "+=": "let copy = ''; for (const letter of text) copy += letter; return copy.length;",
};
const NAMES = ["nexus-kernel", RIVAL, "quickjs-ng", "SES"];

/** What is not linear is to be measured, not stopped. */
const limits = { fuel: 1e12, timeoutMs: 60_000 };

const job = (work, pieces) => ({ source: `const text = ${JSON.stringify(PIECE)}.repeat(${pieces}); ${work}`, limits });

/** Measures. Answers a section of the report. */
export async function measure({ quick }) {
  const rounds = quick ? 3 : 9;
  const engines = await openEngines();
  const pieces = quick ? 1000 : 4000;
  const sizes = { short: pieces, long: pieces * TIMES };
  const rows = [];
  for (const [name, work] of Object.entries(WORK)) {
    const entries = NAMES.flatMap((contestant) =>
      Object.entries(sizes).map(([size, pieces]) => [`${contestant}, ${size}`, job(work, pieces), contestant]),
    );
    const { [name]: took } = await race(engines, { [name]: entries }, { rounds });
    const of = (contestant) => ({ long: took[`${contestant}, long`], growth: took[`${contestant}, long`] / took[`${contestant}, short`] });
    rows.push({ name, cells: NAMES.map(of) });
  }
  await engines.close();
  const section = `## Work that grows with its text

How much longer it takes with ${TIMES} times the text (${pieces * PIECE.length} and ${pieces * PIECE.length * TIMES} characters), and in brackets how many milliseconds of processor time that is; medians of
${rounds} rounds.

${table(["", ...NAMES], rows.map(({ name, cells }) => [`\`${name}\``, ...cells.map(({ growth, long }) => `${growth.toFixed(1)} (${milliseconds(long)})`)]))}
Promised: at most ${TIMES * SLACK}.
`;
  const steepest = rows.reduce((steepest, row) => (row.cells[0].growth > steepest.cells[0].growth ? row : steepest));
  return { section, promises: [{ what: `time for ${TIMES} times the text, at worst (${steepest.name})`, measured: steepest.cells[0].growth, most: TIMES * SLACK, unit: "times" }] };
}
