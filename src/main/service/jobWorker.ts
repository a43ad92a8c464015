/** Entry of every thread of the service: one that reads for it, or one that does a job. */
import { workerData } from 'node:worker_threads'
import { adoptLimits, setLinkPolicy } from '../core/index.ts'
import { runJob } from './jobs/jobThread.ts'
import type { ThreadStart } from './messages.ts'
import { answerQuestions } from './reading/readerThread.ts'

const { role, limits, links }: ThreadStart = workerData
adoptLimits(limits)
setLinkPolicy(links)
if (role === 'reader') answerQuestions()
else runJob()
