/** The inspector in a browser: its own service, and the page. The part of the server that other folders may use. */
import { dirname } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { SystemError } from '../../shared/model/errors.ts'
import { readAssets } from '../page/assets.ts'
import { installedFile, PAGE } from '../page/installedFile.ts'
import { createService } from '../service/index.ts'
import { type PageServer, startPageServer } from './pageServer.ts'

/** The first content of the page: a folder by its absolute path, the damaged sample, or nothing. */
export type First = { readonly folder: string } | 'sample' | null

/**
 * Serves the inspector until it is closed.
 * @param port 0 for any free port
 * @throws SystemError if the port is not available, or the page was not built
 */
export async function serveInspector(port: number, first: First): Promise<PageServer> {
  const page = installedFile(PAGE)
  if (page === null) throw new SystemError('the page has not been built; run `npm run build`', { file: PAGE })
  const assets = await readAssets(dirname(page))
  const service = createService()
  try {
    const { caches } = createRouterClient(service.router)
    const folder = first === 'sample' ? (await caches.openSample({ damaged: true })).root : first?.folder
    // Opened while the browser starts. The page gets any error when it opens the folder.
    if (folder !== undefined) caches.open({ path: folder }).catch(() => undefined)
    const server = await startPageServer({ router: service.router, assets, port, folder: folder ?? null, onBug: service.onBug })
    return {
      ...server,
      close: async () => {
        await server.close()
        await service.close()
      }
    }
  } catch (error) {
    await service.close()
    throw error
  }
}
