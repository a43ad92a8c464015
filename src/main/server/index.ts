/** The inspector in a browser: a service of its own, and the page on it. What the other rooms may know of the server. */
import { dirname } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { SystemError } from '../../shared/model/errors.ts'
import { readAssets } from '../page/assets.ts'
import { installedFile, PAGE } from '../page/installedFile.ts'
import { createService } from '../service/index.ts'
import { type PageServer, startPageServer } from './pageServer.ts'

/** What the page opens first: a folder by its absolute path, the damaged sample, or nothing. */
export type First = { readonly folder: string } | 'sample' | null

/**
 * Serves the inspector until it is closed.
 * @param port 0 for any that is free
 * @throws SystemError when the port cannot be had, or the page was not built
 */
export async function serveInspector(port: number, first: First): Promise<PageServer> {
  const page = installedFile(PAGE)
  if (page === null) throw new SystemError('the page is not built: run `npm run build`', { file: PAGE })
  const assets = await readAssets(dirname(page))
  const service = createService()
  try {
    const { caches } = createRouterClient(service.router)
    const folder = first === 'sample' ? (await caches.openSample({ damaged: true })).root : first?.folder
    // Looked at while the browser starts; whatever is wrong with it is told to the page when it asks.
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
