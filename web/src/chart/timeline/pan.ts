import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { type Axis, seen } from "./axis.ts";

/** Pans by wheels and pads that go sideways, where not all minutes are seen; up and down scrolls the page, as ever. */
export function usePan(
  frame: RefObject<HTMLElement | null>,
  axis: Axis,
  width: number,
  show: (axis: Axis) => void,
): void {
  useEffect(() => {
    const element = frame.current;
    const length = axis.last - axis.first;
    if (!element || length === axis.minutes || width === 0) return undefined;
    let rest = 0;
    const turned = (event: WheelEvent): void => {
      if (Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
      event.preventDefault();
      rest += (event.deltaX / width) * length;
      const minutes = Math.trunc(rest);
      rest -= minutes;
      if (minutes !== 0) show(seen(axis, axis.first + minutes, axis.last + minutes));
    };
    element.addEventListener("wheel", turned, { passive: false });
    return () => element.removeEventListener("wheel", turned);
  }, [axis, width]);
}
