// Numbers: statistics, prices, dates, a few large integers, conversions from and to text.
const values = Array.from({ length: 900 }, (_, i) => Math.sin(i) * 100 + ((i * 7919) % 101));
const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = Math.sqrt(values.map((value) => (value - mean) ** 2).reduce((sum, value) => sum + value) / values.length);
const sorted = [...values].sort((a, b) => a - b);
const quantile = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
const histogram = new Array(10).fill(0);
for (const value of values) histogram[Math.max(0, Math.min(9, Math.floor((value + 100) / 30)))]++;
let text = 0;
for (let i = 0; i < 400; i++) {
  text += (i * 1.5).toFixed(2).length + String(i / 3).length + i.toString(16).length + parseInt(`${i}px`, 10) + Number.parseFloat("1.5e2") + Number(`0x${i % 10}`);
}
let power = 1n;
for (let i = 0; i < 120; i++) power = (power * 7n + BigInt(i)) % 1_000_000_007n;
const start = Date.UTC(2026, 0, 31);
const days = [];
for (let i = 0; i < 80; i++) {
  const day = new Date(start + i * 86_400_000);
  if (day.getUTCDay() % 6 !== 0) days.push(`${day.getUTCFullYear()}-${String(day.getUTCMonth() + 1).padStart(2, "0")}-${String(day.getUTCDate()).padStart(2, "0")}`);
  if (i % 10 === 0) days.push(day.toISOString().slice(0, 10), Date.parse(day.toISOString()) === day.getTime());
}
let primes = 0;
for (let n = 2; n < 1_500; n++) {
  let prime = true;
  for (let d = 2; d * d <= n; d++) {
    if (n % d === 0) {
      prime = false;
      break;
    }
  }
  if (prime) primes++;
}
let x = 1;
while (Math.abs(x * x * x - 2) > 1e-12) x -= (x * x * x - 2) / (3 * x * x);
return [mean.toFixed(6), deviation.toFixed(6), [0.1, 0.5, 0.9].map((part) => quantile(part).toFixed(3)), histogram, Math.round(text), power.toString(), days.length, days.slice(-3), primes, x.toFixed(9), (1234.5).toLocaleString === undefined];
