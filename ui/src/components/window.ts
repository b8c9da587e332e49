// Which rows of a long list are worth having in the document.

export interface Slice {
  first: number;
  end: number;
}

/** Rows beyond the edges, so that scrolling shows no gap. */
const MARGIN = 4;

/** What stands in the document before the list was measured. */
const UNMEASURED_ROWS = 40;

/** The rows to draw of `count`, each `rowHeight` px, scrolled by `top` in a view of `height` px. */
export function visibleSlice(count: number, rowHeight: number, top: number, height: number): Slice {
  if (rowHeight <= 0 || height <= 0) return { first: 0, end: Math.min(count, UNMEASURED_ROWS) };
  const first = Math.max(0, Math.floor(top / rowHeight) - MARGIN);
  const end = Math.min(count, Math.ceil((top + height) / rowHeight) + MARGIN);
  return { first: Math.min(first, end), end };
}
