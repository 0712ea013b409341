import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findLab, loadCatalogue, validateLab } from '../../../../../electron/host/lab/catalogue.ts';
import { labOnDisk, readmeLab } from '../../../../support/lab-on-disk.ts';
import type { LabText } from '../../../../support/lab-on-disk.ts';

const shipped = new URL('../../../../../labs/', import.meta.url).pathname;

/** The smallest lab with one thing changed; the problem that is found, and the text at its place. */
async function broken(change: Partial<Record<keyof LabText, readonly [string, string]>>) {
  const text = { ...(await readmeLab()) };
  for (const [file, [from, to]] of Object.entries(change) as [keyof LabText, readonly [string, string]][]) {
    expect(text[file]).toContain(from);
    text[file] = text[file].replace(from, to);
  }
  const problems = await validateLab(await labOnDisk('90-half-broken', text));
  return problems.map((problem) => ({
    ...problem,
    file: problem.file.split('/').at(-1),
    there: textAt(text, problem.file, problem.line, problem.column),
  }));
}

function textAt(text: LabText, file: string, line: number | null, column: number | null): string {
  const name = file.endsWith('lab.yaml') ? 'lab' : file.endsWith('guide.md') ? 'guide' : 'solution';
  const row = text[name].split('\n')[(line ?? 1) - 1] ?? '';
  return row.slice((column ?? 1) - 1);
}

describe('the shipped labs', () => {
  it('are good', async () => {
    const { labs, problems } = await loadCatalogue([shipped]);
    expect(problems).toEqual([]);
    expect(labs.map((lab) => lab.id)).toContain('green-but-500');
    // All of them: a second on a free machine, and twenty on one that is short of time.
  }, 90_000);
});

describe('one lab alone', () => {
  it('is the one of the catalogue, wherever its number is', async () => {
    const { labs } = await loadCatalogue([shipped]);
    const [wanted] = labs;
    expect(await findLab([shipped], wanted?.id ?? '')).toEqual(wanted);
  });

  it('is nothing where no folder has its name, or the folder cannot be read', async () => {
    expect(await findLab([shipped], 'no-such-lab')).toBeNull();
    const text = await readmeLab();
    const folder = await labOnDisk('90-half-broken', { ...text, lab: text.lab.replace('title:', 'tittle:') });
    expect(await findLab([dirname(folder)], 'half-broken')).toBeNull();
  });
});

describe('the lab of labs/README.md', () => {
  let text: LabText;
  beforeAll(async () => {
    text = await readmeLab();
  });

  it('is good as printed', async () => {
    const folder = await labOnDisk('90-half-broken', text);
    expect(await validateLab(folder)).toEqual([]);
    expect(await validateLab(join(folder, 'lab.yaml'))).toEqual([]);
  });

  it('stands in the catalogue beside the others; a directory that is not there holds none', async () => {
    const folder = await labOnDisk('90-half-broken', text);
    const { labs, problems } = await loadCatalogue([shipped, dirname(folder), '/nowhere/at/all']);
    expect(problems).toEqual([]);
    expect(labs.map((lab) => lab.id)).toContain('half-broken');
  });

  it('is a problem, and not a lab, where the id is taken', async () => {
    const folders = [await labOnDisk('90-half-broken', text), await labOnDisk('half-broken', text)];
    const { labs, problems } = await loadCatalogue(folders.map((folder) => dirname(folder)));
    expect(labs).toHaveLength(1);
    expect(problems[0]?.message).toContain('"half-broken" is taken');
  });
});

