/** The service: what carriers may know of it. */

export { createService, type Service } from './createService.ts'
export { answerCalls, type Line, openLine } from './rpc/calls.ts'
