/**
 * `lewm-cache`: parses, runs one command and ends with its exit code. Whatever goes wrong is one line on standard error (and, with
 * `--json`, one document on standard output); Ctrl-C ends the work between two shards, a second one ends it at once.
 */
import { CommanderError } from 'commander'
import { InputError } from '../../shared/model/errors.ts'
import { dataFolder, expectedError, onRemark, recordChangesIn } from '../core/index.ts'
import { ignoreDebuggerSignal } from '../page/noDebugger.ts'
import { EXIT, type ExitCode, exitCodeOfError } from './process/exitCodes.ts'
import { leave, leaveAtOnce } from './process/leave.ts'
import { listenForBrokenPipes, openOutput, printDocument, printError } from './process/output.ts'
import { openProgressBar } from './process/progressBar.ts'
import { buildProgram, type Start } from './program.ts'

const argv = process.argv.slice(2)
const cancel = new AbortController()
ignoreDebuggerSignal()
listenForBrokenPipes()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (cancel.signal.aborted) leaveAtOnce(EXIT.cancelled)
    cancel.abort()
  })
}
await leave(await main())

async function main(): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok
  const start: Start = async ({ cache, json = false, quiet = false }, work) => {
    const bar = openProgressBar(quiet)
    const { signal } = cancel
    try {
      const output = openOutput(quiet, bar.clear)
      recordChangesIn(root => dataFolder(process.env, root))
      onRemark((_subject, sentence) => void output.note(`lewm-cache: ${sentence}`))
      exitCode = await work({ cache, json, quiet, output, signal, long: { signal, onProgress: bar.update } })
    } finally {
      bar.clear()
    }
  }
  let help = ''
  try {
    await buildProgram(start, text => {
      help += text
    }).parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return printHelp(help)
    return fail(error instanceof CommanderError ? usageError(error) : error)
  }
}

async function printHelp(text: string): Promise<ExitCode> {
  try {
    await openOutput(false, () => undefined).text(text)
    return EXIT.ok
  } catch (error) {
    return fail(error)
  }
}

async function fail(error: unknown): Promise<ExitCode> {
  const expected = expectedError(error)
  const { code, message, details, exitCode } =
    expected !== null
      ? { code: expected.code, message: expected.message, details: expected.details, exitCode: exitCodeOfError(expected) }
      : { code: 'INTERNAL', message: String(error), details: {}, exitCode: EXIT.bug }
  // Before parsing has come to an end there are no options to ask.
  const operands = argv.indexOf('--')
  const options = operands < 0 ? argv : argv.slice(0, operands)
  if (options.includes('--json')) await printDocument({ error: { code, message, details } })
  await printError(`lewm-cache: ${exitCode === EXIT.bug ? `${code}: a bug in this program: ` : ''}${message}`)
  if (exitCode === EXIT.bug && process.env.DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return exitCode
}

/** Commander's words, on one line. */
function usageError({ code, message }: CommanderError): InputError {
  if (code === 'commander.help') return new InputError('no command given; `lewm-cache --help` lists them')
  const text = message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '')
  return new InputError(`${text[0]?.toLowerCase() ?? ''}${text.slice(1)}; see --help`, { usage: code })
}
