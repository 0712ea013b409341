import type { TimelineEntry } from '../../contract/measure.ts';
import type { Tick } from '../../contract/measure.ts';
import type { LabReport, ReportFacts } from '../../contract/report.ts';
import type { Json } from '../../contract/session.ts';
import type { RecordLine } from './recording-file.ts';
import type { Recordings } from './recordings.ts';
import { ReportSeries } from './report-series.ts';

const keepEntries = 2000;

/** One run from its recording, read piece by piece; facts of a lab that is up come from the lab itself. */
export async function makeReport(
  recordings: Recordings,
  session: string,
  present: ReportFacts | null,
  madeAt: number,
): Promise<LabReport> {
  const about = await recordings.about(session);
  const pieces = await recordings.pieces(session);
  const from = pieces.reduce(
    (least, piece) => Math.min(least, piece.from),
    pieces[0]?.from ?? about.startedAt,
  );
  const to = pieces.reduce((most, piece) => Math.max(most, piece.to), from);
  const series = new ReportSeries({ from, to });
  const settings: Record<string, Json> = {};
  let timeline: TimelineEntry[] = [];
  let facts: ReportFacts | null = null;
  const take = ({ k, v }: RecordLine): void => {
    switch (k) {
      case 'tick':
        series.add(v as Tick);
        break;
      case 'entry':
        timeline.push(v as TimelineEntry);
        break;
      case 'settings': {
        const one = v as { readonly node: string; readonly settings: Json };
        settings[one.node] = one.settings;
        break;
      }
      case 'guide':
      case 'about':
        break;
      case 'facts':
        facts = v as ReportFacts;
    }
  };
  await recordings.each(session, from, to, take);
  timeline = timeline.sort((a, b) => a.at - b.at).slice(-keepEntries);
  return {
    about,
    madeAt,
    from,
    to,
    pointMs: series.pointMs,
    charts: series.charts(),
    timeline,
    settings,
    facts: present ?? facts,
  };
}
