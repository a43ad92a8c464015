/** The names of the phases of a job's progress. */
import type { Progress } from '../../shared/model/report.ts'

export const PHASE_NAMES: Record<Progress['phase'], string> = {
  list: 'Listing',
  read: 'Reading',
  compare: 'Comparing',
  index: 'Writing the index',
  move: 'Moving'
}
