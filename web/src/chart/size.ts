import type { RefObject } from "preact";
import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

/** The width of an element in pixels of the page, as it changes; 0 until it is known. */
export function useWidth<Element extends HTMLElement>(): [RefObject<Element | null>, number] {
  const ref = useRef<Element>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    setWidth(element.clientWidth);
    const watcher = new ResizeObserver(() => setWidth(element.clientWidth));
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  return [ref, width];
}

/** How large a rem is, in pixels: charts grow with the text around them. */
export function rem(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 14;
}

/** Draws anew when the system changes between light and dark, whose colours a canvas can't follow by itself. */
export function useScheme(): boolean {
  const [, draw] = useReducer((rounds: number) => rounds + 1, 0);
  const query = window.matchMedia("(prefers-color-scheme: dark)");
  useLayoutEffect(() => {
    const changed = (): void => draw(undefined);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return query.matches;
}

/** The value of a colour of the style sheet. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** A canvas's context, sized for the screen's pixels and cleared; `null` where the browser gives none. */
export function prepared(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio || 1;
  const context = canvas.getContext("2d");
  if (!context) return null;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
