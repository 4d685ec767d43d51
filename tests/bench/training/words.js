// Text that is taken apart and put together again.
const sentence = "The quick brown fox, who was rather tired by now, jumps over the lazy dog; nobody saw it happen.";
const text = Array.from({ length: 30 }, (_, i) => `${sentence} Line ${i}, ${"ab".repeat(i % 5)}!`).join("\n");
const counts = {};
for (const line of text.split("\n")) {
  for (const word of line.toLowerCase().split(" ")) {
    const plain = word.endsWith(",") || word.endsWith(".") || word.endsWith("!") ? word.slice(0, -1) : word;
    if (plain.length > 2) counts[plain] = (counts[plain] || 0) + 1;
  }
}
let wrapped = "";
let column = 0;
for (const word of text.split(/\s+/)) {
  if (column + word.length > 60) {
    wrapped += "\n";
    column = 0;
  }
  wrapped += word + " ";
  column += word.length + 1;
}
const isVowel = (letter) => "aeiou".includes(letter);
let vowels = 0;
for (let i = 0; i < text.length; i++) if (isVowel(text[i])) vowels++;
const slug = (title) => title.trim().toLowerCase().replaceAll(" ", "-").replace(/[^a-z0-9-]/g, "");
const camel = (name) => name.split("-").map((part, i) => (i === 0 ? part : part.charAt(0).toUpperCase() + part.substring(1))).join("");
const names = Array.from({ length: 250 }, (_, i) => camel(slug(`A Title, number ${i} of many`)));
const columns = names.slice(0, 80).map((name, i) => `${String(i).padStart(4, "0")} | ${name.padEnd(30)} | ${name.indexOf("N")} ${name.codePointAt(2)}`);
let hash = 7;
for (const letter of text) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0;
return [Object.keys(counts).sort(), wrapped.length, vowels, names[17], columns.join("\n").length, hash, text.lastIndexOf("fox"), [..."añb😀c"].reverse().join("")];
