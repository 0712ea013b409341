/** Does a list such as `200,301-302` hold this code? An empty list holds none. */
export function matchesCode(list: string, code: number): boolean {
  if (list === '') return false;
  return list.split(',').some((part) => {
    const [low, high = low] = part.split('-').map(Number);
    return low !== undefined && high !== undefined && code >= low && code <= high;
  });
}
