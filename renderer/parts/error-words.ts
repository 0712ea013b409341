import type { ErrorCode } from '../../electron/contract/errors.ts';

interface Words {
  readonly title: string;
  /** What it means for the lab; empty where the title says it all. */
  readonly means: string;
}

const words: Readonly<Record<ErrorCode, Words>> = {
  'bad-request': { title: 'That value is not accepted', means: 'Nothing was changed.' },
  'unknown-request': { title: 'Window and host do not match', means: 'They are of different versions.' },
  'not-found': { title: 'Not found', means: '' },
  'lab-invalid': { title: 'The lab file is not valid', means: 'The lab cannot start until it is mended.' },
  'lab-needs': { title: 'The lab needs more than this engine has', means: 'Nothing was started.' },
  'session-busy': { title: 'A lab is already up', means: 'One lab runs at a time.' },
  'session-none': { title: 'No lab is up', means: '' },
  'phase-illegal': { title: 'Not at this moment', means: 'The lab is between two phases.' },
  'engine-missing': { title: 'No engine answers', means: 'Labs cannot start on it.' },
  'engine-lost': {
    title: 'The engine stopped answering',
    means: 'What you see is from before; nothing is measured until it is back.',
  },
  'engine-failed': { title: 'The engine refused', means: '' },
  'image-missing': { title: 'The lab image is not built yet', means: 'Docker labs need it once.' },
  'image-failed': { title: 'The image could not be built', means: 'Docker labs cannot start without it.' },
  'address-clash': { title: 'Addresses are already in use', means: 'The lab was not started.' },
  'port-in-use': { title: 'A port is already in use', means: '' },
  'disk-full': { title: 'The disk is full', means: 'What had to be written was not.' },
  'node-unreachable': { title: 'The node does not answer', means: 'Its figures are unknown, not zero.' },
  'node-not-running': { title: 'The node is not running', means: '' },
  'node-refused': { title: 'The node refused', means: 'Nothing was changed.' },
  'terminal-failed': { title: 'The terminal could not open', means: '' },
  'needs-host': { title: 'This needs the host', means: '' },
  cancelled: { title: 'Cancelled', means: '' },
  timeout: { title: 'It took too long', means: '' },
  'channel-closed': { title: 'The host is gone', means: 'Nothing on screen is live until it is back.' },
  usage: { title: 'Wrong usage', means: '' },
  internal: { title: 'Something went wrong inside', means: '' },
};

export function errorTitle(code: ErrorCode): Words {
  return words[code];
}