describe('a bad lab file says what, where and what instead', () => {
  it.each([
    ['a wrong key', 'question:', 'questoin:', 'unknown key "questoin"', 'question', 'questoin:'],
    ['a wrong key of a check', 'sample: 200', 'sampel: 200', 'unknown key "sampel"', 'sample', 'sampel: 200'],
    ['a wrong key of settings', 'rate: 100', 'rat: 100', 'unknown key "rat"', 'rate', 'rat: 100'],
    ['a wrong type', 'minutes: 3', 'minutes: three', '"minutes" cannot be "three"', null, 'three'],
    ['a wrong role', 'role: l4', 'role: l3', '"role" cannot be "l3"', 'l4', 'l3'],
    ['a wrong type of check', 'type: share', 'type: shore', '"type" cannot be "shore"', 'share', 'shore'],
    [
      'a reference to no node',
      'to: balancer',
      'to: balancr',
      'there is no node "balancr"',
      'balancer',
      'balancr',
    ],
    [
      'a check of no node',
      'client: client',
      'client: cleint',
      'there is no node "cleint"',
      'client',
      'cleint',
    ],
    [
      'a target that is none',
      'targets: backend',
      'targets: backends',
      'there is no node "backends"',
      'backend',
      'backends',
    ],
    ['a share of a balancer', 'client: client', 'client: balancer', '"balancer" is a l4', null, 'balancer'],
    [
      'a pick from no group',
      'from: backend',
      'from: bakend',
      'there is no node "bakend"',
      'backend',
      'bakend',
    ],
    ['a setting that is none', 'expected: 0.5', 'expected: 5', '"expected" will not do', null, '5'],
    [
      'an unknown need',
      'minutes: 3',
      'minutes: 3\nneeds: [kernal]',
      '"needs", entry 1, cannot be "kernal"',
      'kernel',
      'kernal',
    ],
    [
      'another folder',
      'id: half-broken',
      'id: half-brocken',
      "not the folder's name",
      'half-broken',
      'half-brocken',
    ],
    ['broken YAML', 'minutes: 3', 'minutes: [3', '', null, null],
    ['a key twice', 'minutes: 3', 'minutes: 3\nminutes: 4', 'Map keys must be unique', null, null],
  ] as const)('%s', async (_what, from, to, message, suggestion, there) => {
    const [problem] = await broken({ lab: [from, to] });
    expect(problem).toMatchObject({ file: 'lab.yaml', suggestion });
    expect(problem?.message).toContain(message);
    expect(problem?.expected).not.toBe('');
    if (there !== null) expect(problem?.there.startsWith(there)).toBe(true);
  });

  it('a misspelt key is one problem, not a wrong one and a missing one', async () => {
    expect(await broken({ lab: ['question:', 'questoin:'] })).toHaveLength(1);
  });

  it('a key that is missing', async () => {
    const [problem] = await broken({ lab: ['minutes: 3\n', ''] });
    expect(problem).toMatchObject({ message: '"minutes" is missing', expected: 'a number' });
  });

  it('a node name that two entries come to: one address for both', async () => {
    const [problem] = await broken({ lab: ['  backend: {', '  backend-1: { role: backend }\n  backend: {'] });
    expect(problem?.message).toContain('"backend-1"');
    expect(problem?.message).toContain('share one address');
  });

  it('traffic that runs in a circle', async () => {
    const cycle =
      'balancer: { role: l4, settings: { targets: other } }\n  other: { role: l4, settings: { targets: balancer } }';
    const [problem] = await broken({
      lab: ['balancer: { role: l4, settings: { targets: backend } }', cycle],
    });
    expect(problem).toMatchObject({
      message: 'traffic runs in a circle: balancer -> other -> balancer',
      line: 12,
    });
  });

  it('a step twice', async () => {
    const again = '- id: break-one\n        check: { type: ledger }\n      - id: break-one';
    const problems = await broken({ lab: ['- id: break-one', again] });
    expect(problems.map((one) => one.message)).toContain('there is another step "break-one"');
  });

  it('several at once', async () => {
    const problems = await broken({
      lab: ['minutes: 3', 'minuts: 3'],
      solution: ['always-status', 'allways-status'],
    });
    expect(problems.map((one) => one.file)).toEqual(expect.arrayContaining(['lab.yaml', 'solution.yaml']));
  });
});

