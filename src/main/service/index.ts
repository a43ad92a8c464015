/** The service: what carriers may know of it. */
export { answerCalls, type Line, openLine } from './calls.ts'
export { createService, type Service } from './createService.ts'
