/**
 * Sentences of the core begin with a lower-case letter, because in a terminal they follow a path or a name. In the window they need a
 * capital.
 */

/** The text with a capital first letter. A column name stays as it is. */
export function capital(text: string): string {
  return /^[a-z]+_/.test(text) ? text : text.slice(0, 1).toUpperCase() + text.slice(1)
}
