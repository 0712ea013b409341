import { describe, expect, it } from 'vitest';
import { planesFinding } from '../../../../electron/host/doctor.ts';

const works = (plane: string) => ({ plane, works: true, detail: '' });
const ipvs = { plane: 'ipvs', works: false, detail: 'this kernel has no ip_vs loaded' };

describe('the doctor on kernel data paths', () => {
  it('is content without ip_vs, and says that it is not there', () => {
    expect(planesFinding({ known: [works('nft-dnat'), works('xdp'), ipvs], unknown: null })).toEqual({
      what: 'Kernel data paths',
      ok: true,
      detail: 'nft-dnat, xdp; not here: ipvs (this kernel has no ip_vs loaded)',
    });
  });

  it('says which one does not work, why, and what that means', () => {
    const xdp = { plane: 'xdp', works: false, detail: 'no compiler' };
    const finding = planesFinding({ known: [works('dsr'), xdp], unknown: null });
    expect(finding).toMatchObject({ ok: false, detail: 'dsr; not here: xdp (no compiler)' });
    expect(finding.next).toContain('Labs that name one');
  });

  it('does not guess', () => {
    expect(planesFinding({ known: [], unknown: 'the image is not built yet' })).toMatchObject({
      ok: false,
      detail: 'not known: the image is not built yet',
    });
  });
});
