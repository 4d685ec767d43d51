// Many small objects that soon are garbage: lists and binary trees.
const tree = (depth) => (depth === 0 ? { left: null, right: null } : { left: tree(depth - 1), right: tree(depth - 1) });
const count = ({ left, right }) => 1 + (left === null ? 0 : count(left) + count(right));
let nodes = 0;
for (let turn = 0; turn < 6; turn++) nodes += count(tree(10));
let list = null;
for (let i = 0; i < 15_000; i++) list = { value: i, next: i % 100 === 0 ? null : list };
return [nodes, list.value];
