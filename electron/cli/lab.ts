import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { LabProblem } from '../contract/catalogue.ts';
import type { EngineId } from '../contract/app.ts';
import { createHost } from '../host/create-host.ts';
import type { LabHost } from '../host/create-host.ts';
import type { Controller } from '../host/controller.ts';
import { prove } from '../host/checks/verify.ts';
import type { Proof } from '../host/checks/verify.ts';
import { routeLines } from '../host/manifests/route-lines.ts';
import { translate } from '../host/manifests/translate.ts';
import { engineNotices } from '../host/views.ts';
import { validateLab } from '../host/lab/catalogue.ts';
import { editorSchema } from '../host/lab/editor-schema.ts';
import { exitCodes, finish, usage } from './exit.ts';
import { follow } from './follow.ts';

const forms = `npm run --silent lab -- list [--json]
npm run --silent lab -- up ID [--engine docker|local] [--scale N]
npm run --silent lab -- status [--json]
npm run --silent lab -- down [--all]
npm run --silent lab -- verify ID...|--all [--engine docker|local] [--repeat N] [--json]
npm run --silent lab -- doctor [--json]
npm run --silent lab -- validate PATH [--json]
npm run --silent lab -- schema lab|solution
npm run --silent lab -- manifests FILE [--role l4|l7] [--json]`;

/** A command has no terminals to open. */
const noStreams = { openStream: () => '', stream: () => undefined };

const root = join(import.meta.dirname, '..', '..');

await finish(async () => {
  const { command, names, flags } = read(process.argv.slice(2));
  if (command === 'validate') return await validate(names, flags.json);
  if (command === 'manifests') return await manifests(one(names, 'manifests FILE'), flags);
  if (command === 'schema') return schema(one(names, 'schema lab|solution'));
  const host = await createHost({ root, face: 'cli' });
  const { controller } = host;
  try {
    switch (command) {
      case 'list':
        return await list(host, flags.json);
      case 'up':
        return await up(controller, one(names, 'up ID'), flags);
      case 'status':
        return status(controller, flags.json);
      case 'down':
        return await down(controller, flags.all);
      case 'verify':
        return await verify(controller, names, flags);
      case 'doctor':
        return await doctor(host, flags.json);
      default:
        throw usage(`There is no command "${command}".`, forms);
    }
  } finally {
    await host.dispose();
  }
});

interface Flags {
  readonly json: boolean;
  readonly all: boolean;
  readonly engine: EngineId | undefined;
  readonly repeat: number;
  readonly scale: number | undefined;
  readonly role: 'l4' | 'l7';
}

function read(argv: readonly string[]): { command: string; names: readonly string[]; flags: Flags } {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        all: { type: 'boolean', default: false },
        engine: { type: 'string' },
        repeat: { type: 'string', default: '1' },
        scale: { type: 'string' },
        role: { type: 'string', default: 'l7' },
      },
    });
    const [command, ...names] = positionals;
    if (command === undefined) throw usage('Say what to do.', forms);
    const { engine } = values;
    if (engine !== undefined && engine !== 'docker' && engine !== 'local') {
      throw usage(`There is no engine "${engine}".`, '--engine docker or --engine local');
    }
    const repeat = Number(values.repeat);
    if (!Number.isInteger(repeat) || repeat < 1)
      throw usage(`--repeat ${values.repeat} is not a count.`, '--repeat 10');
    const scale = values.scale === undefined ? undefined : Number(values.scale);
    if (scale !== undefined && !(scale > 0 && scale <= 100))
      throw usage('--scale is from above 0 to 100.', '--scale 1 is real time');
    const { role } = values;
    if (role !== 'l4' && role !== 'l7') throw usage(`There is no role "${role}".`, '--role l4 or --role l7');
    return { command, names, flags: { json: values.json, all: values.all, engine, repeat, scale, role } };
  } catch (error) {
    if (error instanceof TypeError) throw usage(error.message, forms);
    throw error;
  }
}

function one(names: readonly string[], form: string): string {
  const [name, ...more] = names;
  if (name === undefined || more.length > 0) throw usage('Name one lab.', `npm run --silent lab -- ${form}`);
  return name;
}

