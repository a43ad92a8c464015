// The rooms of src/ and which way the arrows between them point: renderer → shared ← service → core.
// TypeScript is read with swc: TypeScript 7 has no parser that dependency-cruiser could load.
const room = name => `^src/main/${name}/`
const model = '^src/shared/model/'
const text = '^src/shared/text/'
const shared = '^src/shared/'
const sqlite = '^src/main/(core/(sqlite|index|ledger)/|service/catalog/catalog[.]ts$)'

/** Modules in `from` may import, of src/, only modules in `from` itself or in `to`. */
const only = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: [from, ...to] }
})

/** Rooms of the core, each of which may import those before it. */
const CORE_ROOMS = [
  'base',
  'fs',
  'limits',
  'layouts',
  'kernels',
  'sqlite',
  'threads',
  'parquet',
  'cache',
  'shards',
  'keys',
  'ledger',
  'inspect',
  'pool',
  'index',
  'evidence',
  'secondReader',
  'query',
  'write',
  'verify',
  'repair'
]
/** The rooms of the service and of the command line, in order. */
const SERVICE_ROOMS = ['threads', 'queries', 'catalog', 'cacheModel', 'jobs', 'data', 'rpc']
const CLI_ROOMS = ['text', 'process', 'options', 'reports', 'commands']
/** The rooms of the window, in order. Views do not import each other. */
const RENDERER_ROOMS = ['data', 'text', 'ui', 'state', 'parts', 'jobs', 'inspector', 'views', 'panels', 'sheets', 'shell']

/** A rule for each room of an ordered list: a room may not import later ones. Files outside these folders come last in the order. */
const inOrder = (parent, rooms, folder = `src/main/${parent}`) =>
  rooms.map((name, at) => {
    const later = rooms.slice(at + 1)
    const beyond = later.length === 0 ? `^${folder}/[^/]+$` : `^${folder}/((${later.join('|')})/|[^/]+$)`
    return {
      name: `${parent}-rooms-in-order`,
      comment: `${parent}/${name} knows only the rooms before it: ${rooms.slice(0, at).join(', ') || 'none'}`,
      severity: 'error',
      from: { path: `^${folder}/${name}/` },
      to: { path: beyond }
    }
  })

/** An npm package that only the modules in `from` may import. */
const onlyIn = (name, comment, from, packageName) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^src/', pathNot: from },
  to: { path: `(^|/)node_modules/(${packageName})(/|$)` }
})

/** Places with a Node or a disk under them that modules in `from` must not assume. */
const noNode = (name, comment, from) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { dependencyTypes: ['core'] }
})

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only('shared-knows-no-room', 'src/shared is what crosses a process boundary: it knows neither side', shared, []),
    noNode('shared-without-node', 'src/shared runs in the renderer as well', shared),
    only('core-knows-only-the-model', 'the core is a plain Node library: of src/ it knows the model and its texts', room('core'), [
      model,
      text
    ]),
    only('model-without-text', 'the model is data; its texts are made from it', model, [model]),
    ...inOrder('core', CORE_ROOMS),
    ...inOrder('service', SERVICE_ROOMS),
    ...inOrder('cli', CLI_ROOMS),
    ...inOrder('renderer', RENDERER_ROOMS, 'src/renderer'),
    {
      name: 'views-independent',
      comment: 'a view can be added or removed without changing another view',
      severity: 'error',
      from: { path: '^src/renderer/views/([^/]+)/' },
      to: { path: '^src/renderer/views/', pathNot: '^src/renderer/views/$1/' }
    },
    {
      name: 'core-by-its-door',
      comment: 'core/index.ts is what the core offers; nothing else of it is known outside',
      severity: 'error',
      from: { path: '^src/', pathNot: room('core') },
      to: { path: room('core'), pathNot: '^src/main/core/index[.]ts$' }
    },
    {
      name: 'no-circles-of-folders',
      comment: 'folders that need each other are one folder',
      severity: 'error',
      scope: 'folder',
      from: { path: '^src' },
      to: { circular: true }
    },
    only('service-on-core', 'the service implements the contract on the core', room('service'), [room('core'), room('sample'), shared]),
    only('sample-on-core', 'the sample cache is written with the core', room('sample'), [room('core'), shared]),
    only('page-knows-no-room', 'the built page is files and headers', room('page'), []),
    ...['server', 'desktop'].map(name =>
      only(`${name}-is-a-carrier`, 'carriers know the rooms below them, not each other', room(name), [
        ...['service', 'core', 'sample', 'page'].map(room),
        shared
      ])
    ),
    only('cli-is-a-carrier', 'the command line starts the server; the desktop is another process', room('cli'), [
      ...['service', 'core', 'sample', 'page', 'server'].map(room),
      shared
    ]),
    only('renderer-on-shared', 'the renderer talks to the contract and to nothing else', '^src/renderer/', [shared]),
    {
      name: 'window-without-schemas',
      comment: 'zod is large: the window takes types and constants from the contract, and has zod/mini for what it keeps',
      severity: 'error',
      from: { path: '^src/renderer/' },
      to: {
        path: '(^|/)node_modules/zod/|^src/shared/contract/',
        pathNot: '/node_modules/zod/mini/|^node_modules/zod/mini/|^src/shared/contract/constants[.]ts$',
        dependencyTypesNot: ['type-only']
      }
    },
    noNode('renderer-without-node', 'the renderer has no Node under it', '^src/renderer/'),
    onlyIn(
      'hyparquet-is-a-witness',
      'the program reads Parquet itself; hyparquet is the second reader, behind walls, and what the tests hold it against',
      '^src/main/core/secondReader/',
      'hyparquet'
    ),
    onlyIn(
      'sqlite-in-few-rooms',
      'only core/sqlite, core/index, core/ledger and the service catalog know SQL',
      sqlite,
      'better-sqlite3|@types/better-sqlite3'
    ),
    onlyIn('electron-in-one-room', 'only the desktop shell knows Electron', room('desktop'), 'electron'),
    {
      name: 'no-tests-in-the-program',
      comment: 'the program does not need its tests or its benchmarks',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench)/' }
    },
    {
      name: 'no-circles',
      comment: 'modules that need each other are one module',
      severity: 'error',
      from: {},
      to: { circular: true }
    },
    {
      name: 'no-orphans',
      comment: 'a module that neither imports nor is imported is dead, unless it is started',
      severity: 'error',
      from: { orphan: true, pathNot: ['[.]d[.]ts$', '[.]test[.]ts$', '^[^/]+$', '^bench/', '/assembly/'] },
      to: {}
    },
    {
      name: 'no-lost-imports',
      comment: 'an import that leads nowhere hides an arrow from the rules above',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true }
    }
  ],
  options: {
    parser: 'swc',
    // Also keeps a run from `.` out of these folders.
    doNotFollow: { path: '(^|/)node_modules(/|$)|^([.][^/]+|out|dist)(/|$)|^test/fixtures(/|$)' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.mjs', '.json']
    },
    skipAnalysisNotInRules: true
  }
}
