import { useEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren, RefObject } from "preact";

/** Which rows of a long table are in the page. */
export interface Visible {
  first: number;
  end: number;
}

const BEYOND = 8;

/**
 * The rows of a table with rows of one height that lie in the box it scrolls in.
 *
 * @returns what the scrolling box needs, and which rows to draw.
 */
export function useVisible(
  rows: number,
  rowHeight: number,
): { box: RefObject<HTMLDivElement | null>; onScroll: () => void; visible: Visible } {
  const box = useRef<HTMLDivElement>(null);
  const [{ top, height }, setView] = useState({ top: 0, height: rowHeight * 20 });
  const measure = (): void => {
    const element = box.current;
    if (element) setView({ top: element.scrollTop, height: element.clientHeight });
  };
  useEffect(measure, [rows]);
  const first = Math.max(0, Math.min(rows, Math.floor(top / rowHeight) - BEYOND));
  const end = Math.min(rows, Math.ceil((top + height) / rowHeight) + BEYOND);
  return { box, onScroll: measure, visible: { first, end } };
}

/** The room of rows that are not in the page. */
export function Room({
  rows,
  rowHeight,
  columns,
}: {
  rows: number;
  rowHeight: number;
  columns: number;
}): ComponentChildren {
  if (rows <= 0) return null;
  return (
    <tr aria-hidden="true" class="room">
      <td colSpan={columns} style={{ height: `${rows * rowHeight}px` }} />
    </tr>
  );
}