function json(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function list(host: LabHost, asJson: boolean): Promise<number> {
  const { labs, problems } = await host.call('catalogue.list', {}, noStreams);
  if (asJson)
    json(
      labs.map(({ id, title, theme, minutes, needs, engines }) => ({
        id,
        title,
        theme,
        minutes,
        needs,
        engines,
      })),
    );
  else
    for (const lab of labs)
      say(
        `${lab.id.padEnd(24)} ${String(lab.minutes).padStart(2)} min  ${lab.title}  (${lab.engines.join(', ') || 'no engine here'})`,
      );
  for (const problem of problems)
    process.stderr.write(
      `${problem.file}:${problem.line ?? 1}:${problem.column ?? 1}: ${problem.message}; expected ${problem.expected}\n`,
    );
  return problems.length === 0 ? exitCodes.good : exitCodes.failed;
}

async function up(controller: Controller, id: string, flags: Flags): Promise<number> {
  if (flags.engine === undefined)
    for (const { text, next } of engineNotices(controller)) say(`${text}\n  next: ${next ?? ''}`);
  await controller.up(id, flags.engine, flags.scale);
  await follow(controller, say);
  say('Taking the lab down.');
  await controller.down();
  return exitCodes.good;
}

function status(controller: Controller, asJson: boolean): number {
  const labs = controller.found;
  if (asJson) json(labs);
  else if (labs.length === 0) say('No lab is running.');
  else
    for (const lab of labs)
      say(`${lab.lab} (${lab.session}) on ${lab.engine}: ${lab.running} of ${lab.nodes} nodes run`);
  return exitCodes.good;
}

async function down(controller: Controller, all: boolean): Promise<number> {
  const labs = controller.found;
  if (labs.length > 1 && !all) {
    throw usage(
      `${labs.length} labs are running.`,
      'npm run --silent lab -- down --all takes all of them down',
    );
  }
  for (const lab of labs) {
    await controller.remove(lab.session);
    say(`${lab.lab} (${lab.session}) is down.`);
  }
  if (labs.length === 0) say('No lab is running.');
  return exitCodes.good;
}

async function verify(controller: Controller, names: readonly string[], flags: Flags): Promise<number> {
  if (names.length === 0 && !flags.all) throw usage('Name the labs to verify, or say --all.', forms);
  const labs = flags.all
    ? (await controller.shelf.load()).labs
    : await Promise.all(names.map((name) => controller.shelf.lab(name)));
  const engine = controller.engines.use(flags.engine).engine.id;
  const results: Proof[] = [];
  for (let round = 0; round < flags.repeat; round++) {
    for (const lab of labs) {
      const proof = await prove(controller, lab, engine, flags.json ? () => undefined : say);
      results.push(proof);
      if (!flags.json)
        say(
          `${proof.verdict.toUpperCase()} ${proof.lab} on ${proof.engine} in ${proof.seconds} s: ${proof.reason}`,
        );
    }
  }
  if (flags.json) json({ results });
  return results.some((proof) => proof.verdict === 'failed') ? exitCodes.failed : exitCodes.good;
}

async function doctor(host: LabHost, asJson: boolean): Promise<number> {
  const report = await host.call('app.doctor', {}, noStreams);
  if (asJson) json(report);
  else
    for (const { what, ok, detail, next } of report.findings) {
      say(`${ok ? 'ok ' : 'NO '} ${what}: ${detail}${next === undefined ? '' : `\n     next: ${next}`}`);
    }
  return report.engines.some((engine) => engine.available) ? exitCodes.good : exitCodes.missing;
}

/** For editors; labs/README.md says how. */
function schema(of: string): number {
  const found = editorSchema(of);
  if (found === null) throw usage(`There is no schema "${of}".`, 'Say lab or solution.');
  json(found);
  return exitCodes.good;
}

/** Kubernetes documents, as a balancer with any backends would take them. */
async function manifests(file: string, { role, json: asJson }: Flags): Promise<number> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw usage(
      error instanceof Error ? error.message : String(error),
      'Name a file of Kubernetes documents.',
    );
  });
  const { settings, problems, notes } = translate(file, text, { role, backends: null, port: null });
  if (asJson) json({ settings, problems, notes });
  else {
    for (const line of settings === null ? [] : routeLines(settings)) say(line);
    for (const note of notes) say(`${note.file}:${note.line}: note: ${note.text}`);
    sayProblems(problems);
  }
  return problems.length === 0 ? exitCodes.good : exitCodes.failed;
}

function sayProblems(problems: readonly LabProblem[]): void {
  for (const p of problems) {
    const hint = p.suggestion === null ? '' : `; did you mean "${p.suggestion}"?`;
    say(`${p.file}:${p.line ?? 1}:${p.column ?? 1}: ${p.message}; expected ${p.expected}${hint}`);
  }
}

async function validate(paths: readonly string[], asJson: boolean): Promise<number> {
  const problems = await validateLab(one(paths, 'validate PATH'));
  if (asJson) json({ valid: problems.length === 0, problems });
  else if (problems.length === 0) say('This lab is valid.');
  else sayProblems(problems);
  return problems.length === 0 ? exitCodes.good : exitCodes.failed;
}
