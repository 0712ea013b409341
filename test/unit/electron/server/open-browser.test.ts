import { describe, expect, it } from 'vitest';
import { browserCommand } from '../../../../electron/server/open-browser.ts';

const url = 'http://127.0.0.1:7420/?token=abc_-9';

describe('opening a browser', () => {
  it('uses each system its own way', () => {
    expect(browserCommand({ platform: 'darwin', env: {}, uid: 501 }, url)).toEqual(['open', url]);
    expect(browserCommand({ platform: 'win32', env: {}, uid: null }, url)?.at(-1)).toBe(url);
    expect(browserCommand({ platform: 'linux', env: { DISPLAY: ':0' }, uid: 1000 }, url)).toEqual([
      'xdg-open',
      url,
    ]);
    expect(browserCommand({ platform: 'linux', env: { WAYLAND_DISPLAY: 'w' }, uid: 1000 }, url)?.[0]).toBe(
      'xdg-open',
    );
  });

  it('does nothing where there is no display, or for root on Linux', () => {
    expect(browserCommand({ platform: 'linux', env: {}, uid: 1000 }, url)).toBeNull();
    expect(browserCommand({ platform: 'linux', env: { DISPLAY: '' }, uid: 1000 }, url)).toBeNull();
    expect(browserCommand({ platform: 'linux', env: { DISPLAY: ':0' }, uid: 0 }, url)).toBeNull();
  });
});
