import type { ReportFacts, ReportFile } from '../contract/report.ts';
import type { Controller } from './controller.ts';
import { makeReport } from './telemetry/report.ts';
import { reportPage } from './telemetry/report-page.ts';
import { health, mystery } from './views.ts';

/** What stands now. The bill and its cause would name the culprit: until it is found they are kept back here too. */
export function reportFacts(controller: Controller): ReportFacts {
  const hidden = mystery(controller);
  return {
    at: Date.now(),
    guide: controller.runner?.state() ?? null,
    health: health(controller).map((balancer) => ({
      ...balancer,
      rows: balancer.rows.map((row) =>
        hidden.has(row.target) ? { ...row, measured: null, bill: null, returnBill: null } : row,
      ),
    })),
    ledger: controller.session?.telemetry.ledger() ?? null,
    budget: controller.record?.budget() ?? null,
  };
}

export async function reportFile(
  controller: Controller,
  session: string,
  form: 'html' | 'json',
): Promise<ReportFile> {
  const present = controller.record?.id === session;
  if (present) await controller.record?.flush();
  const report = await makeReport(
    controller.recordings,
    session,
    present ? reportFacts(controller) : null,
    Date.now(),
  );
  const name = `blindspot-${report.about.lab}-${session}.${form}`;
  return form === 'html'
    ? { name, type: 'text/html', text: reportPage(report) }
    : { name, type: 'application/json', text: `${JSON.stringify(report, null, 2)}\n` };
}
