/** Entry of every thread of the service: a query thread or a job. */
import { parentPort, workerData } from 'node:worker_threads'
import { adoptLimits, onRemark, setLinkPolicy } from '../core/index.ts'
import { runJob } from './jobs/jobThread.ts'
import { answerQuestions } from './queries/queryWorker.ts'
import type { Remark, ThreadStart } from './threads/messages.ts'

const { role, limits, links }: ThreadStart = workerData
adoptLimits(limits)
setLinkPolicy(links)
onRemark((subject, sentence) => parentPort?.postMessage({ type: 'remark', subject, sentence } satisfies Remark))
if (role === 'reader') answerQuestions()
else runJob()
