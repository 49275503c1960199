import type { Grade as GradeName, Standing } from "../api/contract.ts";
import { gradeWord, letterOf, type Letter, standingWord } from "../words/grade.ts";

/** A grade as its word, beside the square that stands for it in strips. */
export function Grade({ grade }: { grade: GradeName }) {
  return (
    <span class="grade">
      <Swatch letter={letterOf(grade)} />
      {gradeWord(grade)}
    </span>
  );
}

/**
 * The square that a letter of a strip is drawn as: good is plain, fair has a dot, poor a stroke, bad a cross, what is
 * not judged a question mark, and what was not measured an outline alone. `chart/heat/paint` draws the same.
 */
export function Swatch({ letter }: { letter: Letter }) {
  return (
    <svg class={`swatch swatch-${letter}`} viewBox="0 0 10 10" aria-hidden="true">
      <rect class="swatch-ground" width="10" height="10" />
      {letter === "f" && <circle class="swatch-mark" cx="5" cy="5" r="1.4" />}
      {letter === "p" && <path class="swatch-line" d="M1.5 8.5 8.5 1.5" />}
      {letter === "b" && <path class="swatch-line" d="M2 8 8 2M2 2l6 6" />}
      {letter === "u" && <path class="swatch-line" d="M3.3 3.6a1.8 1.8 0 1 1 2.4 1.7L5 6.2M5 8v.4" />}
    </svg>
  );
}

/** How a group stands against the others, as a shape and its word. */
export function StandingMark({ standing }: { standing: Standing | string }) {
  return <span class={`standing standing-${standing}`}>{standingWord(standing)}</span>;
}
