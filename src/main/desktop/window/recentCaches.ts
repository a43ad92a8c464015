/** The recent caches for the menu, requested from the service as a window does. */
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import type { MessagePortMain } from 'electron'
import type { Contract } from '../../../shared/contract/index.ts'

/**
 * @param port a connection to the service; closed afterwards
 * @returns absolute paths that still exist; empty if the service does not reply
 */
export async function recentCaches(port: MessagePortMain): Promise<readonly string[]> {
  const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port }))
  port.start()
  try {
    return (await client.caches.recent()).filter(({ exists }) => exists).map(({ path }) => path)
  } catch {
    return []
  } finally {
    port.close()
  }
}
