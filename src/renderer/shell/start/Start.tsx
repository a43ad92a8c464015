/** Shows the start page, a folder that is not a cache, or an open cache. Opening never writes to a cache. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { CacheSummary, FolderReport } from '../../../shared/contract/index.ts'
import { useClient } from '../../data/ClientProvider.tsx'
import { desktop } from '../../data/client.ts'
import { forgetFailedLoads, lazyComponent, preloadAll } from '../../parts/lazyComponent.ts'
import type { Opening } from '../../state/opening.ts'
import { keepPathInUrl, pathInUrl } from '../../state/urlPath.ts'
import { sentenceOf } from '../../ui/faults.ts'
import { DropTarget } from './DropTarget.tsx'
import { Welcome } from './Welcome.tsx'
import { WrongFolder } from './WrongFolder.tsx'

const Workbench = lazyComponent(async () => (await import('../Workbench.tsx')).Workbench)

/** Loads the panes of an open cache and their contents in advance. Never fails. */
export async function loadWorkbench(): Promise<void> {
  forgetFailedLoads()
  await Workbench.preload()
  await preloadAll()
}

type Stage =
  | { readonly at: 'welcome' }
  | { readonly at: 'opening'; readonly what: string }
  | { readonly at: 'wrong'; readonly path: string; readonly reason: string; readonly folder: FolderReport | null }
  | { readonly at: 'open'; readonly summary: CacheSummary }

/** @param wanted the folder to show. The caller keeps it across a lost connection */
export function Start({ wanted, onWanted }: { readonly wanted: string | null; readonly onWanted: (path: string | null) => void }) {
  const client = useClient()
  const [stage, setStage] = useState<Stage>({ at: 'welcome' })
  const attempt = useRef(0)

  const show = useCallback(
    async (what: string, open: () => Promise<CacheSummary>, path: string | null) => {
      attempt.current += 1
      const mine = attempt.current
      setStage({ at: 'opening', what })
      let next: Stage
      try {
        const [summary] = await Promise.all([open(), loadWorkbench()])
        next = { at: 'open', summary }
      } catch (error) {
        const folder = path === null ? null : await client.caches.inspect({ path }).catch(() => null)
        next = { at: 'wrong', path: path ?? what, reason: sentenceOf(error), folder }
      }
      if (mine !== attempt.current) return
      setStage(next)
      if (next.at !== 'open') return
      onWanted(next.summary.root)
      keepPathInUrl(next.summary.root)
    },
    [client, onWanted]
  )
  const openFolder = useCallback((path: string) => void show(path, () => client.caches.open({ path }), path), [client, show])
  const openSample = useCallback(
    (damaged: boolean) => void show(damaged ? 'the damaged sample' : 'the sample', () => client.caches.openSample({ damaged }), null),
    [client, show]
  )
  const close = useCallback(() => {
    attempt.current += 1
    setStage({ at: 'welcome' })
    onWanted(null)
    keepPathInUrl(null)
  }, [onWanted])

  const first = useRef(wanted)
  useEffect(() => {
    if (first.current !== null) openFolder(first.current)
  }, [openFolder])
  useEffect(() => {
    const follow = (): void => {
      const path = pathInUrl()
      if (path !== null) openFolder(path)
    }
    window.addEventListener('hashchange', follow)
    return () => window.removeEventListener('hashchange', follow)
  }, [openFolder])

  const choose = useCallback(() => {
    void desktop()
      ?.chooseFolder()
      .then(path => path !== null && openFolder(path))
  }, [openFolder])
  useEffect(() => desktop()?.onOpenFolder(openFolder), [openFolder])
  useEffect(
    () =>
      desktop()?.onMenuCommand((command, argument) => {
        if (command === 'open') choose()
        else if (command === 'open-recent' && argument !== null) openFolder(argument)
        else if (command === 'open-sample') openSample(argument === 'damaged')
        else if (command === 'close-cache') close()
      }),
    [choose, close, openFolder, openSample]
  )

  const opening: Opening = { openFolder, openSample, choose: desktop() === null ? null : choose }
  return (
    <DropTarget onFolder={openFolder}>
      {stage.at === 'open' ? (
        <Workbench key={stage.summary.cacheId} first={stage.summary} opening={opening} onClose={close} />
      ) : stage.at === 'wrong' ? (
        <WrongFolder path={stage.path} reason={stage.reason} folder={stage.folder} opening={opening} onBack={close} />
      ) : (
        <Welcome opening={opening} busyWith={stage.at === 'opening' ? stage.what : null} />
      )}
    </DropTarget>
  )
}
