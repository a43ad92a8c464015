/**
 * Parts of the machine that some tests need and `npm ci` does not install. The tests of a missing part are skipped, and the reporter says
 * so. With REQUIRE_ALL=1 they fail.
 */
import { describe, test } from 'vitest'
import { lookForPart, type Part } from './machineParts.ts'

const said = new Set<Part>()

/** A Python that imports geno-lewm 0.2.1 and pyarrow, or null. */
export const requirePython = (): string | null => requirePart('python')
/** A Chromium for the tests, or null. */
export const requireChromium = (): string | null => requirePart('chromium')
/** An Electron executable, or null. */
export const requireElectron = (): string | null => requirePart('electron')
/** A strace that is allowed to trace, or null. */
export const requireStrace = (): string | null => requirePart('strace')
/** A program that runs another one as an ordinary user (`accounts.ts`), or null. */
export const requireSetpriv = (): string | null => requirePart('setpriv')

/**
 * `describe` for tests that need a part: `fn` gets its path. Without the part there is one skipped test instead (one failed test with
 * REQUIRE_ALL=1), and the reporter gives the reason at the end of the run.
 */
export function describeWith(part: Part, name: string, fn: (path: string) => void): void {
  const place = lookForPart(part)
  describe(name, () => {
    if ('path' in place) fn(place.path)
    else
      test(`needs ${part}`, context => {
        if (process.env.REQUIRE_ALL === '1') throw new Error(place.missing)
        context.skip(place.missing)
      })
  })
}

function requirePart(part: Part): string | null {
  const place = lookForPart(part)
  if ('path' in place) return place.path
  if (process.env.REQUIRE_ALL === '1') throw new Error(place.missing)
  if (!said.has(part)) process.stderr.write(`${place.missing}\n`)
  said.add(part)
  return null
}
