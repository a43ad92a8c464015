/**
 * The cache core: GenoLeWM's window-embedding cache for Node. Knows nothing of windows, processes or RPC.
 * Operations carry the seed's names in camelCase; sizes are bytes, positions bp, times UTC ns.
 */
export * from '../../shared/model/index.ts'
export { type CacheReader, type FoundEmbedding, openCacheReader, readEmbedding, readEmbeddings } from './cacheReader.ts'
export { checkCacheRoot, nearestCacheRoot } from './cacheRoot.ts'
export { type ChecksumReport, checkChecksums, writeChecksums } from './checksums.ts'
export { describeShard, type ListedRow, type ShardDescription, type ShardRange } from './describeShard.ts'
export { type FindResult, type FoundRow, find } from './find.ts'
export { applyRepair, repairCache } from './integrity/applyRepair.ts'
export { planFromJson, planToJson } from './integrity/planJson.ts'
export { listQuarantine, quarantineShards, type RestoreResult, restoreShards } from './integrity/quarantine.ts'
export { planRepair, tickMoves } from './integrity/repairPlan.ts'
export { type VerifyOptions, verifyCache } from './integrity/verifyCache.ts'
export { CACHE_SCHEMA_VERSION, INDEX_DB_NAME } from './layout.ts'
export { dataFolder, type Ledger, openLedger } from './ledger/ledger.ts'
export { listShards, type ShardFilter } from './listShards.ts'
export { defaultCacheDir, type ShardPathOptions, shardPathFor } from './paths.ts'
export { reindexCache } from './reindexCache.ts'
export { type WriteShardOptions, type WriteShardResult, withCreatedAt, writeShard } from './writeShard.ts'
