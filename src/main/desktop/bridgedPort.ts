/** Transports ports to a service that is a plain Node process. Several ports share the channel between the two processes. */

/** In both directions. `data` is what oRPC sends on a port: text or bytes. */
export type BridgeMessage =
  | { readonly kind: 'connect'; readonly port: number }
  | { readonly kind: 'data'; readonly port: number; readonly data: string | Uint8Array }
  | { readonly kind: 'disconnect'; readonly port: number }
  | { readonly kind: 'stop' }

/** Whether a message belongs to this protocol. */
export function isBridgeMessage(value: unknown): value is BridgeMessage {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false
  if (value.kind === 'stop') return true
  if (!('port' in value) || typeof value.port !== 'number') return false
  return value.kind === 'connect' || value.kind === 'disconnect' || (value.kind === 'data' && 'data' in value)
}

/** Bytes in their own buffer, because a view would be sent with its whole buffer. Null for anything but text or bytes. */
export function portable(data: unknown): string | Uint8Array<ArrayBuffer> | null {
  if (typeof data === 'string') return data
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  if (ArrayBuffer.isView(data)) return Uint8Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return null
}
