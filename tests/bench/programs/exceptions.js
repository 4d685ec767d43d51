// Errors thrown and caught at some depth, with finally on the way.
class NotFound extends Error {}
let caught = 0;
let unwound = 0;
const dive = (depth, i) => {
  try {
    if (depth > 0) return dive(depth - 1, i);
    if (i % 2) throw new NotFound(`item ${i}`);
    return null.missing;
  } finally {
    unwound++;
  }
};
for (let i = 0; i < 3_000; i++) {
  try {
    dive(4, i);
  } catch (error) {
    caught += error instanceof NotFound ? error.message.length : error instanceof TypeError ? 1 : 1_000_000;
  }
}
return [caught, unwound];
