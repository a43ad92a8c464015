/** Verify, and beside it what else it can be: only a part of the cache, by when it was last verified; and on how many threads. */

import { useQuery } from '@tanstack/react-query'
import type { JobRequest } from '../../../shared/contract/index.ts'
import { useApi } from '../../data/api.ts'
import { useStartJob } from '../../jobs/useStartJob.ts'
import { isWhole, scopeText } from '../../state/scope.ts'
import { useSecondReader } from '../../state/secondReader.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { offeredWorkers, useWorkers } from '../../state/workers.ts'
import { formatAgo, formatCount, formatCounted } from '../../text/index.ts'
import { Button } from '../../ui/controls/Button.tsx'
import { DownIcon } from '../../ui/controls/Icons.tsx'
import { MenuButton, MenuEntry, MenuGroup, MenuLine } from '../../ui/controls/Menu.tsx'
import classes from './VerifyMenu.module.css'

const DAY_MS = 86_400_000
const AGES = [
  { ms: DAY_MS, name: 'a day' },
  { ms: 7 * DAY_MS, name: 'a week' },
  { ms: 30 * DAY_MS, name: '30 days' }
] as const
const ALL_CORES = 'cores'
const SECOND_READER = 'second-reader'

export function VerifyMenu({ onVerify }: { readonly onVerify: () => void }) {
  return (
    <span className={classes.pair}>
      <Button className={classes.first} onClick={onVerify}>
        Verify
      </Button>
      <MenuButton name='Verify options' aria-label='Verify options' className={classes.more} face={<DownIcon />}>
        <Choices />
      </MenuButton>
    </span>
  )
}

/** Rendered only while the menu is open, so that the dates of verifications are current. */
function Choices() {
  const api = useApi()
  const start = useStartJob()
  const { cacheId, version, summary, selection } = useWorkspace('cacheId', 'version', 'summary', 'selection')
  const [workers, setWorkers] = useWorkers()
  const [secondReader, setSecondReader] = useSecondReader()
  const agesMs = AGES.map(({ ms }) => ms)
  const when = useQuery({
    ...api.caches.verifications.queryOptions({ input: { cacheId, agesMs } }),
    queryKey: [...api.caches.verifications.queryKey({ input: { cacheId, agesMs } }), version],
    staleTime: 0
  }).data
  const cores = useQuery(api.program.info.queryOptions()).data?.cores
  const verify = (request: Omit<Extract<JobRequest, { kind: 'verify' }>, 'kind'>) => () => void start({ kind: 'verify', ...request })
  const { scope } = selection
  return (
    <>
      <MenuGroup title={summary.lastVerifiedMs === null ? 'Not verified yet' : `Last verified ${formatAgo(summary.lastVerifiedMs)}`}>
        <Choice id='all' name='All shards' count={summary.shards} onAction={verify({})} />
        {isWhole(scope) ? null : <Choice id='scope' name={`All of ${scopeText(scope)}`} onAction={verify({ scope })} />}
        <Choice id='changed' name='New and changed shards' count={when?.never} onAction={verify({ changed: true })} />
        {AGES.map(({ ms, name }, at) => (
          <Choice
            key={name}
            id={name}
            name={`Not verified for ${name}`}
            count={when?.older[at]}
            onAction={verify({ changed: true, olderThanMs: ms })}
          />
        ))}
        {when?.interrupted ? (
          <MenuEntry
            id='resume'
            name='Resume the interrupted verification'
            aside={`started ${formatAgo(when.interrupted.startedMs)}, ${formatCounted(when.interrupted.shards, 'shard')} read`}
            onAction={verify({ resume: true })}
          />
        ) : null}
      </MenuGroup>
      <MenuLine />
      <MenuGroup
        title='Readers'
        selectionMode='multiple'
        selectedKeys={secondReader ? [SECOND_READER] : []}
        onSelectionChange={keys => setSecondReader(keys === 'all' || keys.has(SECOND_READER))}
        shouldCloseOnSelect={false}
      >
        <MenuEntry
          id={SECOND_READER}
          name='Second reader (hyparquet)'
          description='Decodes every value again and compares the bits. 10 to 60 times slower.'
        />
      </MenuGroup>
      <MenuLine />
      {cores === undefined ? null : (
        <MenuGroup
          title='Reader threads'
          selectionMode='single'
          disallowEmptySelection
          selectedKeys={[workers === null || workers === cores ? ALL_CORES : String(workers)]}
          onSelectionChange={keys => {
            const [key] = keys === 'all' ? [] : keys
            setWorkers(key === undefined || key === ALL_CORES ? null : Number(key))
          }}
          shouldCloseOnSelect={false}
        >
          <MenuEntry id={ALL_CORES} name={cores === 1 ? '1, as there is one core' : `${formatCount(cores)}, one for each core`} />
          {offeredWorkers(cores, workers).map(count => (
            <MenuEntry key={count} id={String(count)} name={formatCount(count)} />
          ))}
        </MenuGroup>
      )}
    </>
  )
}

/** A choice without shards is disabled. */
function Choice({
  id,
  name,
  count,
  onAction
}: {
  readonly id: string
  readonly name: string
  readonly count?: number | undefined
  readonly onAction: () => void
}) {
  return (
    <MenuEntry
      id={id}
      name={name}
      aside={count === undefined ? undefined : formatCounted(count, 'shard')}
      isDisabled={count === 0}
      onAction={onAction}
    />
  )
}
