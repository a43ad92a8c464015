/** Rows, keys and locations as JSON with the names of `geno_lewm`: positions are numbers, created_at is a decimal string. */
import { keyFieldsOf } from '../../../shared/model/keySpec.ts'
import type { RowPlace, WindowKey, WindowRowInfo } from '../../../shared/model/record.ts'
import type { ShardAddress } from '../../../shared/model/shard.ts'
import { basePair } from '../../core/index.ts'

/** The parts of a key in the order of `geno_lewm`; without those that its layout does not have. */
export function keyFields(key: WindowKey) {
  return keyFieldsOf(key)
}

/** A row without its embedding. */
export function rowFields(row: WindowRowInfo) {
  return {
    chrom: row.chrom,
    startBp: basePair(row.startBp),
    endBp: basePair(row.endBp),
    ...keyFields(row),
    untargeted: row.untargeted,
    createdAt: row.createdAt,
    schemaVersion: row.schemaVersion
  }
}

/** The location of a row; nulls for a row that was not found. */
export function placeFields(place: RowPlace | null) {
  return { shardPath: place?.shardPath ?? null, rowOffset: place?.rowOffset ?? null }
}

/** The parts of a shard's path; nulls for a file at another path. */
export function addressFields(address: ShardAddress | null) {
  return {
    encoder: address?.encoder ?? null,
    stateLayer: address?.stateLayer ?? null,
    poolType: address?.poolType ?? null,
    poolRadius: address?.poolRadius ?? null,
    contig: address?.contig ?? null,
    strideBlock: address?.strideBlock ?? null
  }
}
