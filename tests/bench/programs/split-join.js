// Texts taken apart and put together.
let text = Array.from({ length: 600 }, (_, i) => `field${i}`).join(",");
let length = 0;
for (let turn = 0; turn < 4; turn++) {
  const fields = text.split(",").map((field) => field.trim().replace("field", "f"));
  length += fields.join(";").length + fields.reverse().join(", ").length;
}
return length;
