import { writeFileSync } from 'node:fs';
import { Resolver } from 'node:dns/promises';
import { dnsConfigSchema, dnsSettingsSchema } from '../../protocol/peers/stores.ts';
import type { DnsSettings } from '../../protocol/peers/stores.ts';
import { startSystem } from '../system.ts';
import { storeRole } from './store.ts';

const configFile = '/tmp/dnsmasq.conf';
const hostsFile = '/tmp/records';

/** dnsmasq as an authority for a few names, over UDP and TCP. It logs each query, and that is what is counted. */
export const dnsRole = storeRole({
  role: 'dns',
  schema: dnsConfigSchema,
  settings: dnsSettingsSchema,
  start({ listen, settings }) {
    const counts = { queries: 0, answers: 0 };
    writeFileSync(hostsFile, hostsOf(settings));
    writeFileSync(
      configFile,
      [
        `port=${listen.port}`,
        `listen-address=${listen.address}`,
        `addn-hosts=${hostsFile}`,
        'keep-in-foreground\nbind-interfaces\nno-resolv\nno-hosts\nlocal=/lab/\nlog-queries=extra\nlog-facility=-\n',
      ].join('\n'),
    );
    const ownQueries = new Set<string>();
    const system = startSystem('/usr/sbin/dnsmasq', ['-C', configFile], (line) => {
      const entry = parseLine(line);
      if (entry === null) return true;
      // This program asks, too, to see whether the server answers.
      if (entry.kind === 'query' && entry.from === listen.address) ownQueries.add(entry.id);
      if (ownQueries.has(entry.id)) {
        if (entry.kind !== 'query') ownQueries.delete(entry.id);
        return false;
      }
      if (entry.kind === 'query') counts.queries += 1;
      else counts.answers += 1;
      return true;
    });
    const resolver = new Resolver({ timeout: 400, tries: 1 });
    resolver.setServers([`${listen.address}:${listen.port}`]);
    return {
      system,
      endSignal: 'SIGTERM',
      async ask() {
        await resolver.resolve4('self.lab');
        return { ...counts };
      },
      apply(next) {
        writeFileSync(hostsFile, hostsOf(next));
        system.signal('SIGHUP');
      },
    };
  },
});

/** As /etc/hosts has it. `self.lab` is what this program itself asks for. */
export function hostsOf({ records }: DnsSettings): string {
  const entries = Object.entries({ ...records, 'self.lab': '127.0.0.1' });
  return entries.map(([name, address]) => `${address} ${name}\n`).join('');
}

/** `dnsmasq: 12 10.0.0.2/53127 query[A] shop.lab from 10.0.0.2`, then `... /tmp/records shop.lab is 192.0.2.10`. */
export function parseLine(
  line: string,
): { readonly kind: 'query' | 'answer'; readonly id: string; readonly from: string } | null {
  const match = /: (\d+) (\S+)\/\d+ (\S+) (\S+) (from|is) (\S+)/.exec(line);
  if (match === null) return null;
  const [, id = '', from = '', , , word] = match;
  return { kind: word === 'from' ? 'query' : 'answer', id, from };
}
