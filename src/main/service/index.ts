/** The service: the part that carriers may use. */

export { createService, type Service } from './createService.ts'
export { answerCalls, type Line, openLine } from './rpc/calls.ts'
