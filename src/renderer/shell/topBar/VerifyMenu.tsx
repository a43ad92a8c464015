/** Verify, and beside it what else it can be: only a part of the cache, by when it was last verified; and on how many threads. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button, Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover, Separator } from 'react-aria-components'
import type { JobRequest } from '../../../shared/contract/index.ts'
import { useClient } from '../../data/ClientProvider.tsx'
import { isWhole, scopeText } from '../../state/scope.ts'
import { useSecondReader } from '../../state/secondReader.ts'
import { useStartJob } from '../../state/useStartJob.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { offeredWorkers, useWorkers } from '../../state/workers.ts'
import { formatAgo, formatCount, formatCounted } from '../../text/index.ts'
import controls from '../../ui/styles/controls.module.css'
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
  const [open, setOpen] = useState(false)
  return (
    <span className={classes.pair}>
      <button type='button' className={`${controls.button} ${classes.first}`} onClick={onVerify}>
        Verify
      </button>
      <MenuTrigger isOpen={open} onOpenChange={setOpen}>
        <Button className={`${controls.button} ${classes.more}`} aria-label='What to verify, and how'>
          <svg width='8' height='8' viewBox='0 0 8 8' fill='none' stroke='currentColor' strokeWidth='1.4' aria-hidden='true'>
            <path d='m1 2.5 3 3 3-3' />
          </svg>
        </Button>
        <Popover className={controls.menu} placement='bottom end'>
          <Choices />
        </Popover>
      </MenuTrigger>
    </span>
  )
}

/** There only while the menu is open: what was verified when is asked for each time. */
function Choices() {
  const client = useClient()
  const start = useStartJob()
  const { cacheId, version, summary, selection } = useWorkspace()
  const [workers, setWorkers] = useWorkers()
  const [secondReader, setSecondReader] = useSecondReader()
  const agesMs = AGES.map(({ ms }) => ms)
  const when = useQuery({
    queryKey: ['verifications', cacheId, version],
    queryFn: ({ signal }) => client.caches.verifications({ cacheId, agesMs }, { signal }),
    staleTime: 0
  }).data
  const cores = useQuery({ queryKey: ['info'], queryFn: ({ signal }) => client.program.info(undefined, { signal }) }).data?.cores
  const verify = (request: Omit<Extract<JobRequest, { kind: 'verify' }>, 'kind'>) => () => void start({ kind: 'verify', ...request })
  const { scope } = selection
  return (
    <Menu className={controls.menuList} aria-label='What to verify, and how'>
      <MenuSection>
        <Header className={controls.menuHeader}>
          {summary.lastVerifiedMs === null ? 'Nothing was verified yet' : `Last verified ${formatAgo(summary.lastVerifiedMs)}`}
        </Header>
        <Choice id='all' name='All shards' count={summary.shards} onAction={verify({})} />
        {isWhole(scope) ? null : <Choice id='scope' name={`All of ${scopeText(scope)}`} onAction={verify({ scope })} />}
        <Choice id='changed' name='What changed or was never verified' count={when?.never} onAction={verify({ changed: true })} />
        {AGES.map(({ ms, name }, at) => (
          <Choice
            key={name}
            id={name}
            name={`What was not verified for ${name}`}
            count={when?.older[at]}
            onAction={verify({ changed: true, olderThanMs: ms })}
          />
        ))}
        {when?.interrupted ? (
          <MenuItem
            id='resume'
            className={controls.menuItem}
            textValue='Go on where the last one was broken off'
            onAction={verify({ resume: true })}
          >
            <span>Go on where the last one was broken off</span>
            <span className={controls.muted}>
              begun {formatAgo(when.interrupted.startedMs)}, {formatCounted(when.interrupted.shards, 'shard')} read
            </span>
          </MenuItem>
        ) : null}
      </MenuSection>
      <Separator className={controls.menuLine} />
      <MenuSection
        selectionMode='multiple'
        selectedKeys={secondReader ? [SECOND_READER] : []}
        onSelectionChange={keys => setSecondReader(keys === 'all' || keys.has(SECOND_READER))}
        shouldCloseOnSelect={false}
      >
        <Header className={controls.menuHeader}>Readers</Header>
        <MenuItem id={SECOND_READER} className={`${controls.menuItem} ${classes.described}`} textValue='Second reader (hyparquet)'>
          {({ isSelected }) => (
            <>
              <span>
                Second reader (hyparquet)
                <span className={classes.description}>Decodes every value again and compares the bits. 10 to 60 times slower.</span>
              </span>
              <span aria-hidden='true'>{isSelected ? '✓' : ''}</span>
            </>
          )}
        </MenuItem>
      </MenuSection>
      <Separator className={controls.menuLine} />
      {cores === undefined ? null : (
        <MenuSection
          selectionMode='single'
          disallowEmptySelection
          selectedKeys={[workers === null || workers === cores ? ALL_CORES : String(workers)]}
          onSelectionChange={keys => {
            const [key] = keys === 'all' ? [] : keys
            setWorkers(key === undefined || key === ALL_CORES ? null : Number(key))
          }}
          shouldCloseOnSelect={false}
        >
          <Header className={controls.menuHeader}>Threads that read</Header>
          <Threads id={ALL_CORES} name={cores === 1 ? '1, as there is one core' : `${formatCount(cores)}, one for each core`} />
          {offeredWorkers(cores, workers).map(count => (
            <Threads key={count} id={String(count)} name={formatCount(count)} />
          ))}
        </MenuSection>
      )}
    </Menu>
  )
}

/** One that would look at nothing cannot be chosen. */
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
    <MenuItem id={id} className={controls.menuItem} textValue={name} isDisabled={count === 0} onAction={onAction}>
      <span>{name}</span>
      <span className={controls.muted}>{count === undefined ? '' : formatCounted(count, 'shard')}</span>
    </MenuItem>
  )
}

function Threads({ id, name }: { readonly id: string; readonly name: string }) {
  return (
    <MenuItem id={id} className={controls.menuItem} textValue={name}>
      {({ isSelected }) => (
        <>
          <span>{name}</span>
          <span aria-hidden='true'>{isSelected ? '✓' : ''}</span>
        </>
      )}
    </MenuItem>
  )
}
