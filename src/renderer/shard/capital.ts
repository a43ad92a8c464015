/** Sentences of the core begin small, as they follow a path or a name in a terminal; in the window they stand alone. */

/** The text with a capital first letter. */
export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
