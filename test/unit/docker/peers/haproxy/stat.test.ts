import { describe, expect, it } from 'vitest';
import { parseStat, verdictOf } from '../../../../../docker/peers/haproxy/stat.ts';

/** The columns of HAProxy 2.6 that are read, with its own words. */
const head =
  '# pxname,svname,status,check_status,check_code,check_duration,last_chk,check_desc,check_rise,check_fall,check_health';

function verdict(line: string, draining = false) {
  const [row] = parseStat(`${head}\n${line}\n\n`);
  if (row === undefined) throw new Error('no row');
  return verdictOf(row, draining);
}

describe('show stat', () => {
  it('is read by its head, with quoted values that hold commas', () => {
    const [row] = parseStat(
      `${head}\ntargets,backend-1,UP,L7OK,200,1,"a, ""b""",Layer7 check passed,2,3,4\n`,
    );
    expect(row).toMatchObject({
      pxname: 'targets',
      svname: 'backend-1',
      last_chk: 'a, "b"',
      check_health: '4',
    });
  });

  it.each([
    ['well', 'UP,L7OK,200,1,,Layer7 check passed,2,3,4', ['healthy', 'L7OK', 'HTTP 200', 2, 0]],
    ['failing', 'UP 2/3,L7STS,500,1,,Layer7 wrong status,2,3,3', ['healthy', 'L7STS', 'HTTP 500', 2, 1]],
    ['one more', 'UP 1/3,L7STS,500,1,,Layer7 wrong status,2,3,2', ['healthy', 'L7STS', 'HTTP 500', 2, 2]],
    ['out', 'DOWN,L7STS,500,1,,Layer7 wrong status,2,3,0', ['unhealthy', 'L7STS', 'HTTP 500', 0, 3]],
    [
      'coming back',
      'DOWN 1/2,L7OK,200,1,,Layer7 check passed,2,3,1',
      ['unhealthy', 'L7OK', 'HTTP 200', 1, 3],
    ],
    [
      'refused, with the next check under way',
      'DOWN,* L4CON,,0,Connection refused,Layer4 connection problem,2,3,0',
      ['unhealthy', 'L4CON', 'Layer4 connection problem: Connection refused', 0, 3],
    ],
    ['not checked yet', 'UP,INI,,,,Initializing,2,3,4', ['healthy', null, 'Initializing', 2, 0]],
  ])('says %s', (_, rest, [state, code, detail, passes, failures]) => {
    expect(verdict(`targets,b,${rest}`)).toMatchObject({ state, code, detail, passes, failures });
  });

  it('calls a target draining that is told to leave', () => {
    expect(verdict('targets,b,DRAIN,L7OK,200,1,,Layer7 check passed,2,3,4', true).state).toBe('draining');
  });
});
