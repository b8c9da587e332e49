// The statements of two requests beside each other.
import type { ShapeView } from '../host/bindings/ShapeView';

/** What two requests send for one path. */
export interface PathDiff {
  path: string | null;
  left: ShapeView[];
  right: ShapeView[];
  /** Whether both send the same statements as often. */
  same: boolean;
}

function said(shapes: ShapeView[]): string {
  return JSON.stringify(shapes.map(({ phase, sql, times }) => [phase, sql, times]));
}

/** Two requests path by path, in the order of the left one and then of the right one. */
export function diffOf(ours: readonly ShapeView[], theirs: readonly ShapeView[]): PathDiff[] {
  const paths = [...new Set([...ours, ...theirs].map(({ path }) => path))];
  return paths.map((path) => {
    const of = (shapes: readonly ShapeView[]) => shapes.filter((shape) => shape.path === path);
    const pair = { left: of(ours), right: of(theirs) };
    return { path, ...pair, same: said(pair.left) === said(pair.right) };
  });
}
