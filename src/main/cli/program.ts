/** Every command with its options, for parsing and for help. A command's module is loaded only when it runs. */
import { Command, Option, type OptionValues } from 'commander'
import packageFacts from '../../../package.json' with { type: 'json' }
import {
  LIMITS_VARIABLE,
  LINKS_VARIABLE,
  type Limits,
  type LinkPolicy,
  limitNames,
  limitsFromEnvironment,
  linkPolicyFromEnvironment,
  setLimits,
  setLinkPolicy
} from '../core/index.ts'
import { nameField, stateLayerField, strideBlockField, wholeNumberField } from './options/fields.ts'
import { keyOption, keyOptions } from './options/keyOptions.ts'
import { ageOption, limitOption, numberOption, partitionOption, textOption } from './options/optionValues.ts'
import type { Context, Run } from './process/context.ts'
import type { ExitCode } from './process/exitCodes.ts'

/** Options of every command, before or after its name. */
export type GlobalOptions = { readonly cache?: string; readonly json?: boolean; readonly quiet?: boolean; readonly follow?: boolean }

/** Options of commands that read shards. */
type LimitOptions = { readonly readLimit?: Partial<Limits> }

/** Runs a parsed command. */
export type Start = (globals: GlobalOptions, work: (context: Context) => Promise<ExitCode>) => Promise<void>

const EXITS = `
Exit codes: 0 no problems; 1 not found; 2 invalid input or usage; 3 only suspect, missing or unsupported shards,
or an index mismatch; 4 a damaged shard or an unusable index; 5 refused: another process is changing the cache,
or the plan is out of date; 6 I/O or permission error; 130 cancelled.`

/**
 * The whole command line. Parsing throws a CommanderError for help and for wrong usage; it never exits.
 * @param help receives the text of `--help` and `--version`
 */
export function buildProgram(start: Start, help: (text: string) => void): Command {
  const program = new Command('lewm-cache')
    .description('Browse, search, verify and repair a GenoLeWM embedding cache. No shard is ever deleted.')
    .version(packageFacts.version)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: help, writeErr: () => undefined, outputError: () => undefined })
    .addHelpText('after', EXITS)

  const add = (name: string, summary: string) =>
    program
      .command(name)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
  /** The command's module, imported when it runs. */
  const by = <Options extends OptionValues>(load: () => Promise<{ readonly run: Run<Options> }>) =>
    async function (this: Command) {
      const globals = { ...definedOf(program.opts<GlobalOptions>()), ...definedOf(this.opts<GlobalOptions>()) }
      await start(globals, async context => {
        setLinkPolicy(linkPolicyOf(globals, context.io.env))
        setLimits({ ...limitsFromEnvironment(context.io.env), ...this.opts<LimitOptions>().readLimit })
        return (await load()).run(context, this.opts<Options>(), this.args)
      })
    }

  add('write', 'write records as one immutable shard and index its rows')
    .argument('[file]', 'records as NDJSON (default: standard input)')
    .requiredOption('--encoder-id <id>', 'encoder id', textOption(nameField))
    .requiredOption('--contig <name>', 'contig of every record', textOption(nameField))
    .requiredOption('--stride-block <n>', 'stride block on the contig', numberOption(strideBlockField))
    .addOption(
      new Option(
        '--encoding <name>',
        'encoding of embedding values; byte_stream_split makes smaller shards, which need a reader of Parquet 2.11, such as pyarrow 15'
      )
        .choices(['plain', 'byte_stream_split'])
        .default('plain')
    )
    .action(by(() => import('./commands/write.ts')))

  add('path', 'print the path of a shard')
    .requiredOption('--encoder-id <id>', 'encoder id', textOption(nameField))
    .addOption(keyOption('stateLayer').makeOptionMandatory())
    .addOption(keyOption('poolType').makeOptionMandatory())
    .addOption(keyOption('poolRadius').makeOptionMandatory())
    .requiredOption('--contig <name>', 'contig', textOption(nameField))
    .requiredOption('--stride-block <n>', 'stride block on the contig', numberOption(strideBlockField))
    .action(by(() => import('./commands/path.ts')))

  const get = add('get', 'read embeddings by key')
  for (const option of keyOptions()) get.addOption(option)
  get
    .option('--keys <file>', 'many keys as NDJSON, - for standard input; with --json one line of JSON for each, in order')
    .addOption(new Option('--format <format>', 'a float16 matrix for NumPy, rows x values').choices(['npy']))
    .option('--output <file>', 'where --format npy writes to')
    .action(by(() => import('./commands/get.ts')))

  add('find', 'find rows by hash prefix, locus or DNA sequence')
    .argument('<query>', 'at least 4 hex digits, a locus such as chr1:1,000-2,000 (1-based), or at least 16 bases')
    .option('--limit <n>', 'maximum number of rows', numberOption(wholeNumberField(1, 10_000_000)))
    .action(by(() => import('./commands/find.ts')))

  add('ls', 'list the shards')
    .option('--encoder <name>', 'only this encoder')
    .option('--layer <n>', 'only this layer', numberOption(stateLayerField))
    .option('--pool <pool>', 'only this pool: global_mean or global_mean_0')
    .option('--contig <name>', 'only this contig')
    .action(by(() => import('./commands/ls.ts')))

  add('show', 'show one shard: footer, columns, ranges, statistics')
    .argument('<shard>', 'path of the shard, or with --raw of any Parquet file')
    .option('--rows', 'also list its rows')
    .addOption(new Option('--raw', 'schema, key-values, row groups and rows of any Parquet file').conflicts('rows'))
    .option('--limit <n>', 'number of rows that --raw shows (default: 20)', numberOption(wholeNumberField(0, 10_000_000)))
    .action(by(() => import('./commands/show.ts')))

  add('verify', 'read everything and report problems; change nothing')
    .argument('[shard...]', 'only these shards')
    .addOption(
      new Option('--quick', 'read only footers, names and the index').conflicts(['changed', 'olderThan', 'resume', 'secondReader'])
    )
    .addOption(new Option('--changed', 'only shards that are new or changed since their last verification').conflicts('olderThan'))
    .addOption(new Option('--older-than <age>', 'only shards last verified longer ago: 30d, 12h, 45m, 10s').argParser(ageOption))
    .option('--resume', 'resume the interrupted verification')
    .option('--second-reader', 'also read every shard with hyparquet and compare all values; 10 to 60 times slower')
    .addOption(workersOption())
    .option('--partition <i/n>', 'only the i-th of n partitions of the shards', partitionOption)
    .action(by(() => import('./commands/verify.ts')))

  add('merge', 'merge the reports of all partitions into one')
    .argument('<report...>', 'output of verify --partition I/N --json, one for each partition')
    .option('--save-plan <file>', 'write a repair plan as JSON, for repair --plan')
    .addOption(workersOption())
    .action(by(() => import('./commands/merge.ts')))

  add('reindex', 'rebuild the index from every shard')
    .addOption(workersOption())
    .action(by(() => import('./commands/reindex.ts')))

  add('repair', 'move damaged shards to quarantine and rebuild the index; delete nothing')
    .option('--dry-run', 'print the plan and change nothing')
    .addOption(new Option('--plan <file>', 'apply this plan (- for standard input)').conflicts('savePlan'))
    .option('--save-plan <file>', 'write the plan as JSON, to be edited and applied with --plan')
    .addOption(workersOption())
    .action(by(() => import('./commands/repair.ts')))

  add('quarantine', 'move shards to quarantine')
    .argument('<shard...>', 'paths of the shards')
    .requiredOption('--reason <text>', 'reason, saved beside the shard')
    .action(by(() => import('./commands/quarantine.ts')))

  add('quarantined', 'list the shards in quarantine').action(by(() => import('./commands/quarantined.ts')))

  add('lost', 'list the rows that the index, the ledger or archived entries expect and no shard holds')
    .option('--keys', 'also list their keys')
    .option('--forget', 'record that the named shards are no longer needed, with your name and the time')
    .argument('[shard...]', 'shards to forget')
    .action(by(() => import('./commands/lost.ts')))

  add('restore', 'restore shards from quarantine')
    .argument('[shard...]', 'original paths, or paths in quarantine')
    .option('--all', 'restore all shards')
    .action(by(() => import('./commands/restore.ts')))

  add('checksums', 'write or check the SHA-256 of every shard, in the format of sha256sum')
    .option('--check [file]', 'compare with this file (- for standard input; default: SHA256SUMS in the cache)')
    .option('--output <file>', 'write to this file (default: standard output)')
    .action(by(() => import('./commands/checksums.ts')))

  add('sample', 'build the sample cache in a new folder')
    .argument('<dir>', 'the new folder')
    .option('--damaged', 'add one shard of each kind of damage')
    .action(by(() => import('./commands/sample.ts')))

  add('open', 'open the window, or serve it to a browser without a display')
    .argument('[dir]', 'the folder to open (default: --cache, else none)')
    .action(by(() => import('./commands/open.ts')))

  add('serve', 'serve the window to a browser on this machine, until Ctrl-C')
    .argument('[dir]', 'the folder to open (default: --cache, else none)')
    .option('--port <n>', 'port on 127.0.0.1 (default: any free port)', numberOption(wholeNumberField(1, 65_535)))
    .action(by(() => import('./commands/serve.ts')))

  for (const command of program.commands) if (READING.has(command.name())) command.addOption(limitsOption())
  for (const command of [program, ...program.commands]) addGlobals(command)
  return program
}

