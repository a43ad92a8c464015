/** All requests to the query thread. They read the cache's files, so that the service's own thread never waits for a disk. */
import { rename, rm } from 'node:fs/promises'
import { listQuarantine, type QuarantineEntry } from '../../core/index.ts'
import { buildSample } from '../../sample/index.ts'
import { drawHeatMap } from './heatMap.ts'
import { listFolder, readStamps } from './listFolder.ts'
import { listLost } from './lostList.ts'
import { findMissing } from './missing.ts'
import { readRawFacts, readRawRows } from './rawReads.ts'
import { countPrefix, search } from './search.ts'
import { closeShards, describe, readFooters, readRows, readVector } from './shardReads.ts'
import { readSurroundings } from './surroundings.ts'

/** Builds the sample in a temporary folder and moves it to its place when it is complete. */
async function makeSample({ folder, damaged }: { folder: string; damaged: boolean }, signal: AbortSignal): Promise<void> {
  const building = `${folder}.${process.pid}.tmp`
  await rm(building, { recursive: true, force: true })
  try {
    await buildSample(building, { damaged, signal })
    await rename(building, folder)
  } finally {
    await rm(building, { recursive: true, force: true })
  }
}

function quarantine({ root }: { root: string }): Promise<QuarantineEntry[]> {
  return listQuarantine(root)
}

/** Each takes plain data and a signal, and returns plain data. */
export const ANSWERS = {
  listFolder,
  readStamps,
  readFooters,
  surroundings: readSurroundings,
  findMissing,
  listLost,
  describe,
  readRows,
  readVector,
  readRawFacts,
  readRawRows,
  drawHeatMap,
  search,
  countPrefix,
  quarantine,
  makeSample,
  closeShards
}

export type Answers = typeof ANSWERS
export type Question = keyof Answers
