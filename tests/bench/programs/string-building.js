// Texts built piece by piece, and read character by character.
let text = "";
for (let i = 0; i < 40_000; i++) text += String.fromCharCode(97 + (i % 26));
let hash = 0;
for (let i = 0; i < text.length; i++) hash = (hash * 31 + text.charCodeAt(i)) | 0;
const upper = text.slice(0, 20_000).toUpperCase().padEnd(20_010, "-");
return [hash, upper.length, upper.indexOf("XYZA"), text.lastIndexOf("cde")];
