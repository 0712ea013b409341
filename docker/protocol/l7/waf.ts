import { z } from 'zod';
import { wafRules } from './waf-rules.ts';

/** "sql-union", "sql-union in query q", "sql-union in query q at /search": in the words that a finding has. */
const exclusionSchema = z
  .string()
  .max(300)
  .regex(
    new RegExp(`^(?:${wafRules.join('|')})(?: in (?! )[^/]+?)?(?: at /\\S*)?$`),
    'a rule, and perhaps where: "sql-union in query q at /search"',
  );

/** Requests judged by what is in them: each finding adds to a score, and enough of it is too much. */
export const wafSchema = z.strictObject({
  mode: z.enum(['off', 'detect', 'block']).default('off').meta({
    title: 'Web application firewall',
    description: 'detect: only says what it would have done',
  }),
  /** The Core Rule Set's: a higher level has rules that find more, also where there is nothing. */
  paranoia: z.int().min(1).max(2).default(1).meta({ title: 'Paranoia level' }),
  threshold: z.int().min(1).max(100).default(5).meta({ title: 'Score that is too much' }),
  inspect: z.enum(['query', 'request']).default('request').meta({
    title: 'Looks at',
    description: 'query: the query string alone; request: cookies and body, too',
  }),
  /** For what is known to be harmless: narrower than a higher threshold, which lets everything else in, too. */
  exclude: z.array(exclusionSchema).max(100).default([]).meta({
    title: 'Does not look for',
    description: '["sql-union in query q at /search"]; without a part or a path: nowhere',
  }),
  /** What is beyond is not looked at, and the request's story says so. */
  bodyBytes: z.int().min(0).max(1_048_576).default(65_536).meta({ title: 'Body inspected, at most' }),
  agents: z
    .array(z.string().min(1).max(100))
    .max(100)
    .default([
      'sqlmap',
      'nikto',
      'nmap',
      'masscan',
      'dirbuster',
      'gobuster',
      'wpscan',
      'nessus',
      'openvas',
      'arachni',
      'acunetix',
      'w3af',
      'havij',
      'zgrab',
      'nuclei',
      'wfuzz',
      'ffuf',
    ])
    .meta({ title: 'User agents that contain' }),
  methods: z
    .array(z.string().regex(/^[A-Z]{1,30}$/, 'a method such as GET'))
    .max(40)
    .default(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'])
    .meta({ title: 'Methods that are served', description: 'the Core Rule Set: the first four' }),
  fileTypes: z
    .array(z.string().regex(/^[a-z0-9]+$/, 'a file ending without its dot, such as bak'))
    .max(100)
    .default([
      'bak',
      'old',
      'sql',
      'env',
      'ini',
      'log',
      'pem',
      'key',
      'db',
      'mdb',
      'rdb',
      'swp',
      'inc',
      'conf',
      'cfg',
      'dll',
    ])
    .meta({ title: 'File types that are not served' }),
  status: z.int().min(400).max(599).default(403).meta({ title: 'Status when blocked' }),
});
export type WafSettings = z.output<typeof wafSchema>;
