/** The command line as a function: parses, runs one command and returns its exit code. An error is one line on standard error. */
import { CommanderError } from 'commander'
import { InputError } from '../../shared/model/errors.ts'
import { dataFolder, expectedError, onRemark, recordChangesIn } from '../core/index.ts'
import { EXIT, type ExitCode, exitCodeOfError } from './process/exitCodes.ts'
import type { Io } from './process/io.ts'
import { openOutput, printDocument, printError } from './process/output.ts'
import { openProgressBar } from './process/progressBar.ts'
import { buildProgram, type Start } from './program.ts'

/**
 * Runs one command to its end. It changes the limits, the link policy and the remarks of this process, so only one may run at a time.
 * @param argv without the name of the program
 * @param io its streams are written to and not closed; aborting `signal` stops the work between two shards
 */
export async function runCli(argv: readonly string[], io: Io): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok
  const start: Start = async ({ cache, json = false, quiet = false }, work) => {
    const bar = openProgressBar(io, quiet)
    const { signal } = io
    try {
      const output = openOutput(io, quiet, bar.clear)
      recordChangesIn(root => dataFolder(io.env, root))
      onRemark((_subject, sentence) => void output.note(`lewm-cache: ${sentence}`))
      exitCode = await work({ cache, json, quiet, output, io, signal, long: { signal, onProgress: bar.update } })
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
    if (error instanceof CommanderError && error.exitCode === 0) return printHelp(help, argv, io)
    return fail(error instanceof CommanderError ? usageError(error) : error, argv, io)
  }
}

async function printHelp(text: string, argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    await openOutput(io, false, () => undefined).text(text)
    return EXIT.ok
  } catch (error) {
    return fail(error, argv, io)
  }
}

async function fail(error: unknown, argv: readonly string[], io: Io): Promise<ExitCode> {
  const expected = expectedError(error)
  const { code, message, details, exitCode } =
    expected !== null
      ? { code: expected.code, message: expected.message, details: expected.details, exitCode: exitCodeOfError(expected) }
      : { code: 'INTERNAL', message: String(error), details: {}, exitCode: EXIT.bug }
  // Until parsing has finished, there are no options.
  const operands = argv.indexOf('--')
  const options = operands < 0 ? argv : argv.slice(0, operands)
  if (options.includes('--json')) await printDocument(io, { error: { code, message, details } })
  await printError(io, `lewm-cache: ${exitCode === EXIT.bug ? `${code}: internal error: ` : ''}${message}`)
  if (exitCode === EXIT.bug && io.env.DEBUG && error instanceof Error) io.stderr.write(`${error.stack}\n`)
  return exitCode
}

/** Commander's message on one line. */
function usageError({ code, message }: CommanderError): InputError {
  if (code === 'commander.help') return new InputError('no command given; run `lewm-cache --help` for a list')
  const text = message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '')
  return new InputError(`${text[0]?.toLowerCase() ?? ''}${text.slice(1)}; see --help`, { usage: code })
}
