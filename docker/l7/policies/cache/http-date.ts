const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const time = '(\\d{2}):(\\d{2}):(\\d{2})';
/** RFC 9110 section 5.6.7: the one that is written today, and the two that every recipient has to read still. */
const imf = new RegExp(`^[a-z]{3}, (\\d{2}) ([a-z]{3}) (\\d{4}) ${time} GMT$`, 'i');
const rfc850 = new RegExp(`^[a-z]{6,9}, (\\d{2})-([a-z]{3})-(\\d{2}) ${time} GMT$`, 'i');
const asctime = new RegExp(`^[a-z]{3} ([a-z]{3}) ([ \\d]\\d) ${time} (\\d{4})$`, 'i');

/**
 * Strictly, but for capitals (RFC 9111 section 4.2): JavaScript's own reader takes almost anything for a date, in its own
 * time zone where none is said, and what is no date must count as over. Null: no date.
 */
export function httpDate(text: string, now: number): number | null {
  const [, day = '', month = '', year = '', ...hours] = imf.exec(text) ?? [];
  if (day !== '') return made(Number(year), month, day, hours);
  const [, day850 = '', month850 = '', short = '', ...hours850] = rfc850.exec(text) ?? [];
  if (day850 !== '') return made(fullYear(Number(short), now), month850, day850, hours850);
  const [, monthC = '', dayC = '', h = '', m = '', s = '', yearC = ''] = asctime.exec(text) ?? [];
  return dayC === '' ? null : made(Number(yearC), monthC, dayC, [h, m, s]);
}

/** Two digits that seem more than 50 years ahead mean the last such year that is past. */
function fullYear(short: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + short;
  return year > thisYear + 50 ? year - 100 : year;
}

function made(year: number, month: string, day: string, hours: readonly string[]): number | null {
  const at = months.indexOf(month.toLowerCase());
  const [h = 0, m = 0, s = 0] = hours.map(Number);
  const date = Date.UTC(year, at, Number(day), h, m, s);
  // The 31st of April would be the 1st of May; a leap second may be the next minute's first.
  const right = at >= 0 && new Date(Date.UTC(year, at, Number(day))).getUTCDate() === Number(day);
  return right && h < 24 && m < 60 && s <= 60 ? date : null;
}
