/** Saves the list of missing windows as a file. Asks for the format, then says what the file contains and what it does not. */

import { useEffect, useRef, useState } from 'react'
import { LOST_FORMATS } from '../../shared/contract/constants.ts'
import type { LostFormat, Scope } from '../../shared/contract/index.ts'
import { useClient } from '../data/ClientProvider.tsx'
import classes from '../panels/problems/Problems.module.css'
import { isWhole, scopeKey, scopeText } from '../state/scope.ts'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { capital } from '../text/index.ts'
import { Button } from '../ui/controls/Button.tsx'
import { CloseButton } from '../ui/controls/CloseButton.tsx'
import { saveBytes } from '../ui/copyText.ts'
import { sentenceOf } from '../ui/faults.ts'
import { Sheet } from '../ui/frames/Sheet.tsx'
import { Hidden } from '../ui/text/Text.tsx'
import { LOST_LISTS, lostListText } from './lostList.ts'

/** Open while the format of the list is chosen. */
export function ExportLostSheet() {
  const { sheet } = useWorkspace('sheet')
  return sheet?.kind === 'exportLost' ? <ExportLost key={scopeKey(sheet.scope)} scope={sheet.scope} /> : null
}

type State = { readonly step: 'choosing' | 'collecting' } | { readonly step: 'saved' | 'failed'; readonly text: string }

function ExportLost({ scope }: { readonly scope: Scope }) {
  const { closeSheet } = useWorkspace('closeSheet')
  const [format, choose] = useState<LostFormat>('ndjson')
  const [state, save] = useExport(scope)
  const close = (): void => closeSheet()
  const busy = state.step === 'collecting'
  return (
    <Sheet
      title='Export missing windows'
      onClose={close}
      actions={
        <>
          <CloseButton onClose={close}>{state.step === 'saved' ? 'Close' : 'Cancel'}</CloseButton>
          <Button kind='primary' aria-disabled={busy} data-disabled={busy ? '' : undefined} onClick={() => busy || save(format)}>
            Export
          </Button>
        </>
      }
    >
      <p>
        The list contains what the index, the quarantine and earlier verifications record about the missing shards
        {isWhole(scope) ? '' : ` in ${scopeText(scope)}`}.
      </p>
      <fieldset className={classes.formats}>
        <Hidden as='legend'>Format</Hidden>
        {LOST_FORMATS.map(each => (
          <Form key={each} format={each} isChosen={each === format} onChoose={() => choose(each)} />
        ))}
      </fieldset>
      <p className={classes.outcome} role='status'>
        {busy ? 'Collecting missing windows…' : state.step === 'saved' ? state.text : ''}
      </p>
      {state.step === 'failed' && (
        <p className={classes.failed} role='alert'>
          {state.text}
        </p>
      )}
    </Sheet>
  )
}

function Form({ format, isChosen, onChoose }: { readonly format: LostFormat; readonly isChosen: boolean; readonly onChoose: () => void }) {
  const { label, hint, reader } = LOST_LISTS[format]
  return (
    <label>
      <input type='radio' name='format' checked={isChosen} onChange={onChoose} />
      <span>
        {label}
        <span className={classes.hint}>
          {hint}
          {reader !== undefined && (
            <>
              {' '}
              <code>{reader}</code> reads this file.
            </>
          )}
        </span>
      </span>
    </label>
  )
}

/** Requests the list and saves it. Closing the sheet cancels the request. */
function useExport(scope: Scope): readonly [state: State, save: (format: LostFormat) => void] {
  const client = useClient()
  const { cacheId } = useWorkspace('cacheId')
  const [state, setState] = useState<State>({ step: 'choosing' })
  const stop = useRef(new AbortController())
  useEffect(() => {
    const controller = new AbortController()
    stop.current = controller
    return () => controller.abort()
  }, [])
  const run = async (format: LostFormat, signal: AbortSignal): Promise<State> => {
    const { file, ...report } = await client.lost({ cacheId, scope, format }, { signal })
    const isSaved = await saveBytes(LOST_LISTS[format].file, new Uint8Array(await file.arrayBuffer()))
    return isSaved ? { step: 'saved', text: lostListText(format, report) } : { step: 'choosing' }
  }
  const save = (format: LostFormat): void => {
    const { signal } = stop.current
    setState({ step: 'collecting' })
    run(format, signal)
      .catch((error: unknown): State => ({ step: 'failed', text: `The list was not saved. ${capital(sentenceOf(error))}` }))
      .then(next => signal.aborted || setState(next))
  }
  return [state, save]
}