function addGlobals(command: Command): void {
  command
    .optionsGroup('Options of every command:')
    .addOption(new Option('--cache <dir>', 'the cache (default: $GENO_LEWM_CACHE, else .geno-lewm-cache)').argParser(textOption(nameField)))
    .option('--json', 'one JSON document on standard output')
    .option('--quiet', 'no progress and no remarks')
    .option('--follow', 'follow all symbolic links in the cache, regardless of the owner of their targets')
    .option(
      '--no-follow',
      `follow no symbolic links in the cache (default: $${LINKS_VARIABLE}, else only links to files owned by you or root)`
    )
    .helpOption('-h, --help', 'show this help')
}

/** Commands that read shards, or start a process that does. */
const READING: ReadonlySet<string> = new Set([
  'write', 'get', 'find', 'ls', 'show', 'verify', 'merge', 'reindex', 'repair', 'quarantine', 'restore', 'lost', 'open', 'serve'
]) // biome-ignore format: a list

function limitsOption(): Option {
  const names = `${limitNames()} (default: $${LIMITS_VARIABLE})`
  return new Option(
    '--read-limit <name=value>',
    `raise or lower a limit on shards, such as page=128MiB; may be repeated: ${names}`
  ).argParser(limitOption)
}

function workersOption(): Option {
  return new Option('--workers <n>', 'number of reader threads (default: one per core)').argParser(numberOption(wholeNumberField(1, 256)))
}

function linkPolicyOf({ follow }: GlobalOptions, env: NodeJS.ProcessEnv): LinkPolicy {
  if (follow === undefined) return linkPolicyFromEnvironment(env)
  return follow ? 'always' : 'never'
}

function definedOf(options: GlobalOptions): GlobalOptions {
  const { cache, json, quiet, follow } = options
  return {
    ...(cache !== undefined && { cache }),
    ...(json !== undefined && { json }),
    ...(quiet !== undefined && { quiet }),
    ...(follow !== undefined && { follow })
  }
}
