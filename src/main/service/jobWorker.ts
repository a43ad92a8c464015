/** Entry of every thread of the service: one that reads for it, or one that does a job. */
import { workerData } from 'node:worker_threads'
import { runJob } from './jobs/jobThread.ts'
import type { ThreadRole } from './messages.ts'
import { answerQuestions } from './reading/readerThread.ts'

const { role }: ThreadRole = workerData
if (role === 'reader') answerQuestions()
else runJob()
