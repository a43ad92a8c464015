/** What is missing, in words: the same in the window and on the command line. */

/**
 * `300 windows missing (3 shards)`; of shards that do not tell how many rows they had, only how many they are. Empty when nothing is
 * missing.
 */
export function missingText({ missingShards, missingRows }: { readonly missingShards: number; readonly missingRows: number }): string {
  if (missingShards === 0) return ''
  const shards = counted(missingShards, 'shard')
  return missingRows === 0 ? `${shards} missing` : `${counted(missingRows, 'window')} missing (${shards})`
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}
