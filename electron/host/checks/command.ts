import type { CheckOf } from '../../../labs/checks.ts';
import { finding } from './finding.ts';
import type { Predicate } from './finding.ts';
import { called, nodeOf } from './names.ts';

const mostWords = 80;

/** Someone typed a command at a node since the step opened, and its output matched. */
export const command: Predicate<CheckOf<'command'>> = (check, { evidence }) => {
  const node = nodeOf(check.node, evidence);
  const wanted = new RegExp(check.matches, 'm');
  const typed = evidence.acts.filter(
    (act) => act.kind === 'command' && act.node === node && act.at >= evidence.stepOpenedAt,
  );
  const hit = typed.find((act) => act.kind === 'command' && wanted.test(act.output));
  const expected = `output at ${called(check.node)} that matches ${check.matches}`;
  if (hit?.kind === 'command') return finding('pass', `printed by "${brief(hit.text)}"`, expected);
  return finding(
    'waiting',
    typed.length === 0
      ? ''
      : `${typed.length} ${typed.length === 1 ? 'command' : 'commands'}, none printed it`,
    expected,
  );
};

/** A line of shell may be long; its beginning says which one it was. */
function brief(text: string): string {
  return text.length <= mostWords ? text : `${text.slice(0, mostWords - 1).trimEnd()}…`;
}