describe('a bad guide or solution', () => {
  it.each([
    [
      'guide',
      '{#break-one}',
      '{#brake-one}',
      'the step "brake-one" is not in lab.yaml',
      'guide.md',
      'break-one',
    ],
    ['guide', '{#only}', '{#onely}', 'the act "onely" is not in lab.yaml', 'guide.md', 'only'],
    ['guide', '### Why', '### What', 'lacks its why', 'lab.yaml', null],
    ['solution', 'break-one:', 'brake-one:', 'there is no step "brake-one"', 'solution.yaml', 'break-one'],
    ['solution', '$culprit', '$culprt', 'there is no node "$culprt"', 'solution.yaml', '$culprit'],
    [
      'solution',
      'always-status',
      'always-statsu',
      '"fault" cannot be "always-statsu"',
      'solution.yaml',
      'always-status',
    ],
    ['solution', 'status: 500', 'stauts: 500', 'unknown key "stauts"', 'solution.yaml', 'status'],
    ['solution', 'status: 500', 'status: 99', '"status" will not do: 99', 'solution.yaml', null],
    [
      'solution',
      'node: $culprit',
      'node: client',
      '"client" is a client, which has no faults',
      'solution.yaml',
      null,
    ],
    [
      'solution',
      '{ do: fault, node: $culprit, fault: always-status, with: { status: 500 } }',
      '{ do: set, node: balancer, settings: { healthCheck: { protocl: http } } }',
      'unknown key "protocl"',
      'solution.yaml',
      'protocol',
    ],
    [
      'solution',
      '{ do: fault, node: $culprit, fault: always-status, with: { status: 500 } }',
      '{ do: answer, step: break-one, value: x }',
      'asks for no answer',
      'solution.yaml',
      null,
    ],
    ['solution', 'steps:', 'close: yes-it-is\nsteps:', 'no closing question', 'solution.yaml', null],
  ] as const)('%s: %s -> %s', async (file, from, to, message, where, suggestion) => {
    const problems = await broken({ [file]: [from, to] });
    const problem = problems.find((one) => one.message.includes(message));
    expect(problem).toMatchObject({ file: where, suggestion });
    expect(problem?.line).toBeGreaterThan(0);
  });

  it('lacks the prediction that its step asks for', async () => {
    const check = 'check: { type: share, client: client, expected: 0.5, sample: 200 }';
    const choices =
      'choices: [{ value: a, text: A, explain: A, holds: { type: ledger } }, { value: b, text: B, explain: B, holds: { type: ledger } }]';
    const [problem, ...others] = await broken({
      lab: [check, `${check}\n        predict: { prompt: Who?, ${choices} }`],
    });
    expect(problem).toMatchObject({ file: 'solution.yaml', line: 3 });
    expect(problem?.message).toBe('step "break-one" asks for a prediction, and the solution makes none');
    expect(others).toEqual([]);
  });

  it('marks the very key, deep in a solution', async () => {
    const [problem] = await broken({ solution: ['status: 500', 'stauts: 500'] });
    expect(problem?.there.startsWith('stauts')).toBe(true);
  });
});

describe('a folder that is no lab', () => {
  it('is told apart from a lab whose files are missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'blindspot-lab-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    expect(
      (await loadCatalogue([dirname(folder)])).problems.filter((one) => one.file.includes(folder)),
    ).toEqual([]);
    await writeFile(join(folder, 'lab.yaml'), 'id: x\n');
    const problems = await validateLab(folder);
    expect(problems.map((one) => one.file.split('/').at(-1))).toEqual(['guide.md', 'solution.yaml']);
  });

  it.each(['', '[]', 'null', '42', '{ acts: 3 }', '- a\n- b'])(
    'never throws: lab.yaml is %j',
    async (lab) => {
      const text = await readmeLab();
      const problems = await validateLab(await labOnDisk('90-half-broken', { ...text, lab }));
      expect(problems.length).toBeGreaterThan(0);
    },
  );
});

describe('certificates', () => {
  it('are needed by a node that is to show one, wherever it is told to', async () => {
    const on = 'settings: { tls: { on: true } } }';
    const [told] = await broken({
      lab: ['backend: { role: backend, count: 2 }', `backend: { role: backend, count: 2, ${on}`],
    });
    expect(told?.message).toBe('backend is to show a certificate, and holds none');
    expect(told?.expected).toContain('certificates: [app.lab]');
    const opened = '    begin: [{ do: set, node: backend, settings: { tls: { on: true } } }]\n    steps:';
    expect(await broken({ lab: ['    steps:', opened] })).toHaveLength(1);
    const fault = '    begin: [{ do: fault, node: backend, fault: wrong-certificate }]\n    steps:';
    expect(await broken({ lab: ['    steps:', fault] })).toHaveLength(1);
    const held = `backend: { role: backend, count: 2, certificates: [], ${on}`;
    expect(await broken({ lab: ['backend: { role: backend, count: 2 }', held] })).toEqual([]);
  });

  it('a site leads to a node that there is', async () => {
    const [astray] = await broken({ lab: ['nodes:\n', 'hosts: { app.lab: balancr }\nnodes:\n'] });
    expect(astray).toMatchObject({ message: 'there is no node "balancr"', suggestion: 'balancer' });
  });
});
