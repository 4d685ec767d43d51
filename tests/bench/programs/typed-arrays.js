// Typed arrays and views: a checksum over bytes, and a histogram.
const bytes = new Uint8Array(15_000);
for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 31) ^ (i >> 3);
const words = new Uint32Array(bytes.buffer);
let a = 1;
let b = 0;
for (let i = 0; i < bytes.length; i++) {
  a = (a + bytes[i]) % 65_521;
  b = (b + a) % 65_521;
}
const histogram = new Float64Array(256);
for (const byte of bytes) histogram[byte]++;
const view = new DataView(bytes.buffer);
for (let i = 0; i < 5_000; i += 4) a ^= view.getInt32(i, true) ^ words[i / 4];
return [a, b, Math.max(...histogram)];
