/** Makes text safe for a terminal: control and reordering characters become visible escapes. */

/** Control and format characters (direction marks among them), line and paragraph separators, lone surrogates. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** `text` on one line, every unsafe character as `\u{…}`. */
export function terminalSafe(text: string): string {
  return text.replace(UNSAFE, char => `\\u{${char.codePointAt(0)?.toString(16)}}`)
}

/** `text` as a JSON string literal without unsafe characters. */
export function jsonString(text: string): string {
  return JSON.stringify(text).replace(UNSAFE, char =>
    Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
  )
}
