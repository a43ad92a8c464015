/** Sentences of the core begin small, as they follow a path or a name in a terminal; in the window they stand alone. */

/** The text with a capital first letter; a column's name stays as it is written. */
export function capital(text: string): string {
  return /^[a-z]+_/.test(text) ? text : text.slice(0, 1).toUpperCase() + text.slice(1)
}
