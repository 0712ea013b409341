import { access, constants, mkdir } from 'node:fs/promises';
import type { DoctorReport, PlanesReport } from '../contract/app.ts';
import type { Engines } from './engines.ts';
import { freeBytes } from './free-bytes.ts';

const oldestNode = 22;
const roomBytes = 1_500_000_000;

/** What is there, what is missing, and the one thing to do about each. */
export async function doctor(engines: Engines, stateDir: string): Promise<DoctorReport> {
  await engines.refresh(true);
  return {
    engines: engines.reports(),
    findings: [
      nodeVersion(),
      await writable(stateDir),
      await room(stateDir),
      ...engineFindings(engines),
      ...engines.reports().flatMap(({ planes }) => (planes === undefined ? [] : [planesFinding(planes)])),
    ],
  };
}

type Finding = DoctorReport['findings'][number];

function nodeVersion(): Finding {
  const ok = Number(process.versions.node.split('.')[0]) >= oldestNode;
  const what = 'Node.js';
  if (ok) return { what, ok, detail: process.version };
  return {
    what,
    ok,
    detail: process.version,
    next: 'Run it through "npm run", which uses the pinned Node 24.',
  };
}

async function writable(dir: string): Promise<Finding> {
  const what = 'Own folder';
  try {
    await mkdir(dir, { recursive: true });
    await access(dir, constants.W_OK);
    return { what, ok: true, detail: dir };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { what, ok: false, detail, next: 'Set BLINDSPOT_HOME to a folder that can be written.' };
  }
}

async function room(dir: string): Promise<Finding> {
  const what = 'Disk';
  const free = (await freeBytes(dir)) ?? 0;
  const detail = `${(free / 1e9).toFixed(1)} GB free`;
  if (free >= roomBytes) return { what, ok: true, detail };
  return { what, ok: false, detail, next: 'Free 1.5 GB: building the image needs that much for a moment.' };
}

function engineFindings(engines: Engines): readonly Finding[] {
  return engines.reports().map((report): Finding => {
    if (report.available) {
      const image = report.image === null ? '' : `, image ${report.image.state}`;
      return {
        what: report.name,
        ok: true,
        detail: `${report.version ?? 'answers'} at ${report.endpoint ?? 'this machine'}${image}`,
      };
    }
    return {
      what: report.name,
      ok: false,
      detail: report.diagnosis?.what ?? 'does not answer',
      next: report.diagnosis?.next ?? 'Start it.',
    };
  });
}

/** Each data path was tried in that kernel a moment ago. ip_vs is only told of: none of our own labs needs it. */
export function planesFinding({ known, unknown }: PlanesReport): Finding {
  const what = 'Kernel data paths';
  if (unknown !== null)
    return {
      what,
      ok: false,
      detail: `not known: ${unknown}`,
      next: 'Build the image: npm run image -- build.',
    };
  const works = known.filter((one) => one.works).map(({ plane }) => plane);
  const not = known.filter((one) => !one.works);
  const said = not.map(({ plane, detail }) => `${plane} (${detail})`);
  const detail = [
    works.join(', ') || 'none works',
    ...(not.length === 0 ? [] : [`not here: ${said.join(', ')}`]),
  ];
  const ok = not.every(({ plane }) => plane === 'ipvs');
  return {
    what,
    ok,
    detail: detail.join('; '),
    ...(ok ? {} : { next: 'Labs that name one of these in `needs` do not start here. All others do.' }),
  };
}
