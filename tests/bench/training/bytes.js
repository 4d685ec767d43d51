// Bytes: checksums, encodings, a picture that is filtered, a file's header.
const input = Uint8Array.from({ length: 1_500 }, (_, i) => (i * 31 + (i >> 3)) & 255);
const table = new Uint32Array(256).map((_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});
const crc = (bytes) => {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = table[(sum ^ byte) & 255] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
};
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const base64 = (bytes) => {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += LETTERS[word >> 18] + LETTERS[(word >> 12) & 63] + (i + 1 < bytes.length ? LETTERS[(word >> 6) & 63] : "=") + (i + 2 < bytes.length ? LETTERS[word & 63] : "=");
  }
  return text;
};
const WIDTH = 40;
const image = new Float32Array(WIDTH * WIDTH).map((_, i) => Math.sin(i) * 100);
const blurred = new Float32Array(image.length);
for (let y = 1; y < WIDTH - 1; y++) {
  for (let x = 1; x < WIDTH - 1; x++) {
    let sum = 0;
    for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) sum += image[(y + dy) * WIDTH + x + dx];
    blurred[y * WIDTH + x] = sum / 9;
  }
}
const file = new DataView(new ArrayBuffer(64));
file.setUint32(0, 0x89504e47);
file.setInt16(4, -2, true);
file.setFloat64(8, Math.PI);
let header = 0;
for (let i = 0; i < 16; i++) header += file.getUint8(i);
const part = input.subarray(100, 200);
part.set([1, 2, 3], 5);
return [crc(input), base64(input).length, base64(part).slice(0, 12), Math.round(blurred.reduce((sum, value) => sum + value, 0)), header, file.getFloat64(8), Array.from(new Uint16Array(input.buffer, 0, 4)), Array.from(part.slice(3, 9).sort()), input.indexOf(200), input.filter((byte) => byte > 250).length];
