/** Common additions are one entry in one place. The compiler reports every other place that has to handle it. */
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from './support/temporaryFolder.ts'

const ROOT = join(import.meta.dirname, '..')

/** A line that is inserted before another one. */
type Line = { readonly before: string; readonly line: string }

type Addition = {
  readonly what: string
  /** The place of the addition. */
  readonly file: string
  readonly lines: readonly Line[]
  /** Modules that do not compile until they handle it. */
  readonly asks: readonly string[]
}

const ADDITIONS: readonly Addition[] = [
  {
    what: 'a kind of finding',
    file: 'src/shared/model/findingKinds.ts',
    lines: [{ before: '  not_parquet: {', line: "  dummy_kind: { severity: 'suspect', foundBy: 'shard' }," }],
    // Its impact, its sentence, and the facts for the sentence.
    asks: ['src/renderer/text/findings/findingAdvice.ts', 'src/shared/model/findingKinds.ts', 'src/shared/text/describeFinding.ts']
  },
  {
    what: 'a kind of job',
    file: 'src/shared/contract/jobs.ts',
    lines: [
      { before: "  z.object({ kind: z.literal('reindex') }),", line: "  z.object({ kind: z.literal('dummy') })," },
      {
        before: "  z.object({ kind: z.literal('reindex'), report: reindexReportSchema }),",
        line: "  z.object({ kind: z.literal('dummy'), report: z.object({ windows: z.number() }) }),"
      }
    ],
    asks: ['src/main/service/jobs/kinds/index.ts', 'src/renderer/jobs/kinds/index.ts']
  },
  {
    what: 'a view',
    file: 'src/renderer/state/viewIds.ts',
    lines: [{ before: "'quarantine'] as const", line: "'dummy'," }],
    asks: ['src/renderer/views/views.ts']
  },
  {
    what: 'a phase of progress',
    file: 'src/shared/model/report.ts',
    lines: [{ before: "'list', 'read', 'compare'", line: "'dummy'," }],
    asks: ['src/main/cli/process/progressBar.ts', 'src/renderer/jobs/phases.ts']
  },
  {
    what: 'a layout',
    file: 'src/shared/model/layout.ts',
    lines: [{ before: '2] as const', line: '99,' }],
    asks: ['src/main/core/layouts/registry.ts', 'src/shared/model/keySpec.ts']
  },
  {
    what: 'a part of a key',
    file: 'src/shared/model/record.ts',
    lines: [{ before: '  /** The data type that the encoder ran in.', line: '  readonly dummyPart?: number' }],
    asks: [
      'src/main/cli/options/fields.ts',
      'src/main/cli/options/keyOptions.ts',
      'src/renderer/inspector/KeyFacts.tsx',
      'src/renderer/text/export/copyAs.ts',
      'src/shared/model/keySpec.ts'
    ]
  }
]

/** The sources with some additions, in a separate folder. */
function treeWith(additions: readonly Addition[]): string {
  const root = temporaryFolder()
  for (const name of ['src', 'package.json', 'tsconfig.json']) cpSync(join(ROOT, name), join(root, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'), 'junction')
  for (const { file, lines } of additions) {
    let text = readFileSync(join(root, file), 'utf8')
    for (const { before, line } of lines) {
      expect(text.split(before)).toHaveLength(2)
      text = text.replace(before, `${line}\n${before}`)
    }
    writeFileSync(join(root, file), text)
  }
  return root
}

/** Modules that do not compile. */
function modulesWithErrors(root: string): readonly string[] {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '--noEmit', '--pretty', 'false', '-p', root], { cwd: root, encoding: 'utf8' })
  return [...new Set([...stdout.matchAll(/^([^\s(]+)\(\d+,\d+\): error TS/gm)].map(([, file = '']) => file))].sort()
}

test('the unchanged sources compile', () => {
  expect(modulesWithErrors(treeWith([]))).toEqual([])
})

test.each(ADDITIONS)('$what must be handled in every place that shows or performs it', addition => {
  expect(modulesWithErrors(treeWith([addition]))).toEqual(addition.asks)
})
