/**
 * `npm run check`: finds idioms that a reader has to read twice, in sources, tests and documents. Each rule names the word to use.
 * Exits with 1 if it finds one.
 */
import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

/** A sentence, comment or text starts here. */
const START = /(?:^\s*(?:\/\/|\/?\*\*?|#+|-|\|)?\s*|[.:;] |['"`>]|\/\/ |\*\* )/.source

const RULES: readonly { readonly idiom: RegExp; readonly use: string }[] = [
  { idiom: /\b(?:some|any|no)body\b|\bwho(?:so)?ever\b/i, use: 'another process, the caller, the user, you' },
  { idiom: /\b(?:tells?|told|telling)\b/i, use: 'say, report, show, distinguish' },
  { idiom: /\b(?:lies?|lay|lain|lying)\b/i, use: 'is, is at, is stored' },
  { idiom: /\b(?:stands?|stood|standing)\b/i, use: 'is, appears, represents; stub or fake for a test double' },
  { idiom: /\b(?:mend(?:s|ed|ing)?|spoil(?:s|ed|t|ing)?)\b/i, use: 'fix, rebuild; corrupt, damage' },
  { idiom: /\b(?:put|puts|putting|set|moved?) aside\b/i, use: 'quarantine, move' },
  { idiom: /\b(?:bring|brings|bringing|brought)\b[^.:;'"`]{0,20}\bback\b/i, use: 'restore' },
  { idiom: /\bput(?:s|ting)?\b[^.:;'"`]{0,20}\bright\b/i, use: 'repair' },
  { idiom: /\blook(?:s|ed|ing)? (?:at|into|upon)\b/i, use: 'inspect, read, check, show' },
  { idiom: /\blook-ups?\b/i, use: 'search, find, lookup' },
  { idiom: /\b(?:go|goes|going|went|gone) on\b/i, use: 'continue, resume' },
  { idiom: /\b(?:break|breaks|broke|broken) off\b/i, use: 'interrupt, fail' },
  { idiom: /\b(?:we|ours?)\b(?!-)/i, use: 'the name of the part, or the passive' },
  { idiom: /\b(?:the|this) seed(?:'s)?\b(?! (?:of|for)\b)/i, use: '`geno_lewm` for the Python package' },
  { idiom: new RegExp(`${START}What (?!to do\\b|(?:is|are|was|does|do|happens|if)\\b[^.]*[?])[a-z][^?]*$`), use: 'the noun' },
  { idiom: new RegExp(`${START}Who [a-z][^?]*$`), use: 'the noun' },
  { idiom: /\bwhatever\b/i, use: 'any, every' },
  { idiom: /\bhalves\b/i, use: 'float16' },
  { idiom: /\bfingerprint(?!ed_ms)/i, use: 'checksum, digest' },
  { idiom: /\b(?:[0-9]+|dna) letters\b|\bletters of dna\b/i, use: 'bases, bp' },
  { idiom: /\b(?:it|that|they|what|which) (?:is|are) none\b|\bis none that\b/i, use: 'is not a …, do not exist' },
  { idiom: /\banew\b/i, use: 'again' },
  { idiom: /\bthe system (?:refus|lets|does not let)/i, use: 'the operating system, the system call; I/O or permission error' }
]

const files = globSync(
  ['*', '.*', '{.github,bench,dev,docs,resources,runtime,src,test,workflow}/**/*'].map(place => `${place}.{md,ts,tsx,cjs,css,html,py,smk}`),
  {
    cwd: ROOT,
    exclude: ['docs/api/**', 'src/main/core/kernels/kernelsWasm.ts', '**/node_modules/**']
  }
)
  .map(path => path.split(sep).join('/'))
  .filter(path => path !== 'dev/plainEnglish.ts')
  .sort()

let found = 0
for (const path of files) {
  for (const [at, line] of readFileSync(join(ROOT, path), 'utf8').split('\n').entries()) {
    for (const { idiom, use } of RULES) {
      const match = idiom.exec(line)
      if (match === null) continue
      found++
      console.error(`${path}:${at + 1}: "${match[0].trim()}": use ${use}\n    ${line.trim()}`)
    }
  }
}
if (found > 0) console.error(`${found} idioms. The rules are in dev/plainEnglish.ts.`)
process.exitCode = found > 0 ? 1 : 0
