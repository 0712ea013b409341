/** Which of many rows of one height are to be drawn, and how much room the others take above and below. */
export interface RowsInView {
  readonly first: number;
  readonly last: number;
  readonly above: number;
  readonly below: number;
}

/** Rows drawn beyond the edges, so that a fast scroll shows no gap. */
const margin = 12;

export function rowsInView(count: number, rowHeight: number, scrollTop: number, height: number): RowsInView {
  const first = Math.max(0, Math.min(count, Math.floor(scrollTop / rowHeight) - margin));
  const last = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + margin);
  return { first, last, above: first * rowHeight, below: (count - last) * rowHeight };
}
