import { describe, expect, it } from 'vitest';
import { findChromium, remedy } from '../../support/chromium.ts';
import type { Surroundings } from '../../support/chromium.ts';

function machine(files: readonly string[], more: Partial<Surroundings> = {}): Surroundings {
  return {
    platform: 'linux',
    env: { PATH: '/usr/local/bin:/usr/bin' },
    exists: (path) => files.includes(path),
    uid: 1000,
    ...more,
  };
}

describe('Chromium', () => {
  it('is found on the PATH under any of its names', () => {
    expect(findChromium(machine(['/usr/bin/chromium-browser']))).toBe('/usr/bin/chromium-browser');
    expect(findChromium(machine(['/usr/local/bin/google-chrome']))).toBe('/usr/local/bin/google-chrome');
    expect(findChromium(machine([]))).toBeNull();
  });

  it('is the one that CHROMIUM names, or none', () => {
    const env = { PATH: '/usr/bin', CHROMIUM: '/opt/c' };
    expect(findChromium(machine(['/opt/c', '/usr/bin/chromium'], { env }))).toBe('/opt/c');
    expect(findChromium(machine(['/usr/bin/chromium'], { env }))).toBeNull();
  });

  it('is found among the applications of a Mac', () => {
    const chrome = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
    expect(findChromium(machine([chrome], { platform: 'darwin' }))).toBe(chrome);
  });

  it('is installed for root on Debian; anybody else gets one command to type', () => {
    const debian = ['/etc/debian_version', '/usr/bin/apt-get'];
    expect(remedy(machine(debian, { uid: 0 })).kind).toBe('install');
    expect(remedy(machine(debian))).toEqual({ kind: 'tell', command: 'sudo apt-get install chromium' });
    expect(remedy(machine([], { uid: 0 })).kind).toBe('tell');
    expect(remedy(machine([], { platform: 'darwin' })).kind).toBe('tell');
  });
});
