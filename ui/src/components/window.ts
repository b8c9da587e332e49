// Which rows of a long list are worth having in the document.

export interface Slice {
  first: number;
  end: number;
}

/** Rows beyond the edges, so that scrolling shows no gap. */
const MARGIN = 1;

/** What stands in the document before the list was measured. */
const UNMEASURED_ROWS = 40;

/**
 * The rows to draw of `count`, each `rowHeight` px, scrolled by `top` in a view of `height` px: as many wherever it is
 * scrolled to, so that scrolling makes no new ones.
 */
export function visibleSlice(count: number, rowHeight: number, top: number, height: number): Slice {
  if (rowHeight <= 0 || height <= 0) return { first: 0, end: Math.min(count, UNMEASURED_ROWS) };
  // One more than fit, since the first and the last may be cut.
  const rows = Math.ceil(height / rowHeight) + 1 + 2 * MARGIN;
  const first = Math.max(0, Math.min(Math.floor(top / rowHeight) - MARGIN, count - rows));
  return { first, end: Math.min(count, first + rows) };
}
