/** Texts of the window around the views. */
import { capital, formatCounted } from '../text/index.ts'

type Writer = { readonly operation: string; readonly host: string; readonly pid: number }

export const BANNERS = {
  writer: ({ operation, host, pid }: Writer) => `Another process is writing to this cache: ${operation} on ${host}, process ${pid}.`,
  writerSince: (since: string) => `Started ${since}.`,
  writerWait: 'Repair and quarantine wait until it has finished.',
  folderGone: (message: string) => `${message} The window shows its last known content. Nothing can be read now.`,
  index: {
    missing: () => 'This cache has no index. You can browse everything, but GenoLeWM finds none of its embeddings.',
    unsupported: (reason: string | null) => `${capital(reason ?? 'the index is of a newer GenoLeWM')}. You can browse everything.`,
    unusable: (reason: string | null) =>
      reason === null
        ? 'The index cannot be used. You can browse everything.'
        : `The index cannot be used: ${reason}. You can browse everything.`
  },
  evidenceUnread: (reason: string) =>
    `Some evidence of missing shards could not be read: ${reason}. More shards may be missing than are listed.`,
  unsupported: (places: number) =>
    `${formatCounted(places, 'place')} in this cache ${places === 1 ? 'has' : 'have'} an unsupported layout, version or encoding. They are shown, read where possible and never changed.`
} as const
