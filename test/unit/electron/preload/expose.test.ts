import { describe, expect, it } from 'vitest';
import { electronStandIn } from '../../../support/electron-stand-in.ts';

describe('preload', () => {
  it('puts one thing on the window, with four functions and nothing else', () => {
    const { loadPage } = electronStandIn();
    const page = loadPage();
    expect(Object.keys(page.world)).toEqual(['blindspot']);
    const blindspot = page.world.blindspot as Record<string, Record<string, unknown>>;
    expect(Object.keys(blindspot)).toEqual(['channel']);
    expect(Object.keys(blindspot.channel ?? {}).sort()).toEqual(['close', 'on', 'onClose', 'post']);
    page.unload();
  });
});
