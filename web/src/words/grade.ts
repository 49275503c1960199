import type { Grade, Standing } from "../api/contract.ts";
import { shown } from "./shown.ts";

/** The letters of a strip. */
export type Letter = "g" | "f" | "p" | "b" | "u" | "-";

/** What each letter of a strip says, best first; the last is no grade. */
export const LETTERS: readonly { letter: Letter; word: string }[] = [
  { letter: "g", word: "good" },
  { letter: "f", word: "fair" },
  { letter: "p", word: "poor" },
  { letter: "b", word: "bad" },
  { letter: "u", word: "not judged" },
  { letter: "-", word: "not measured" },
];

/** What a letter says; an unknown one, that it was not measured. */
export function letterWord(letter: string | undefined): string {
  return LETTERS.find((known) => known.letter === letter)?.word ?? "not measured";
}

/** Grades with the letter of a strip that shows them. */
export function letterOf(grade: Grade): Letter {
  return grade === "unclassified" ? "u" : (grade.charAt(0) as Letter);
}

/** `not judged` in place of `unclassified`. */
export function gradeWord(grade: Grade): string {
  return grade === "unclassified" ? "not judged" : grade;
}

/** How a group stands, in words. */
export function standingWord(standing: Standing | string): string {
  switch (standing) {
    case "worse":
      return "worse";
    case "better":
      return "better";
    case "not-enough-data":
      return "too few";
    default:
      return "typical";
  }
}

/** Why something is missing, as words: the API names reasons as programs do, such as `not-measured`. */
export function reasonWord(reason: string): string {
  return shown(reason.replaceAll("-", " "));
}
