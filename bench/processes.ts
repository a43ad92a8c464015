/** The command line and other programs as whole processes, from start to exit. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { SERVICE_SWITCHES } from '../src/main/page/serviceSwitches.ts'

const LAUNCHER = join(import.meta.dirname, '../bin/lewm-cache')
const REPORT_PEAK = pathToFileURL(join(import.meta.dirname, 'reportPeak.ts')).href

/** Runs a process to its end, with `input` on standard input. @returns standard output */
export function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, input = ''): string {
  const options = { env: { ...process.env, ...env }, input, encoding: 'utf8', maxBuffer: 2 ** 28 } as const
  const { status, stderr, stdout } = spawnSync(file, args, options)
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  return stdout
}

/** The command line as a shell starts it, with a separate ledger. */
export function runCommand(folder: string, args: readonly string[]): void {
  run(LAUNCHER, args, { LEWM_CACHE_DATA: join(folder, 'data') })
}

/** The peak memory of a command, in bytes. */
export function peakOf(folder: string, args: readonly string[]): number {
  const file = join(folder, 'peak')
  const env = { LEWM_BENCH_PEAK: file, LEWM_CACHE_DATA: join(folder, 'data') }
  run(process.execPath, ['--disable-sigusr1', '--import', REPORT_PEAK, LAUNCHER, ...args], env)
  return Number(readFileSync(file, 'utf8'))
}

/** Runs a module of `children/` in a separate process, which starts like that of the service. @returns the JSON that it prints */
export function runChild(name: string, args: readonly string[]): unknown {
  return JSON.parse(run(process.execPath, [...SERVICE_SWITCHES, join(import.meta.dirname, 'children', name), ...args]))
}
