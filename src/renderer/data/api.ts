/** Typed queries: the key and the function of each procedure of the contract. */
import { createTanstackQueryUtils, type RouterUtils } from '@orpc/tanstack-query'
import { useClient } from './ClientProvider.tsx'
import type { Client } from './client.ts'

export type Api = RouterUtils<Client>

const apis = new WeakMap<Client, Api>()

/** The queries of the connected client. */
export function useApi(): Api {
  const client = useClient()
  const known = apis.get(client)
  if (known !== undefined) return known
  const api = createTanstackQueryUtils(client)
  apis.set(client, api)
  return api
}
