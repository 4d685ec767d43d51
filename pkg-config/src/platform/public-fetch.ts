// `fetch` that connects to public addresses only, whatever names lead to.
//
// Node's `fetch` takes a dispatcher, and that a `lookup` whose answer is what it connects to: checking there cannot be raced by a name
// that leads elsewhere a moment later. The class is that of Node's own dispatcher, which the platform shows by a registered symbol.

import { createRequire } from "node:module";

/** Loaded with the first request. */
const require = createRequire(import.meta.url) as {
  (name: "node:dns"): typeof import("node:dns");
  (name: "node:net"): typeof import("node:net");
};

/**
 * Addresses that lead nowhere public: IANA's registries of special-purpose addresses (RFC 6890 and after). Those that hold an IPv4
 * address (mapped, NAT64, 6to4, Teredo) are refused whatever they hold.
 */
const SPECIAL: readonly (readonly [subnet: string, bits: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];
/** Of IPv6 all but global unicast (2000::/3) is special, and of that these. */
const GLOBAL_UNICAST = ["2000::", 3] as const;
const SPECIAL_UNICAST: readonly (readonly [subnet: string, bits: number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

/** Whether everyone may be sent to an address. */
function publicAddresses(): (address: string) => boolean {
  const { BlockList, isIPv4 } = require("node:net");
  const special4 = new BlockList();
  const special6 = new BlockList();
  const global6 = new BlockList();
  for (const [subnet, bits] of SPECIAL) special4.addSubnet(subnet, bits, "ipv4");
  for (const [subnet, bits] of SPECIAL_UNICAST) special6.addSubnet(subnet, bits, "ipv6");
  global6.addSubnet(...GLOBAL_UNICAST, "ipv6");
  return (address) =>
    isIPv4(address) ? !special4.check(address, "ipv4") : global6.check(address, "ipv6") && !special6.check(address, "ipv6");
}

type Addresses = readonly { readonly address: string; readonly family: number }[];
type Lookup = (host: string, options: object, done: (error: Error | null, addresses: Addresses | string, family?: number) => void) => void;
type AgentClass = new (options: { connect: { lookup: Lookup } }) => object;

/** The addresses of a name, if it has no other than public ones. */
function lookupPublic(): Lookup {
  const isPublic = publicAddresses();
  return (host, options, done) => {
    require("node:dns").lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      const inside = addresses.find(({ address }) => !isPublic(address));
      if (inside) return done(new Error(`${host} leads to ${inside.address}, which is not a public address`), []);
      if ((options as { all?: boolean }).all) return done(null, addresses);
      const [first] = addresses;
      if (!first) return done(new Error(`${host} has no address`), []);
      done(null, first.address, first.family);
    });
  };
}

const DISPATCHER = Symbol.for("undici.globalDispatcher.1");
const ours = new WeakMap<object, object>();

/**
 * What finds connections to public addresses; nothing where the embedder set something else than Node's own, a proxy for example,
 * which looks names up where nothing can be seen of it from here.
 * @throws where the platform has nothing of the kind
 */
function publicDispatcher(): object | undefined {
  // Node makes its own when a class of `fetch` is first looked at.
  void globalThis.Headers;
  const own = (globalThis as { [DISPATCHER]?: object })[DISPATCHER];
  if (!own) throw new Error("names cannot be kept from leading to private addresses here; give httpExtension a fetch of your own");
  if (own.constructor.name !== "Agent") return undefined;
  let dispatcher = ours.get(own);
  if (!dispatcher) ours.set(own, (dispatcher = new (own.constructor as AgentClass)({ connect: { lookup: lookupPublic() } })));
  return dispatcher;
}

/** The `fetch` of the moment, to public addresses only. */
export const publicFetch: typeof fetch = async (input, init) => {
  const dispatcher = publicDispatcher();
  return fetch(input, dispatcher ? ({ ...init, dispatcher } as RequestInit) : init);
};
