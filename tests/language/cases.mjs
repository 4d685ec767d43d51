// The cases: what the standard says, chapter by chapter, as data.
//
// A file in cases/ is a list of
//
//     - what the case shows
//     its source: the body of a handler, on any number of lines
//     > what becomes of it
//
// with "# headings" between them. A name that begins with "+" instead of "-" marks what Node 20 lacks. What becomes of a case is
// the value it returns, as a literal; or "throws" and the name of the error that nobody caught; or "SyntaxError at" and the line
// of what the compiler refuses. As in a message, `undefined` is null in an array and left out of an object.

import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("./cases/", import.meta.url);

/**
 * Every case of every chapter.
 * @returns {{ name: string, source: string, expected: string, newer: boolean }[]} `name` begins with the chapter
 */
export function readCases() {
  return readdirSync(folder).sort().flatMap((file) => {
    const chapter = file.replace(/\.txt$/, "");
    return parse(readFileSync(new URL(file, folder), "utf8"), chapter);
  });
}

function parse(text, chapter) {
  const cases = [];
  let current;
  for (const [index, line] of text.split("\n").entries()) {
    const begins = /^([-+]) (.+)$/.exec(line);
    const refuse = (what) => {
      throw new Error(`cases/${chapter}.txt:${index + 1}: ${what}`);
    };
    if (begins) {
      if (current) refuse("the case before has no end");
      current = { name: `${chapter}: ${begins[2]}`, lines: [], newer: begins[1] === "+" };
    } else if (line.startsWith("> ")) {
      if (!current?.lines.length) refuse("an end without a case");
      cases.push({ name: current.name, source: current.lines.join("\n"), expected: line.slice(2), newer: current.newer });
      current = undefined;
    } else if (current) {
      current.lines.push(line);
    } else if (line !== "" && !line.startsWith("#")) {
      refuse("neither a case nor a heading");
    }
  }
  if (current) throw new Error(`cases/${chapter}.txt: the last case has no end`);
  return cases;
}
