/** IPv4 blocks as numbers, and the choice of one that nothing on this machine or engine uses. Pure. */
export interface Block {
  readonly base: number;
  readonly prefix: number;
}

/**
 * Private ranges, each tried in turn: a VPN that takes all of 10/8 leaves the others. Away from Docker's own pools
 * (172.17/16 and up, 192.168/20 steps) and from what home routers use.
 */
const pools: readonly Block[] = [block('10.201.0.0/16'), block('172.31.128.0/17'), block('192.168.232.0/21')];
/** The engine's own bridge takes the first address; nodes begin at .10, so that there is room for virtual ones. */
const firstNode = 10;
const smallest = 26;
const largest = 20;

export function block(text: string): Block {
  const [address = '', prefix = '32'] = text.split('/');
  const bits = Number(prefix);
  return { base: (number(address) & mask(bits)) >>> 0, prefix: bits };
}

export function text({ base, prefix }: Block): string {
  return `${dotted(base)}/${prefix}`;
}

export function overlaps(a: Block, b: Block): boolean {
  const shared = mask(Math.min(a.prefix, b.prefix));
  return (a.base & shared) >>> 0 === (b.base & shared) >>> 0;
}

/** The smallest block that holds so many nodes: a /26 up to 53 of them. */
export function prefixFor(nodes: number): number {
  for (let prefix = smallest; prefix > largest; prefix--) {
    if (2 ** (32 - prefix) - 1 - firstNode >= nodes) return prefix;
  }
  return largest;
}

/** `seed` spreads sessions over the pool, so that two apps at once seldom reach for the same block. */
export function freeBlock(taken: readonly Block[], prefix: number, seed: number): Block | null {
  for (const pool of pools) {
    const count = 2 ** (prefix - pool.prefix);
    for (let i = 0; i < count; i++) {
      const candidate = { base: (pool.base + ((seed + i) % count) * 2 ** (32 - prefix)) >>> 0, prefix };
      if (!taken.some((other) => overlaps(candidate, other))) return candidate;
    }
  }
  return null;
}

export function gatewayOf({ base }: Block): string {
  return dotted(base + 1);
}

export function nodeAddress({ base }: Block, index: number): string {
  return dotted(base + firstNode + index);
}

/** The kernel's own table as /proc/net/route prints it: addresses as hex in the machine's byte order. */
export function routedBlocks(table: string): readonly Block[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      const [destination, netmask] = [fields[1], fields[7]];
      if (destination === undefined || netmask === undefined) return [];
      const prefix = ones(swapped(netmask));
      // The default route covers everything and takes nothing.
      return prefix === 0 ? [] : [{ base: swapped(destination), prefix }];
    });
}

function swapped(hex: string): number {
  return Buffer.from(hex.padStart(8, '0'), 'hex').readUInt32LE(0);
}

function ones(value: number): number {
  return value
    .toString(2)
    .split('')
    .filter((bit) => bit === '1').length;
}

function mask(prefix: number): number {
  return prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
}

function number(address: string): number {
  return address.split('.').reduce((sum, part) => (sum * 256 + Number(part)) >>> 0, 0);
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}
