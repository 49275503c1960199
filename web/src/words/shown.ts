/**
 * Strangers' text as it may be shown: control characters, and those that turn the direction of text or are
 * invisible, are escaped. It stays text: nothing here is ever read as markup.
 *
 * Joiners and the other invisible characters that scripts and pictograms need (U+200C, U+200D, U+FE0F) stay.
 */
export function shown(text: string): string {
  return text.replace(HIDDEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Controls, soft hyphen, Arabic letter mark, Mongolian separator, bidi marks, overrides and isolates, line ends, BOM. */
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/** A name, or what stands for one that is not there. */
export function named(name: string | null | undefined, otherwise: string): string {
  return name === null || name === undefined || name.trim() === "" ? otherwise : shown(name);
}

/** A few words as the beginning of a line. */
export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
