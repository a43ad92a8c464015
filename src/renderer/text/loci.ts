/** Loci: 1-based and closed for reading, as in genome browsers, and 0-based half-open as stored. */
import { formatCount } from './numbers.ts'

/** The stored numbers: 0-based, half-open, in bp. */
export type StoredLocus = { readonly chrom: string; readonly startBp: bigint; readonly endBp: bigint }

/** `chr1:1,001–2,000` of the stored 1000 and 2000. */
export function formatLocus({ chrom, startBp, endBp }: StoredLocus): string {
  return `${chrom}:${formatCount(startBp + 1n)}–${formatCount(endBp)}`
}

/** `chr1:1001-2000`, the form that genome browsers accept. */
export function locusText({ chrom, startBp, endBp }: StoredLocus): string {
  return `${chrom}:${startBp + 1n}-${endBp}`
}

/** `[1,000, 2,000)`: the stored 0-based half-open numbers. */
export function formatStored({ startBp, endBp }: StoredLocus): string {
  return `[${formatCount(startBp)}, ${formatCount(endBp)})`
}
