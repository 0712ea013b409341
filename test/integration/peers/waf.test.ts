import { describe, expect, it } from 'vitest';
import { compareWaf } from '../../bench/waf/compare.ts';
import { readCrsCases } from '../../bench/waf/crs.ts';
import { missing } from '../../bench/waf/modsecurity.ts';

/** Where .ci/fetch-crs.sh unpacked Debian's source package; `npm run bench -- waf` fetches it for itself. */
const crs = process.env.BLINDSPOT_CRS ?? '';
const why = crs === '' ? 'no source of modsecurity-crs (.ci/fetch-crs.sh)' : missing;

/**
 * Of the attacks that ModSecurity stops on this run, the share that ours has to stop, by family: what was measured less a
 * little, so that a rule that is lost shows.
 */
const floors: Readonly<Record<1 | 2, Readonly<Record<string, number>>>> = {
  1: {
    '911 method': 1,
    '913 scanner': 1,
    '920 protocol': 0.9,
    '921 protocol attack': 1,
    '922 multipart': 1,
    '930 traversal': 1,
    '931 remote file': 1,
    '932 command': 0.98,
    '933 PHP': 0.95,
    '934 Node.js': 1,
    '941 script': 0.95,
    '942 SQL': 0.92,
    '943 session fixation': 1,
    '944 Java': 0.99,
  },
  2: {
    '911 method': 1,
    '913 scanner': 1,
    '920 protocol': 0.8,
    '921 protocol attack': 1,
    '922 multipart': 1,
    '930 traversal': 1,
    '931 remote file': 0.65,
    '932 command': 0.98,
    '933 PHP': 0.95,
    '934 Node.js': 1,
    '941 script': 0.94,
    '942 SQL': 0.75,
    '943 session fixation': 1,
    '944 Java': 0.95,
  },
};

describe.skipIf(why !== null)(
  `the firewall beside ModSecurity, by the Core Rule Set’s own tests${why === null ? '' : `: ${why}`}`,
  { timeout: 600_000 },
  () => {
    it.each([1, 2] as const)('paranoia level %i', async (level) => {
      const { ours, theirs } = await compareWaf(crs, readCrsCases(crs), level);
      const below = Object.entries(floors[level]).flatMap(([family, floor]) => {
        const stopped = ours.byGroup.get(family.slice(0, 3))?.stopped ?? 0;
        const of = theirs?.byGroup.get(family.slice(0, 3))?.stopped ?? 0;
        return of > 0 && stopped / of >= floor ? [] : [`${family}: ${stopped} beside ${of}, floor ${floor}`];
      });
      expect(below).toEqual([]);
      // What stops nobody would be a firewall without a use; what stops everybody, too.
      expect(ours.ordinary.stopped.length).toBeLessThanOrEqual(theirs?.ordinary.stopped.length ?? 0);
    });
  },
);
