/**
 * `npm run check`: finds regular expressions on paths of shards in the window. The service parses paths by their layout
 * (`shards.address`), so that the window works with each layout. Exits with 1 if it finds one.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const RENDERER = join(import.meta.dirname, '../src/renderer')
/** Only a regular expression escapes these. */
const ON_PATHS = /\\\.parquet|embeddings\\\/|\\\/chr|new RegExp\([^)]*(?:parquet|embeddings)/

let found = 0
for (const path of globSync('**/*.{ts,tsx}', { cwd: RENDERER })) {
  for (const [at, line] of readFileSync(join(RENDERER, path), 'utf8').split('\n').entries()) {
    if (!ON_PATHS.test(line)) continue
    found++
    console.error(`src/renderer/${path}:${at + 1}: a path is matched. Ask shards.address for it.\n    ${line.trim()}`)
  }
}
process.exitCode = found > 0 ? 1 : 0
