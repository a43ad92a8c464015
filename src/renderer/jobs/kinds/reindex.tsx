/** A rebuilt index in the window. */
import { capital } from '../../text/index.ts'
import type { JobView } from './jobView.ts'
import { LeftOut } from './reportParts.tsx'
import { indexText } from './reportTexts.ts'

export const reindex: JobView<'reindex'> = {
  sentence: ({ report }) => capital(indexText(report)),
  Report: ({ done }) => <LeftOut findings={done.report.findings} />,
  document: ({ report }) => report
}
