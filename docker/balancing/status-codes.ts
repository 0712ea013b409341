/** Does a list such as `200,301-302` hold this code? An empty list holds none. */
export function matchesCode(list: string, code: number): boolean {
  if (list === '') return false;
  let ranges = known.get(list);
  if (ranges === undefined) {
    // Lists are settings: a handful live at a time.
    if (known.size >= 100) known.clear();
    known.set(list, (ranges = rangesOf(list)));
  }
  return ranges.some(([low, high]) => code >= low && code <= high);
}

type Range = readonly [low: number, high: number];

const known = new Map<string, readonly Range[]>();

function rangesOf(list: string): readonly Range[] {
  return list.split(',').flatMap((part): Range[] => {
    const [low, high = low] = part.split('-').map(Number);
    return low === undefined || high === undefined ? [] : [[low, high]];
  });
}
